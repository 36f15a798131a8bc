import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './markdown.ts';

/** A named bound as it stands in the sources. */
export interface Bound {
  readonly name: string;
  readonly value: number;
  readonly file: string;
  readonly exported: boolean;
}

const ROOMS = ['events', 'model', 'actors', 'workflows', 'activities'].concat([
  'projections',
  'api',
  'adapters',
  'processes',
  'web',
]);

const DECLARED = /^(export )?const (\w+(?:Max|Min|_MAX|_MIN)) = (.+);$/;
const MEMBER = /^ {2}(\w+(?:Max|Min|Spare)): ([\d_.* ]+),$/;
const INLINE = /(\w+(?:Max|Min)): ([\d_.* ]+)(?=[,} ])/g;

/** Finds the bounds of the rooms: constants whose names end in their kind, and members of objects of defaults. */
export function boundsInSources(): readonly Bound[] {
  return ROOMS.flatMap((room) => {
    const files = readdirSync(join(root, room), { recursive: true, encoding: 'utf8' });
    return files
      .filter((file) => file.endsWith('.ts') && !file.includes('kernel/assembly'))
      .flatMap((file) => boundsIn(join(room, file)));
  });
}

function boundsIn(file: string): readonly Bound[] {
  const found: Bound[] = [];
  const add = (name: string, text: string, exported: boolean): void => {
    const value = valueOf(text);
    if (value !== undefined) found.push({ name, value, file, exported });
  };
  for (const line of readFileSync(join(root, file), 'utf8').split('\n')) {
    const declared = DECLARED.exec(line);
    const member = MEMBER.exec(line);
    if (declared !== null) add(declared[2] ?? '', declared[3] ?? '', declared[1] !== undefined);
    else if (member !== null) add(member[1] ?? '', member[2] ?? '', true);
    else if (/^export const \w+: \w+ = \{.+\};$/.test(line)) {
      for (const [, name = '', text = ''] of line.matchAll(INLINE)) add(name, text, true);
    }
  }
  return found;
}

/** Reads a whole or decimal number, a product of numbers or a power of two; undefined for anything else. */
function valueOf(text: string): number | undefined {
  const shifted = /^1 << (\d+)$/.exec(text);
  if (shifted !== null) return 2 ** Number(shifted[1]);
  const factors = text.replaceAll('_', '').split('*').map(Number);
  const value = factors.reduce((product, factor) => product * factor, 1);
  return Number.isFinite(value) ? value : undefined;
}
