import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIndexer } from '../../adapters/embedded/indexer.ts';
import { openIndexReleases } from '../../adapters/embedded/index-releases.ts';
import { FaissSearcher } from '../../adapters/embedded/searcher.ts';
import { searcherContract } from '../contracts/searcher.contract.ts';

const processes = new URL('../../processes/', import.meta.url);

searcherContract('the embedded searcher', async () => {
  const root = await mkdtemp(join(tmpdir(), 'reprise-searcher-'));
  const indexer = createIndexer({
    root,
    script: new URL('indexer.ts', processes),
    releases: openIndexReleases(root),
  });
  return {
    release: (release, input) =>
      indexer.build(
        { release, createdMs: 1, inputs: [input], recall10Min: 0.99 },
        () => undefined,
        new AbortController().signal,
      ),
    folder: (release) => join(root, release),
    open(bounds) {
      const searcher = new FaissSearcher({
        script: new URL('searcher.ts', processes),
        // Searches of a healthy process never time out here; those of one that hangs do, and one is enough.
        bounds: { restartDelayMsMin: 1, searchWaitMsMax: 2_000, timeoutsInRowMax: 1, ...bounds },
      });
      const signal = (name: NodeJS.Signals): void => {
        if (searcher.pid !== undefined) process.kill(searcher.pid, name);
      };
      return { searcher, kill: () => signal('SIGKILL'), stop: () => signal('SIGSTOP') };
    },
    close: () => rm(root, { recursive: true }),
  };
});
