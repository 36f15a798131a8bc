import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { replayTogether } from '../../activities/replay/replay-together.ts';
import { ScratchMerges } from '../../activities/merges/scratch-merges.ts';
import { combineStateHashes } from '../../model/state-hash.ts';
import { temporaryFolder } from '../adapters/temporary-folder.ts';
import type { PartitionRig } from '../doubles/partition-rig.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';
import { HurtMerges } from './hurt-merges.ts';
import { replayHurt, type Replayed } from './hurt-replay.ts';
import {
  makeReplayedJournal,
  REPLAYED_LEARNERS,
  replayedVersion,
  type ReplayedLearner,
} from './replayed-journal.ts';
import { ReplayThread } from './threaded-replays.ts';

const REPLAYS = 50;
const JOURNAL_SEED = 20_261_128;
const NEVER = new AbortController().signal;
const yieldNow = () => Promise.resolve();

/** The hash that a replay from the origin ends with which nothing disturbs. */
async function cleanHash(rig: PartitionRig, learner: ReplayedLearner, partitions: number) {
  const definition = replayedVersion(learner, partitions);
  const { journal, clock } = rig;
  const merges = new ScratchMerges({ partitions, yieldNow });
  const hashes = await replayTogether(
    { journal, versions: undefined, sink: undefined, yieldNow, sliceMsMax: 8, clock, merges },
    definition.start.map((_, partition) => ({
      runtime: rig.runtime(definition, partition),
      until: journal.head(partition),
      visit: (runtime) => rig.hash(runtime),
    })),
    NEVER,
  );
  return combineStateHashes(hashes.map((hash) => hash!));
}

describe('one journal, replayed 50 times', () => {
  let threads: readonly ReplayThread[] = [];
  before(() => {
    threads = [new ReplayThread(), new ReplayThread()];
  });
  after(async () => {
    for (const thread of threads) await thread.close();
  });

  for (const learner of REPLAYED_LEARNERS) {
    for (const partitions of [1, 2]) {
      it(`ends in one state whatever is killed, written and held (${learner}, ${partitions} partitions)`, async () => {
        const rig = await makeReplayedJournal(JOURNAL_SEED, partitions);
        const definition = replayedVersion(learner, partitions);
        const folder = await temporaryFolder();
        const clean = await cleanHash(rig, learner, partitions);
        const went = { kills: 0, restores: 0, damaged: 0, threaded: 0 };
        for (let replay = 0; replay < REPLAYS; replay++) {
          const seed = JOURNAL_SEED + 1_000 * replay;
          const inThreads = new SeededRandom(seed).below(2) === 1;
          const merges = new HurtMerges(partitions);
          const parts = await Promise.all(
            definition.start.map((_, partition): Promise<Replayed> => {
              const asked = {
                ...{ partition, seed: seed + partition },
                folder: join(folder, `${replay}-${partition}`),
              };
              if (!inThreads) return replayHurt({ ...asked, rig, definition, merges });
              const all = { ...asked, journalSeed: JOURNAL_SEED, learner, partitions };
              return threads[partition]!.replay(all, merges);
            }),
          );
          const hash = combineStateHashes(parts.map((part) => part.hash));
          assert.equal(hash, clean, `seed ${seed}, in threads: ${String(inThreads)}`);
          went.threaded += Number(inThreads);
          for (const part of parts) {
            went.kills += part.kills;
            went.restores += part.restores;
            went.damaged += part.damaged;
          }
        }
        for (const [what, times] of Object.entries(went)) assert.ok(times > 0, `no ${what}`);
        assert.ok(went.threaded < REPLAYS, 'some replays were in one thread');
      });
    }
  }
});
