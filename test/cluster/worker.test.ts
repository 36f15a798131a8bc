import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../adapters/temporary-folder.ts';
import { useOwnStack } from '../services/stack.ts';
import { LearnedJournal } from './learned-journal.ts';
import { WorkerProcess } from './worker-process.ts';

const PARTITIONS = 4;
/** Alone on a quiet machine it takes 6 to 13 s; beside other tests on two cores, longer. */
const MOVED_MS_MAX = 40_000;

// Workers lease by queues that all workers of a Temporal share: these are alone.
const stack = await useOwnStack('kafka', 'mongo', 'redis', 'temporal');

/** The variables of a worker on this file's stack. */
async function variables(): Promise<Readonly<Record<string, string>>> {
  return {
    ...Object.fromEntries(
      Object.entries(stack.env).filter(([name]) => name.startsWith('REPRISE_')),
    ),
    REPRISE_SETUP: 'skip',
    REPRISE_PROFILE: 'cluster',
    REPRISE_PROBE_PORT: '0',
    REPRISE_LOG_LEVEL: 'info',
    REPRISE_PARTITIONS: String(PARTITIONS),
    REPRISE_CHECKPOINT_MS_MAX: '3000',
    REPRISE_SHARED_FOLDER: await temporaryFolder(),
    REPRISE_SCRATCH_FOLDER: await temporaryFolder(),
  };
}

/** Waits until a condition holds; returns the milliseconds that it took. */
async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  msMax = 120_000,
): Promise<number> {
  const startMs = performance.now();
  while (!(await holds())) {
    assert.ok(performance.now() - startMs < msMax, `${what}: not within ${String(msMax)} ms`);
    await sleep(50);
  }
  return performance.now() - startMs;
}

describe('workers of the cluster', () => {
  let env: Readonly<Record<string, string>>;
  let world: LearnedJournal;
  const started: WorkerProcess[] = [];
  let first: WorkerProcess;
  let second: WorkerProcess;
  let third: WorkerProcess;
  before(async () => {
    env = await variables();
    world = await LearnedJournal.open(env);
    await world.tell(500);
  });
  after(async () => {
    await Promise.all(started.map((one) => one.kill()));
    await world.close();
  });

  const start = async (): Promise<WorkerProcess> => {
    const scratch = await temporaryFolder();
    const worker = WorkerProcess.start({ ...env, REPRISE_SCRATCH_FOLDER: scratch });
    started.push(worker);
    return worker;
  };
  const heldBy = async (worker: WorkerProcess): Promise<readonly number[]> =>
    (await world.notes())
      .filter(({ fence }) => worker.isHolder(fence.holder))
      .map(({ fence }) => fence.partition);
  const isShared = async (...workers: readonly WorkerProcess[]): Promise<boolean> => {
    const held = await Promise.all(workers.map(heldBy));
    return held.every(({ length }) => length === PARTITIONS / workers.length);
  };
  const explained = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      const said = started.map((one) => one.said.slice(-6_000));
      throw new Error(['the workers said:', ...said].join('\n'), { cause: error });
    }
  };

  it('share the partitions, and learn every event of them', () =>
    explained(async () => {
      first = await start();
      second = await start();
      await until('each holds half', () => isShared(first, second));
      await world.tell(500);
      await until('all is learned', () => world.isLearned());
    }));

  it('take over within seconds what a killed one held', (t) =>
    explained(async () => {
      await first.kill();
      await world.tell(300);
      const ms = await until('all is learned', () => world.isLearned(), MOVED_MS_MAX);
      t.diagnostic(`moved in ${String(Math.round(ms))} ms`);
      assert.equal((await heldBy(second)).length, PARTITIONS);
    }));

  it('leave a stopped one nothing to write when it goes on', (t) =>
    explained(async () => {
      third = await start();
      await until('each holds half', () => isShared(second, third));
      await world.tell(100);
      await until('all is learned', () => world.isLearned());
      const fences = (await world.notes())
        .map(({ fence }) => fence)
        .filter(({ holder }) => second.isHolder(holder));
      second.signal('SIGSTOP');
      await world.tell(300);
      const ms = await until('all is learned', () => world.isLearned(), MOVED_MS_MAX);
      t.diagnostic(`moved in ${String(Math.round(ms))} ms`);
      const written = (): Promise<readonly (readonly string[])[]> =>
        Promise.all(fences.map((one) => world.checkpointsOf(one.partition, one.number)));
      const before = await written();
      second.signal('SIGCONT');
      for (let looks = 0; looks < 40; looks += 1) {
        await world.tell(20);
        for (const { partition, number } of fences) {
          const end = await world.streamEnd(partition);
          assert.ok((end?.fence ?? 0) > number, 'the deltas are those of a newer fence');
          const place = await world.users.place(partition);
          if (place !== undefined) assert.ok(place.fence >= number);
        }
        await sleep(100);
      }
      const fresh = (await written()).flat().filter((path) => !before.flat().includes(path));
      assert.deepEqual(fresh, [], 'no checkpoint of the old fence came to be');
      assert.match(second.said, /partition dropped/);
      await until('all is learned', () => world.isLearned());
    }));

  it('stand where a clean replay does', () =>
    explained(async () => {
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        const made = await world.checkpointedHash(partition);
        assert.equal(made, await world.cleanHash(partition), `partition ${String(partition)}`);
        assert.equal(await world.checkpointedBarrier(partition), world.barrier);
      }
    }));

  it('store the users of every partition', () =>
    explained(async () => {
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        const head = world.stores.journal.head(partition);
        await until('the users are stored', async () => {
          const place = await world.users.place(partition);
          return place?.position === head;
        });
        assert.ok((await world.users.count(partition)) > 0);
      }
    }));

  it('end within seconds when they are told to, and leave checkpoints', () =>
    explained(async () => {
      await world.tell(50);
      await until('all is learned', () => world.isLearned());
      for (const one of [second, third]) {
        const { ms, code } = await one.end();
        assert.ok(ms < 8_000, `it took ${String(ms)} ms`);
        assert.equal(code, 0);
      }
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        const newest = await world.stores.checkpoints.newest({ partition });
        assert.equal(newest?.saved.sequence, world.stores.journal.head(partition));
      }
    }));
});
