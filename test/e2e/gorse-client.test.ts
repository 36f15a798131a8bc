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
    const alike = await gorse.getUserNeighbors({ userId: 'jazz-0', cursorOptions: { n: 10 } });
    const names = (alike as unknown as { Id: string }[]).map(({ Id }) => Id);
    assert.equal(new Set(names).size, 10);
    for (const name of names) assert.match(name, /^jazz-(?!0$)/);
    const popular = await gorse.getPopular({ cursorOptions: { n: 12 } });
    assert.equal(popular.length, 12);
  });

  test('lists what is new and what is of a category', async () => {
    const Timestamp = '2026-02-01T00:00:00Z';
    const late = { ItemId: 'folk-late', IsHidden: false, Categories: ['folk'] };
    await gorse.upsertItems([{ ...late, Timestamp, Comment: 'Late' }]);
    const latest = await eventually(
      () => gorse.getLatest({ cursorOptions: { n: 1 } }),
      ([first]) => first?.Id === 'folk-late',
    );
    assert.deepEqual(latest, [{ Id: 'folk-late', Score: Date.parse(Timestamp) / 1_000 }]);
    assert.notEqual((await gorse.getLatest({ category: 'jazz' }))[0]?.Id, 'folk-late');
    const isJazz = (id: string): boolean => id.startsWith('jazz-');
    const jazz = { category: 'jazz', cursorOptions: { n: 12 } };
    assert.ok((await gorse.getPopular(jazz)).every(({ Id }) => isJazz(Id)));
    assert.deepEqual(await gorse.getRecommend({ ...jazz, userId: 'jazz-0' }), ['jazz-1']);
    assert.deepEqual(await gorse.getRecommend({ userId: 'jazz-0', category: 'polka' }), []);
  });

  test('changes an item, one thing after the other', async () => {
    const sent = { ItemId: 'folk-late', IsHidden: false, Comment: 'Later' };
    const Timestamp = '2026-02-02T00:00:00Z';
    assert.equal(await gorse.updateItem('folk-late', { ...sent, Timestamp }), 1);
    assert.equal(await gorse.insertItemCategory('folk-late', 'late'), 1);
    assert.equal(await gorse.deleteItemCategory('folk-late', 'folk'), 1);
    const item = await eventually(
      () => gorse.getItem('folk-late'),
      ({ Categories }) => Categories?.join() === 'late',
    );
    assert.deepEqual(
      [item.Comment, item.Timestamp, item.Categories],
      ['Later', Timestamp, ['late']],
    );
    assert.equal(await gorse.updateUser('jazz-0', { UserId: 'jazz-0' }), 1);
  });

  test('answers a session by its own events, of one category where it is named', async () => {
    const heard = ['2', '3', '4'].map((song) => ({
      ...{ FeedbackType: 'star', UserId: '', ItemId: `jazz-${song}` },
      Timestamp: '2026-01-20T00:00:00Z',
    }));
    const asked = { cursorOptions: { n: 12 } };
    /** A machine that is busy asks its callers to ask again. */
    const answered = (more: { category?: string } = {}): Promise<readonly string[]> =>
      eventually(
        async () => {
          const answer = gorse.getSessionRecommend(heard, { ...asked, ...more });
          const best = (await answer.catch((error: unknown) => {
            if ((error as { code?: number }).code !== 503) throw error;
            return [];
          })) as readonly { Id: string }[];
          return best.map(({ Id }) => Id);
        },
        (ids) => ids.length > 0,
      );
    const ids = await answered();
    assert.ok(ids.length > 3 && !ids.some((id) => ['jazz-2', 'jazz-3', 'jazz-4'].includes(id)));
    const folk = await answered({ category: 'folk' });
    assert.ok(folk.length > 0 && folk.every((id) => id.startsWith('folk-')), folk.join());
    assert.deepEqual(await gorse.getSessionRecommend([], asked), []);
  });

  test('reads feedback by user and item, by item, and page by page', async () => {
    const between = { type: 'star', userId: 'jazz-0', itemId: 'jazz-2' };
    const last = await gorse.getFeedback(between);
    assert.deepEqual(
      [last.FeedbackType, last.UserId, last.ItemId, last.Timestamp],
      ['like', 'jazz-0', 'jazz-2', '2026-01-20T00:00:00.000Z'],
    );
    const ofItem = await gorse.getItemFeedbackByType('jazz-2', 'star');
    assert.equal(ofItem.length, 100);
    assert.ok(ofItem.every(({ ItemId }) => ItemId === 'jazz-2'));
    let told = 0;
    for (let Cursor = ''; ;) {
      // Its types say Feedbacks; what Gorse sends, and so do we, is Feedback.
      const page = (await gorse.getFeedbacks('star', { n: 100, Cursor })) as unknown as {
        readonly Cursor: string;
        readonly Feedback: readonly unknown[];
      };
      told += page.Feedback.length;
      if (page.Cursor === '') break;
      ({ Cursor } = page);
    }
    assert.equal(told, DAYS * 40 * 5);
    await assert.rejects(gorse.deleteFeedback(between), { code: 405 });
    await assert.rejects(gorse.getUserNeighbors({ userId: 'nobody' }), { code: 404 });
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
