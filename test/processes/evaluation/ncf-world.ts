import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { NcfFiles } from '../../../processes/evaluation/ncf-files.ts';

/** The text of the three files of a protocol. */
export interface NcfTexts {
  readonly train: string;
  readonly test: string;
  readonly negatives: string;
}

/** Two camps of users, each with its half of the items; odd users' held-out item is of their half, and so on. */
export function campTexts(users = 24, items = 40): NcfTexts {
  const train: string[] = [];
  const test: string[] = [];
  const negatives: string[] = [];
  for (let user = 0; user < users; user += 1) {
    const own = Array.from({ length: items / 2 }, (_, at) => 2 * at + (user % 2));
    const others = Array.from({ length: items / 2 }, (_, at) => 2 * at + ((user + 1) % 2));
    const held = own[user % own.length];
    own
      .filter((item, at) => item !== held && (at + user) % 3 > 0)
      .forEach((item) => train.push(`${user}\t${item}\t5\t978300760`));
    test.push(`${user}\t${held}\t4\t978300761`);
    negatives.push([`(${user},${held})`, ...others].join('\t'));
  }
  const text = (lines: readonly string[]) => `${lines.join('\n')}\n`;
  return { train: text(train), test: text(test), negatives: text(negatives) };
}

/** Protocol files in a folder of their own. */
export interface NcfWorld {
  readonly folder: string;
  readonly files: NcfFiles;
  close(): Promise<void>;
}

/** Writes the texts as files, packed where asked. */
export async function openNcfWorld(texts: NcfTexts, packed = false): Promise<NcfWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-ncf-'));
  const write = async (name: keyof NcfTexts): Promise<string> => {
    const path = join(folder, packed ? `${name}.gz` : name);
    await writeFile(path, packed ? gzipSync(texts[name]) : texts[name]);
    return path;
  };
  const files = {
    train: await write('train'),
    test: await write('test'),
    negatives: await write('negatives'),
  };
  return { folder, files, close: () => rm(folder, { recursive: true }) };
}
