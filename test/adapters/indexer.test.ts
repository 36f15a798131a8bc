import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIndexer } from '../../adapters/embedded/indexer.ts';
import { openIndexReleases } from '../../adapters/embedded/index-releases.ts';
import { indexBuilderContract } from '../contracts/index-builder.contract.ts';

const script = new URL('../../processes/indexer.ts', import.meta.url);

indexBuilderContract('the embedded indexer and its releases', async () => {
  const root = await mkdtemp(join(tmpdir(), 'reprise-indexes-'));
  const releases = openIndexReleases(root);
  return {
    builder: createIndexer({ root, script, releases }),
    releases,
    async damage(release, name) {
      const file = await open(join(root, release, name), 'r+');
      const { size } = await file.stat();
      const byte = Buffer.alloc(1);
      await file.read(byte, 0, 1, size - 3);
      await file.write(Uint8Array.of((byte[0] ?? 0) ^ 1), 0, 1, size - 3);
      await file.close();
    },
    names: () => readdir(root),
    close: () => rm(root, { recursive: true }),
  };
});
