import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openAliases as openShared } from '../../adapters/cluster/aliases.ts';
import { openAliases } from '../../adapters/embedded/aliases.ts';
import { aliasStoreContract } from '../contracts/alias-store.contract.ts';
import { MemoryObjects } from '../doubles/memory-objects.ts';
import { temporaryFolder } from './temporary-folder.ts';

aliasStoreContract('aliases in a folder', async () => {
  const folder = await temporaryFolder();
  return {
    store: openAliases({ folder }),
    spoil: async (text) => {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'aliases.json'), text);
    },
  };
});

aliasStoreContract('aliases among shared objects', () => {
  const objects = new MemoryObjects();
  return Promise.resolve({
    store: openShared({ objects }),
    spoil: async (text) => {
      await objects.put('aliases/stand.json', [Buffer.from(text)]);
    },
  });
});
