import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The rooms that make up the product. */
export const rooms = [
  'events',
  'model',
  'actors',
  'workflows',
  'activities',
  'projections',
  'api',
  'adapters',
  'processes',
  'web',
] as const;

/** Every folder whose code is the project's own. */
export const folders = [...rooms, 'clients', 'test', 'benchmarks', 'scripts', 'bin'] as const;

/** Lists the files below the folders that end in one of the endings, relative to the root, in order. */
export function filesIn(below: readonly string[], endings: readonly string[]): string[] {
  return below
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name.replaceAll('\\', '/')}`,
      ),
    )
    .filter((file) => endings.some((ending) => file.endsWith(ending)))
    .sort();
}

/** Reads a file of the project as text. */
export function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** Joins what a check found to a message, a finding a line, for `assert.equal(report(…), '')`. */
export function report(findings: readonly string[]): string {
  return findings.join('\n');
}
