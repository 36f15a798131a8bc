import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { MergeExchange } from '../../activities/merges/merge-exchange.ts';
import type { ObjectContent, StoredObject } from '../../activities/object-store.ts';
import { openMerges } from '../../adapters/cluster/merges.ts';
import { openToldMerges } from '../../adapters/cluster/redis/told-merges.ts';
import type { RedisLink } from '../../adapters/cluster/redis/redis.ts';
import type { Contribution } from '../../model/merge.ts';
import { openMergeReading } from '../../processes/cluster/meeting.ts';
import { createLogger } from '../../processes/logger.ts';
import { createMemoryJournal } from '../doubles/memory-journal.ts';
import { MemoryObjects } from '../doubles/memory-objects.ts';
import { RedisServer } from './redis-server.ts';

/** What a partition of a blend contributes: it has a memory, as `gmf` has not. */
function contributionOf(partition: number, barrier: number, hasMemory = true): Contribution {
  return {
    ...{ version: 'v1', partition, barrier, width: 2, items: ['a é'] },
    base: Float32Array.of(1, 2),
    change: Float32Array.of(0.5, partition),
    ...(hasMemory && {
      memory: {
        events: {
          items: [`item ${String(partition)}`, 'common'],
          words: Uint32Array.of(0, 1, 1, 1, 0),
          timesMs: Float64Array.of(1.5, 2.5),
          weights: Float64Array.of(0.7, 1),
        },
        base: Float32Array.of(1, 2),
        change: Float32Array.of(0.5, partition),
      },
    }),
  };
}

/** Objects that are durable only once it is said. */
class SlowObjects extends MemoryObjects {
  readonly written: Promise<void>;
  write: () => void = () => undefined;

  constructor() {
    super();
    this.written = new Promise((resolve) => {
      this.write = resolve;
    });
  }

  override async put(name: string, content: ObjectContent): Promise<StoredObject> {
    await this.written;
    return super.put(name, content);
  }
}

describe('merges that workers tell', () => {
  let server: RedisServer;
  before(async () => {
    server = await RedisServer.start();
  });
  after(() => server.close());

  interface World {
    readonly objects: SlowObjects;
    readonly link: RedisLink;
    readonly reading: MergeExchange;
    readonly contribute: (barrier: number, hasMemory?: boolean) => Promise<void>;
  }

  function worldOf(prefix: string): World {
    const objects = new SlowObjects();
    const link = server.link({ prefix });
    const told = openToldMerges(link);
    const onDamaged = (path: string): never => assert.fail(path);
    const worker = openMerges({ objects, link, told, partitions: 2, onDamaged });
    const stores = { journal: createMemoryJournal(2), objects };
    const logger = createLogger('silent');
    const reading = openMergeReading({ stores, logger, told, clock: () => performance.now() });
    assert.ok(reading);
    const contribute = async (barrier: number, hasMemory?: boolean): Promise<void> => {
      for (const partition of [0, 1]) {
        await worker.contribute(contributionOf(partition, barrier, hasMemory));
      }
    };
    return { objects, link, reading, contribute };
  }

  const soon = (): AbortSignal => AbortSignal.timeout(300);

  it('are taken before they are durable, and are the same as when they are', async () => {
    const { objects, link, reading, contribute } = worldOf('one:');
    await contribute(7);
    const name = { version: 'v1', barrier: 7 };
    const told = await reading.take(name, 0, AbortSignal.timeout(10_000));
    assert.deepEqual(told?.memory?.rows, Float32Array.of(2, 3));
    assert.deepEqual(await objects.list('merges/'), []);
    objects.write();
    while ((await objects.list('merges/')).length === 0) await pause(5);
    await link.run((redis) => redis.flushdb());
    assert.deepEqual(await reading.take(name, 1, AbortSignal.timeout(10_000)), told);
  });

  it('are awaited until they are kept where none is told, or what is told is damaged', async () => {
    const { objects, link, reading, contribute } = worldOf('two:');
    await contribute(3, false);
    await link.run((redis) => redis.set('two:merges/v1/4/merge', 'no merge'));
    await contribute(5);
    const key = 'two:merges/v1/5/merge';
    while ((await link.run((redis) => redis.exists(key))) === 0) await pause(5);
    await link.run((redis) => redis.rename(key, 'two:merges/v1/6/merge'));
    for (const barrier of [3, 4, 6]) {
      assert.equal(await reading.take({ version: 'v1', barrier }, 0, soon()), undefined);
    }
    objects.write();
    const kept = await reading.take({ version: 'v1', barrier: 3 }, 0, AbortSignal.timeout(10_000));
    assert.equal(kept?.barrier, 3);
  });

  it('come as they are kept while Redis does not answer', async () => {
    const { objects, contribute } = worldOf('three:');
    objects.write();
    await contribute(2);
    const told = openToldMerges(server.link({ url: 'redis://127.0.0.1:1', commandMsMax: 200 }));
    const stores = { journal: createMemoryJournal(2), objects };
    const clock = (): number => performance.now();
    const reading = openMergeReading({ stores, logger: createLogger('silent'), told, clock });
    const kept = await reading?.take({ version: 'v1', barrier: 2 }, 0, AbortSignal.timeout(20_000));
    assert.equal(kept?.barrier, 2);
  });
});
