import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { madeEvents } from './made-events.ts';
import type { Answer, Json, Server } from './server.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

interface Row {
  readonly impressions: number;
  readonly clicked: number;
  readonly clicks: number;
  readonly dismissals: number;
  readonly rate: number | null;
}

const TIME = '2025-01-01T00:00:00Z';

describe('reactions to answers', () => {
  let world: World;
  let server: Server;

  before(async () => {
    world = await createWorld();
    server = await world.serve(world.path('data'));
    await server.postAll(madeEvents(0, 500));
    // An answer before anything was learned has no items to react to.
    await server.stand();
  });

  after(async () => {
    await server.interrupt();
    await world.close();
  });

  async function answer(user: string): Promise<{ readonly id: string; readonly item: string }> {
    const { status, json, text } = await server.get(`/v1/users/${user}/recommendations?n=5`);
    assert.equal(status, 200, text);
    const [first] = json['items'] as readonly { readonly id: string }[];
    return { id: String(json['recommendationId']), item: first?.id ?? '' };
  }

  async function row(): Promise<Row | undefined> {
    for (;;) {
      const { json } = await server.get('/v1/metrics/click-through');
      if (json['complete'] === true) return (json['rows'] as readonly Row[])[0];
    }
  }

  async function react(id: string, recommendationId: string, more: Json = {}): Promise<number> {
    const event = { id, user: 'user-1', type: 'play', item: 'even-1', time: TIME };
    return (await server.post({ ...event, recommendationId, ...more })).status;
  }

  test('are counted once each, teach no more than without their answer, and outlive a kill', async () => {
    const given = [await answer('user-1'), await answer('nobody')];
    const [first = { id: '', item: '' }, second = first] = given;
    assert.equal(await react('r1', first.id, { item: first.item }), 202);
    assert.equal(await react('r1', first.id, { item: first.item }), 202);
    assert.equal(await react('r2', first.id), 202);
    assert.equal(await react('r3', second.id, { type: 'skip', user: 'nobody' }), 202);
    const counted = { impressions: 2, clicked: 1, clicks: 2, dismissals: 1, rate: 0.5 };
    assert.deepEqual(pick(await row()), counted);
    const { hash } = await server.stand();
    const metrics = (await server.get('/metrics')).text;
    assert.match(metrics, /reprise_recommendations_given_total\{version="\w+",scenario=""\} 2/);
    assert.match(metrics, /reactions_total\{.*polarity="positive"\} 2/);

    await server.kill();
    server = await world.serve(world.path('data'));
    // The kill may have come before the answers were kept; what is in the journal is counted again in any case.
    const { clicked, clicks, dismissals } = counted;
    const again = await row();
    assert.deepEqual(
      { clicked: again?.clicked, clicks: again?.clicks, dismissals: again?.dismissals },
      { clicked, clicks, dismissals },
    );
    assert.equal((await server.stand()).hash, hash);

    // The same events without their answers teach the same.
    const plain = await world.serve(world.path('plain'));
    await plain.postAll(madeEvents(0, 500));
    const event = { type: 'play', user: 'user-1', item: 'even-1', time: TIME };
    await plain.post({ ...event, id: 'r1', item: first.item });
    await plain.post({ ...event, id: 'r2' });
    await plain.post({ ...event, id: 'r3', type: 'skip', user: 'nobody' });
    const other = (await plain.stand()).hash;
    await plain.interrupt();
    assert.equal(other, hash);
  });

  test('to what was not answered here are refused whole, naming the field', async () => {
    const { id } = await answer('user-2');
    const forged = `${id.slice(0, -4)}AAAA`;
    const before = await row();
    const batch = [
      { id: 'f1', type: 'play', user: 'user-2', item: 'even-1', recommendationId: id },
      { id: 'f2', type: 'play', user: 'user-2', item: 'even-1', recommendationId: forged },
    ];
    const refused = await server.post(batch);
    assert.equal(refused.status, 422, refused.text);
    const [{ field, reason } = { field: '', reason: '' }] = refused.json['errors'] as readonly {
      readonly field: string;
      readonly reason: string;
    }[];
    assert.equal(field, '[1].recommendationId');
    assert.match(reason, /was not made by this instance.*or leave it out/);
    assert.equal((await server.post({ ...batch[0], recommendationId: '' })).status, 400);
    assert.deepEqual(await row(), before);
  });

  test('are counted by the arm of an experiment, which outlives a restart', async () => {
    const arms = ['plain', 'bold'].map((name) => ({ name, share: 0.5 }));
    const put = (body: object): Promise<Answer> =>
      server.call('PUT', '/v1/experiments/front', JSON.stringify(body), 'application/json');
    assert.equal((await put({ arms })).status, 200);
    assert.equal((await put({ arms, effect: 0.5 })).status, 409);
    const scenario = [arms[0], { name: 'jazz', share: 0.5, scenario: 'jazz' }];
    const unknown = await put({ arms: scenario });
    assert.ok([409, 422].includes(unknown.status), unknown.text);
    for (let n = 0; n < 20; n += 1) {
      const user = `user-${String(n)}`;
      const path = `/v1/users/${user}/recommendations?experiment=front`;
      const { json } = await server.get(path);
      const { name, arm } = json['experiment'] as { readonly name: string; readonly arm: string };
      assert.equal(name, 'front');
      if (arm === 'bold')
        await react(`ab-${String(n)}`, String(json['recommendationId']), { user });
    }
    const figures = (await server.get('/v1/experiments/front')).json;
    const [plain, bold] = figures['arms'] as readonly Json[];
    assert.deepEqual([plain?.['clicked'], bold?.['clicked']], [0, bold?.['answers']]);
    assert.equal(Number(plain?.['users']) + Number(bold?.['users']), 20);
    assert.equal((bold?.['comparison'] as Json)['verdict'], 'early');
    await server.interrupt();
    server = await world.serve(world.path('data'));
    assert.deepEqual((await server.get('/v1/experiments/front')).json, figures);
    const ended = await server.call('DELETE', '/v1/experiments/front');
    assert.deepEqual(ended.json, figures);
    assert.equal((await server.get('/v1/experiments/front')).status, 404);
    const gone = await server.get('/v1/users/u/recommendations?experiment=front');
    assert.equal(gone.status, 422);
  });

  test('may come from a session that is written nowhere', async () => {
    const session = (body: object): Promise<Answer> =>
      server.call('POST', '/v1/sessions/recommendations', JSON.stringify(body), 'application/json');
    const { hash, events } = await server.stand();
    const asked = { events: [{ type: 'play', item: 'odd-3', time: TIME }], n: 5 };
    const answered = await session(asked);
    assert.equal(answered.status, 200, answered.text);
    assert.equal(answered.json['basedOn'], 'user');
    const ids = (answered.json['items'] as readonly { readonly id: string }[]).map(({ id }) => id);
    assert.equal(ids.length, 5);
    assert.ok(!ids.includes('odd-3'));
    assert.deepEqual((await session(asked)).json['items'], answered.json['items']);
    const refused = await session({ events: [{ type: 'plai', item: 'odd-3' }] });
    assert.equal(refused.status, 422);
    assert.match(refused.text, /events\[0\]\.type/);
    const stand = await server.stand();
    assert.deepEqual([stand.hash, stand.events], [hash, events]);
  });

  test('are exported with their answers', async () => {
    const { id } = await answer('user-3');
    assert.equal(await react('x1', id, { user: 'user-3' }), 202);
    const { text } = await server.get('/v1/users/user-3/export');
    assert.ok(text.includes(`"recommendationId":"${id}"`), text);
  });
});

function pick(row: Row | undefined): object {
  const { impressions, clicked, clicks, dismissals, rate } = row ?? ({} as Partial<Row>);
  return { impressions, clicked, clicks, dismissals, rate };
}
