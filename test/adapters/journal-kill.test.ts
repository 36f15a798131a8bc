import assert from 'node:assert/strict';
import { it } from 'node:test';
import { positionsOf, runWriter } from './journal-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** After how many acknowledgements each run is killed: uneven, so that kills fall anywhere in a group. */
const KILLS = [1, 23, 150, 411] as const;

for (const partitions of [1, 2]) {
  it(`keeps every acknowledged event once over kills, ${String(partitions)} partition(s)`, async () => {
    const folder = await temporaryFolder();
    const acknowledged = new Map<number, string>();
    let first = 0;
    for (const killAfter of KILLS) {
      const outcome = await runWriter({ folder, partitions, first, killAfter });
      assert.ok(outcome.acknowledged.size >= 5 * killAfter);
      for (const [number, position] of outcome.acknowledged) acknowledged.set(number, position);
      const stored = await positionsOf(folder, partitions);
      for (const [number, position] of acknowledged) assert.equal(stored.get(number), position);
      first = Math.max(...stored.keys()) + 1;
    }
  });
}
