import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Json, SentEvent, Server } from './server.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

const ROUNDS = 2;
const USERS = 60;
/** Checkpoints are taken often, so that kills fall into them too; every event is one of the figures. */
const env = {
  REPRISE_CHECKPOINT_EVENTS_MAX: '200',
  REPRISE_CHECKPOINT_MS_MAX: '300',
  REPRISE_PREQUENTIAL_SHARE: '1',
};

function plays(count: number, from: number): readonly SentEvent[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `s-${String(from + n)}`,
    type: 'play',
    user: `user-${String(((from + n) * 7) % USERS)}`,
    item: `song-${String(((from + n) * 31) % 211)}`,
    time: new Date(1_700_000_000_000 + (from + n) * 1_000).toISOString(),
  }));
}

async function modelsOf(server: Server): Promise<ReadonlyMap<unknown, Json>> {
  const { json } = await server.get('/v1/models');
  return new Map((json['models'] as readonly Json[]).map((one) => [one['version'], one]));
}

async function sampledOf(server: Server): Promise<Readonly<Record<string, unknown>>> {
  const { json } = await server.get('/v1/metrics/prequential');
  const models = json['models'] as readonly Json[];
  return Object.fromEntries(models.map((one) => [String(one['version']), one['sampled']]));
}

/** Waits until both versions stand where the journal ends, twice in a row. */
async function settled(server: Server): Promise<void> {
  let before: string | undefined;
  for (;;) {
    const models = await modelsOf(server);
    const [one, two] = ['v1', 'v2'].map((v) => JSON.stringify(models.get(v)?.['positions']));
    const { positions } = await server.stand();
    if (one === two && one === before && one === JSON.stringify(positions)) return;
    before = one;
    await sleep(100);
  }
}

for (const partitions of [1, 2]) {
  describe(`a version held beside the live one, killed on ${String(partitions)} partition(s)`, () => {
    let world: World;
    before(async () => {
      world = await createWorld();
    });
    after(() => world.close());

    test('counts every event of its figures once, and is what a clean replay gives', async () => {
      const data = world.path('data');
      let server = await world.serve(data, { partitions, env });
      let sent = 800;
      await server.postAll(plays(sent, 0));
      await server.stand();
      const body = JSON.stringify({ users: ['user-7'] });
      await server.call('POST', '/v1/quarantines', body, 'application/json');
      while ((await server.get('/v1/quarantines/q1')).json['state'] !== 'active') await sleep(20);
      await settled(server);
      const { v2: before } = await sampledOf(server);
      const foreseen = sent;
      for (let round = 0; round < ROUNDS; round += 1) {
        const events = plays(250, sent);
        sent += events.length;
        for (let at = 0; at < events.length; at += 50) {
          await server.postAll(events.slice(at, at + 50));
          await sleep(randomInt(0, 150));
        }
        await server.kill();
        server = await world.serve(data, { env });
        await settled(server);
        const { v1, v2 } = await sampledOf(server);
        // Version 2 leaves out what it was told of before, and learns all that came since.
        assert.deepEqual(
          [v1, v2],
          [sent, Number(before) + sent - foreseen],
          `round ${String(round)}`,
        );
      }
      assert.ok(readdirSync(world.path('data', 'shadows', 'v1')).length > 0, 'it was kept');
      for (const model of ['v1', 'v2']) {
        const asked = JSON.stringify(model === 'v1' ? { model } : {});
        const { json } = await server.call('POST', '/v1/verifications', asked, 'application/json');
        assert.equal(json['equal'], true, JSON.stringify(json));
      }
      await server.interrupt();
    });
  });
}
