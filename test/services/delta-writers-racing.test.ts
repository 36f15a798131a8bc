import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { openDeltaReader, openDeltaWriter } from '../../adapters/cluster/redis/delta-stream.ts';
import { hasCode } from '../../events/error.ts';
import type { DeltaWriter } from '../../projections/delta-feed.ts';
import { deltasOf, endsAt, eventsUntil, shortly } from '../contracts/delta-feed.contract.ts';
import { DeltaWorld } from '../projections/delta-world.ts';
import { RedisServer } from './redis-server.ts';

let server: RedisServer;
before(async () => {
  server = await RedisServer.start();
});
after(() => server.close());

/** A worker of the partition: it replays the one journal from its start, under the fence that it was given last. */
class Worker {
  fence = 0;
  fencedOff = 0;
  readonly #writer: DeltaWriter;
  #world = new DeltaWorld();

  constructor(writer: DeltaWriter) {
    this.#writer = writer;
  }

  /** Takes the partition over. */
  take(fence: number): void {
    this.fence = fence;
    this.#world = new DeltaWorld();
  }

  /** Replays that many events, unless it is fenced off: then it has written nothing, and waits to be given a fence. */
  async replay(events: number): Promise<void> {
    for (const delta of deltasOf(this.#world, events)) {
      try {
        await this.#writer.append(delta, this.fence);
      } catch (error) {
        if (!hasCode(error, 'FENCED')) throw error;
        this.fencedOff += 1;
        return;
      }
    }
  }
}

test('two writers that replace each other leave one unbroken history', async () => {
  const turn = fc.record({ who: fc.nat(1), events: fc.integer({ min: 1, max: 5 }) });
  let places = 0;
  let fencedOff = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 12 }), async (turns) => {
      places += 1;
      const link = server.link({ prefix: `race-${String(places)}:` });
      const workers = [0, 1].map(() => new Worker(openDeltaWriter(link)));
      let owner: Worker | undefined;
      for (const [fence, { who, events }] of turns.entries()) {
        const next = workers[who]!;
        if (owner !== next) next.take(fence + 1);
        owner = next;
        // The other one does not know yet that it was replaced.
        await Promise.all(workers.map((one) => one.replay(one === owner ? events : 1)));
      }
      const end = await openDeltaWriter(link).end(0);
      assert.equal(end?.fence, owner?.fence, 'the last owner has the last word');
      const events = await eventsUntil(openDeltaReader(link), {}, endsAt(end?.to ?? 0));
      const wanted = Array.from({ length: events.length }, (_, to) => `v1 ${to - 1}–${to}`);
      assert.deepEqual(events.map(shortly), wanted);
      fencedOff += workers[0]!.fencedOff + workers[1]!.fencedOff;
      await link.close();
    }),
    { numRuns: 40 },
  );
  assert.ok(fencedOff > 10, `only ${String(fencedOff)} writes were refused`);
});
