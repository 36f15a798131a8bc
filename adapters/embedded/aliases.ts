import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AliasStore } from '../../activities/versions/aliases.ts';
import { aliasStandOf } from '../alias-stand.ts';
import { publishFile } from '../published-file.ts';

const FILE = 'aliases.json';

/** Opens the kept aliases of a folder of versions. */
export function openAliases({ folder }: { readonly folder: string }): AliasStore {
  const path = join(folder, FILE);
  return {
    async read() {
      try {
        return aliasStandOf(JSON.parse(await readFile(path, 'utf8')));
      } catch {
        // What cannot be read is folded from the journal again.
        return undefined;
      }
    },
    async write(stand) {
      await mkdir(folder, { recursive: true });
      const { live, shadow, previous, position } = stand;
      await publishFile(path, `${JSON.stringify({ live, shadow, previous, position })}\n`);
    },
  };
}
