import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { madeEvent } from './made-events.ts';
import type { SentEvent, Server } from './server.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

/** Rounds of a partition count; more by hand. */
const rounds = Number(process.env['REPRISE_KILL_ROUNDS'] ?? 2);
/** Clients that send at a time: some one event a request, some whole batches. */
const clientsMax = 6;
/** Checkpoints are taken often, so that kills fall into them too. */
const env = { REPRISE_CHECKPOINT_EVENTS_MAX: '400', REPRISE_CHECKPOINT_MS_MAX: '300' };

/** What the clients were told: the position of every acknowledged event. */
type Acknowledged = Map<string, string>;

/** Sends events from several clients until the server is gone. */
async function load(server: Server, round: number, acknowledged: Acknowledged): Promise<void> {
  let number = 0;
  const take = (count: number): readonly SentEvent[] =>
    Array.from({ length: count }, () => madeEvent(number++, `r${String(round)}`));
  const client = async (batch: number): Promise<void> => {
    for (;;) {
      const events = take(batch);
      try {
        const { status, json } = await server.post(events);
        if (status !== 202) return;
        const positions = json['positions'] as readonly string[];
        events.forEach(({ id }, i) => acknowledged.set(id, positions[i] ?? ''));
      } catch {
        // The connection broke: the server is gone, and what was sent may be in the journal or not.
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: clientsMax }, (_, i) => client(i % 3 === 0 ? 25 : 1)));
}

for (const partitions of [1, 2]) {
  describe(`kill -9 under load, on ${String(partitions)} partition(s)`, () => {
    let world: World;
    before(async () => {
      world = await createWorld();
    });
    after(() => world.close());

    test(`loses nothing, ${String(rounds)} times`, async (t) => {
      const data = world.path('data');
      const acknowledged: Acknowledged = new Map();
      for (let round = 0; round < rounds; round += 1) {
        const server = await world.serve(data, { partitions, env });
        const loading = load(server, round, acknowledged);
        await sleep(randomInt(200, 1_500));
        await server.kill();
        await loading;
        const recovered = await world.serve(data, { env });
        const stand = await recovered.stand();
        const found = await exported(recovered);
        for (const [id, position] of acknowledged) {
          assert.deepEqual(found.get(id), [position], `event ${id} was acknowledged`);
        }
        const doubled = [...found].filter(([, positions]) => positions.length > 1);
        assert.deepEqual(doubled, []);
        assert.equal(stand.events, found.size);
        const verified = await recovered.call(
          'POST',
          '/v1/verifications',
          '{}',
          'application/json',
        );
        assert.deepEqual(
          [verified.json['equal'], verified.json['hash'], verified.json['positions']],
          [true, stand.hash, stand.positions],
          verified.text,
        );
        if (round % 2 === 0) await recovered.kill();
        else await recovered.interrupt();
        t.diagnostic(
          `round ${String(round + 1)}: acknowledged ${String(acknowledged.size)}, found ${String(found.size)}`,
        );
      }
      assert.ok(acknowledged.size > 0);
    });
  });
}

/** Every event of the journal: its positions by its id. */
async function exported(server: Server): Promise<ReadonlyMap<string, readonly string[]>> {
  const { text } = await server.get('/v1/events/export');
  const found = new Map<string, string[]>();
  for (const line of text.trimEnd().split('\n')) {
    if (line === '') continue;
    const { id, position } = JSON.parse(line) as { readonly id: string; readonly position: string };
    const positions = found.get(id);
    if (positions === undefined) found.set(id, [position]);
    else positions.push(position);
  }
  return found;
}
