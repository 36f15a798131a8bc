import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Gorse } from 'gorsejs';

import type { Server } from './server.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

const KEY = 'gorse-0123456789abcdef';
/** Two tastes: of the six songs of a genre every listener to it stars all but one. */
const SONGS = ['1', '2', '3', '4', '5', '6'] as const;
const GENRES = ['jazz', 'folk'] as const;
/** How often they star them. */
const DAYS = 20;
const learnMsMax = 60_000;

function starsOf(Timestamp: string): Parameters<Gorse<string>['insertFeedbacks']>[0] {
  return GENRES.flatMap((genre) =>
    Array.from({ length: 20 }, (_, listener) =>
      SONGS.filter((song) => listener % 6 !== Number(song) - 1).map((song) => ({
        ...{ FeedbackType: 'star', UserId: `${genre}-${String(listener)}` },
        ...{ ItemId: `${genre}-${song}`, Timestamp },
      })),
    ).flat(),
  );
}

describe('the client of Gorse from npm', () => {
  let world: World;
  let server: Server;
  let gorse: Gorse<string>;

  before(async () => {
    world = await createWorld();
    server = await world.serve(world.path('data'), { env: { REPRISE_API_KEY: KEY } });
    gorse = new Gorse({ endpoint: server.url, secret: KEY });
  });

  after(async () => {
    await server.interrupt();
    await world.close();
  });

  /** Asks again until an answer holds: Gorse's clients can't wait for a position. */
  async function eventually<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
    const endMs = performance.now() + learnMsMax;
    for (;;) {
      const answer = await ask();
      if (holds(answer) || performance.now() > endMs) return answer;
      await sleep(20);
    }
  }

  test('publishes items and reads them', async () => {
    for (const genre of GENRES) {
      for (const song of SONGS) {
        const sent = { ItemId: `${genre}-${song}`, IsHidden: false, Categories: [genre] };
        const Timestamp = '2026-01-01T00:00:00Z';
        const affected = await gorse.upsertItem({ ...sent, Timestamp, Comment: `Song ${song}` });
        assert.equal(affected, 1);
      }
    }
    const item = await eventually(
      () => gorse.getItem('folk-6').catch(() => undefined),
      (known) => known !== undefined,
    );
    assert.equal(item?.Comment, 'Song 6');
    assert.deepEqual(item.Categories, ['folk']);
  });

  test('sends feedback, and gets recommendations that have learned from it', async () => {
    assert.equal(await gorse.insertUser({ UserId: 'jazz-0' }), 1);
    for (let day = 1; day <= DAYS; day += 1) {
      const feedback = starsOf(`2026-01-${String(day).padStart(2, '0')}T00:00:00Z`);
      assert.equal(await gorse.insertFeedbacks(feedback), feedback.length);
      if (day > 1) continue;
      assert.equal(await gorse.upsertFeedbacks(feedback), feedback.length, 'the same again');
    }
    const events = DAYS * 40 * 5;
    const { counts } = await eventually(status, (stand) => stand.counts.events >= events);
    assert.equal(counts.users, 40);
    assert.equal(counts.events, events, 'what was sent twice counts once');

    // jazz-0 has starred all songs of jazz but one.
    const best = await eventually(
      () => gorse.getRecommend({ userId: 'jazz-0', cursorOptions: { n: 7 } }),
      (ids) => ids.length === 7 && ids[0] === 'jazz-1',
    );
    assert.equal(best[0], 'jazz-1');
    assert.ok(
      best.slice(1).every((id) => id.startsWith('folk-')),
      best.join(),
    );
    const rest = await gorse.getRecommend({ userId: 'jazz-0', cursorOptions: { n: 7, offset: 1 } });
    assert.deepEqual(rest, best.slice(1));

    const history = await gorse.getUserFeedback('jazz-0');
    assert.equal(history.length, 100);
    assert.ok(history.every(({ FeedbackType }) => FeedbackType === 'like'));
  });

  /** How many events and users there are, by the status page. */
  async function status(): Promise<{ readonly counts: { events: number; users: number } }> {
    const response = await fetch(`${server.url}/v1/status`, { headers: { 'x-api-key': KEY } });
    return (await response.json()) as { counts: { events: number; users: number } };
  }

  test('finds neighbours and popular items', async () => {
    const near = await gorse.getItemNeighbors({ itemId: 'jazz-1', cursorOptions: { n: 3 } });
    assert.equal(near.length, 3);
    assert.ok(
      near.every((each) => {
        // Its types say ids alone; what it gives, as Gorse does, is scores, too.
        const { Id, Score } = each as unknown as { Id: string; Score: number };
        return Id !== 'jazz-1' && Number.isFinite(Score);
      }),
    );
    const popular = await gorse.getPopular({ cursorOptions: { n: 12 } });
    assert.equal(popular.length, 12);
  });

  test('is told what is refused', async () => {
    const wrong = { FeedbackType: 'shrug', UserId: 'a', ItemId: 'b', Timestamp: '2026-01-02' };
    await assert.rejects(gorse.insertFeedbacks([wrong]), { code: 422 });
    await assert.rejects(gorse.getItem('nothing'), { code: 404 });
    const stranger = new Gorse({ endpoint: server.url, secret: 'guessed' });
    await assert.rejects(stranger.getRecommend({ userId: 'a' }), { code: 401 });
  });

  test('takes items and users away', async () => {
    assert.equal(await gorse.deleteItem('jazz-1'), 1);
    const best = await eventually(
      () => gorse.getRecommend({ userId: 'jazz-0', cursorOptions: { n: 7 } }),
      (ids) => !ids.includes('jazz-1'),
    );
    assert.ok(!best.includes('jazz-1'), best.join());
    const { Users } = await gorse.getUsers({ n: 100 });
    assert.equal(Users.length, 40);
    assert.equal(await gorse.deleteUser('folk-3'), 1);
    await assert.rejects(gorse.getUser('folk-3'), { code: 404 });
  });
});
