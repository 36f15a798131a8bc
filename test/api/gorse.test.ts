import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { exportEvents } from '../../events/export-events.ts';
import { gorseEvent } from '../../api/gorse-events.ts';
import type { FeedbackPage } from '../../api/gorse-feedback-page.ts';
import { gorsePatched } from '../../api/gorse-item.ts';
import type { GorseFeedback, GorseItemPatch } from '../../api/schema/gorse.ts';
import type { AskedRules } from '../../projections/rules/asked-rules.ts';
import { startApi } from './harness.ts';
import type { Api } from './harness.ts';

const LIKE = { FeedbackType: 'like', UserId: 'ada', ItemId: 'song', Timestamp: '2025-12-31' };

describe('feedback', () => {
  function check(what: string, more: Partial<GorseFeedback>, expected: object): void {
    test(what, () => {
      const { id: _id, ...event } = gorseEvent({ ...LIKE, Timestamp: '', ...more });
      assert.deepEqual(event, { type: 'like', user: 'ada', item: 'song', ...expected });
    });
  }
  const noon = Date.UTC(2025, 11, 31, 12);

  check('is an event of its type', {}, {});
  check('keeps its value', { Value: 4.5 }, { value: 4.5 });
  check('keeps its time', { Timestamp: '2025-12-31T13:00:00+01:00' }, { time: noon });
  check('of the year 1 has no time', { Timestamp: '0001-01-01T00:00:00Z' }, {});
  check('keeps its comment', { Comment: 'lovely' }, { context: { comment: 'lovely' } });
  check('has none where its comment is empty', { Comment: '' }, {});
  check(
    'of a name that others use is taken as what it means',
    { FeedbackType: 'watch' },
    { type: 'play', context: { feedbackType: 'watch' } },
  );
  check(
    'of a name of JavaScript’s is no other',
    { FeedbackType: 'toString' },
    { type: 'toString' },
  );

  test('of a time has an id of what it says, and others have none', () => {
    const { id } = gorseEvent(LIKE);
    assert.match(id ?? '', /^gorse [\da-f]{64}$/);
    assert.equal(gorseEvent({ ...LIKE, Value: 2, Comment: 'more' }).id, id);
    assert.notEqual(gorseEvent({ ...LIKE, UserId: 'bob' }).id, id);
    assert.equal(gorseEvent({ ...LIKE, Timestamp: undefined }).id, undefined);
  });
});

describe('Gorse’s routes', () => {
  let api: Api;
  before(async () => {
    api = await startApi();
  });
  after(() => api.close());

  test('take feedback once, however it is sent', async () => {
    const body = [LIKE, { ...LIKE, FeedbackType: 'read', ItemId: 'other', Comment: 'long' }];
    for (const method of ['POST', 'PUT', 'POST']) {
      const { status, json } = await api.call(method, '/api/feedback', { body });
      assert.deepEqual([status, json], [200, { RowAffected: 2 }]);
    }
    const events = [];
    for await (const event of exportEvents(api.deps.journal, api.deps.identities)) {
      if ('user' in event) events.push([event.type, event.item, event.context]);
    }
    assert.deepEqual(events, [
      ['like', 'song', undefined],
      ['view', 'other', { feedbackType: 'read', comment: 'long' }],
    ]);
  });

  const refused: readonly (readonly [string, object | string, number, string])[] = [
    ['of an unknown type', [LIKE, { ...LIKE, FeedbackType: 'shrug' }], 422, '[1].FeedbackType'],
    ['of the future', [{ ...LIKE, Timestamp: '2030-01-01' }], 422, '[0].Timestamp'],
    ['without a user', [{ FeedbackType: 'like', ItemId: 'song' }], 400, '[0].UserId'],
    ['with an empty user', [{ ...LIKE, UserId: '' }], 400, '[0].UserId'],
    ['with a field that is not known', [{ ...LIKE, Weight: 1 }], 400, '[0].Weight'],
    ['at no time', [{ ...LIKE, Timestamp: 'yesterday' }], 400, '[0].Timestamp'],
    ['that is none', [], 400, ''],
    ['that is no list', LIKE, 400, ''],
  ];
  for (const [what, body, status, field] of refused) {
    test(`refuse feedback ${what}, all of it`, async () => {
      const head = api.deps.journal.head(0);
      const answer = await api.call('POST', '/api/feedback', { body });
      assert.equal(answer.status, status, answer.text);
      const [first] = answer.json['errors'] as readonly { readonly field: string }[];
      assert.equal(first?.field, field, answer.text);
      assert.equal(api.deps.journal.head(0), head);
    });
  }

  test('say which types there are', async () => {
    const body = [{ ...LIKE, FeedbackType: 'shrug' }];
    const { json } = await api.call('POST', '/api/feedback', { body });
    assert.match(String(json['detail']), /view, add, play.+ watch, listen, star/);
  });

  test('recommend ids, or scores to those who know them, from an offset on', async () => {
    const ids = await api.call('GET', '/api/recommend/ada?n=3');
    assert.deepEqual(JSON.parse(ids.text), ['song']);
    const headers = { 'x-api-version': '2' };
    const scored = await api.call('GET', '/api/recommend/ada/', { headers });
    assert.deepEqual(JSON.parse(scored.text), [{ Id: 'song', Score: 1.25 }]);
    const later = await api.call('GET', '/api/recommend/ada?n=3&offset=1');
    assert.deepEqual(JSON.parse(later.text), []);
    const [, query] = api.deps.calls.findLast(([name]) => name === 'recommend') ?? [];
    assert.deepEqual(query, { user: 'ada', n: 4, after: [], exclude: 'seen' });
  });

  for (const path of [
    '/api/recommend/ada?n=60&offset=60',
    '/api/recommend/ada?write-back-type=read',
    '/api/recommend/ada/jazz?category=folk',
    '/api/feedback?cursor=next',
    `/api/popular/${'x'.repeat(65)}`,
    '/api/items',
  ]) {
    test(`refuse ${path}, for that is not done here`, async () => {
      const { status, json } = await api.call('GET', path);
      assert.equal(status, 400, JSON.stringify(json));
    });
  }

  test('filter by the category of the path, or of the query, whatever is written in it', async () => {
    const asked: readonly (readonly [string, string])[] = [
      ['/api/recommend/ada/jazz', 'jazz'],
      ['/api/recommend/ada?category=jazz', 'jazz'],
      ['/api/popular/say%20%22hi%22%5C', 'say "hi"\\'],
    ];
    for (const [path, category] of asked) {
      assert.equal((await api.call('GET', path)).status, 200, path);
      const call = api.deps.calls.at(-1) ?? [];
      const rules = call[0] === 'popular' ? call[2] : (call[1] as { rules: unknown }).rules;
      const { filter } = rules as AskedRules;
      const outer = { user: { events: 0, seenItems: 0 }, context: {} };
      const of = (categories: unknown): unknown => filter?.valueOf({ id: 'i', categories }, outer);
      assert.equal(of(['other', category]), 1, path);
      assert.equal(of(['other']), 0, path);
    }
  });

  test('list what came out last, with its time in seconds', async () => {
    const { text } = await api.call('GET', '/api/latest/jazz?n=2&offset=0');
    assert.deepEqual(JSON.parse(text), [{ Id: 'song', Score: Date.UTC(2026, 0, 1) / 1_000 }]);
    assert.deepEqual(api.deps.calls.at(-1), ['latest', 2, 'jazz']);
    await api.call('GET', '/api/latest/');
    assert.deepEqual(api.deps.calls.at(-1), ['latest', 10, undefined]);
  });

  test('answer a session by what it did, and by nothing else', async () => {
    const body = [{ ...LIKE, UserId: '', FeedbackType: 'star', Comment: 'said', Timestamp: '' }];
    const { text } = await api.call('POST', '/api/session/recommend?n=3', { body });
    assert.deepEqual(JSON.parse(text), [{ Id: 'song', Score: 1.25 }]);
    const query = { n: 3, exclude: 'seen', events: [{ type: 'like', item: 'song' }] };
    assert.deepEqual(api.deps.calls.at(-1), ['session', query]);
    assert.equal((await api.call('POST', '/api/session/recommend/', { body: [] })).text, '[]');
  });

  test('say what to do where feedback is to be deleted', async () => {
    for (const path of ['/api/feedback/like/ada/song', '/api/feedback/ada/song']) {
      const { status, headers, json } = await api.call('DELETE', path);
      assert.deepEqual([status, headers.allow], [405, 'GET']);
      assert.match(String(json['detail']), /not taken back.+dislike.+quarantine/);
    }
  });

  test('tell the last feedback of a type with an item, or that there is none', async () => {
    const { json } = await api.call('GET', '/api/feedback/watch/ada/song');
    assert.equal(json['FeedbackType'], 'play');
    assert.equal((await api.call('GET', '/api/feedback/like/ada/song')).text, '{}');
    assert.equal((await api.call('GET', '/api/feedback/ada/other')).text, '[]');
    const of = await api.call('GET', '/api/item/song/feedback/watch');
    assert.match(of.text, /"UserId":"u"/);
    assert.deepEqual(api.deps.calls.at(-1), ['itemEvents', 'song', 100, 'play']);
  });

  test('publish items under our names, and withdraw those that are hidden', async () => {
    const body = [
      { ItemId: 'a', Comment: 'A song', Categories: ['jazz'], Labels: { year: 1999 } },
      { ItemId: 'b', IsHidden: true, Timestamp: '2025-01-01T00:00:00Z' },
    ];
    const { json } = await api.call('POST', '/api/items', { body });
    assert.deepEqual(json, { RowAffected: 2 });
    const published = [];
    for await (const event of exportEvents(api.deps.journal, api.deps.identities)) {
      if ('published' in event) published.push([event.published, event.metadata]);
    }
    assert.deepEqual(published, [
      ['a', { title: 'A song', categories: ['jazz'], labels: { year: 1999 } }],
      ['b', null],
    ]);
  });

  test('publish no item where one is too large', async () => {
    const head = api.deps.journal.head(0);
    const body = [{ ItemId: 'a' }, { ItemId: 'b', Labels: 'x'.repeat(70_000) }];
    const { status } = await api.call('POST', '/api/items', { body });
    assert.equal(status, 400);
    assert.equal(api.deps.journal.head(0), head);
  });

  test('say that nothing of a user is kept', async () => {
    const { json } = await api.call('POST', '/api/user', { body: { UserId: 'ada' } });
    assert.deepEqual(json, { RowAffected: 1 });
    const body = { UserId: 'ada', Labels: ['a'], Comment: 'b' };
    const more = await api.call('POST', '/api/user', { body });
    assert.match(String(more.json['Ignored']), /^Labels, Subscribe and Comment/);
  });

  test('tell what is there and what is not', async () => {
    const item = await api.call('GET', '/api/item/song');
    assert.deepEqual(item.json, {
      ...{ ItemId: 'song', IsHidden: false, Categories: [], Labels: null, Timestamp: '' },
      Comment: 'A song',
    });
    const user = await api.call('GET', '/api/user/ada');
    assert.deepEqual(user.json, { UserId: 'ada', Labels: null, Comment: '' });
    const history = await api.call('GET', '/api/user/ada/feedback/play');
    assert.deepEqual(JSON.parse(history.text), [
      { FeedbackType: 'play', UserId: 'ada', ItemId: 'song', Timestamp: '', Comment: '' },
    ]);
    assert.equal((await api.call('GET', '/api/user/ada/feedback/like')).text, '[]');
    for (const path of [
      ...['/api/item/unknown', '/api/user/unknown', '/api/item/unknown/neighbors'],
      '/api/user/unknown/neighbors',
    ]) {
      assert.equal((await api.call('GET', path)).status, 404, path);
    }
  });

  test('tell who is like a user, from an offset on', async () => {
    const { text } = await api.call('GET', '/api/user/ada/neighbors?n=2&offset=1');
    assert.deepEqual(JSON.parse(text), [{ Id: 'cy', Score: 0.25 }]);
    assert.deepEqual(api.deps.calls.at(-1), ['neighbours', 'ada', 3]);
    const { neighbours: _, ...activity } = api.deps.activity ?? assert.fail('nobody is listed');
    const other = await startApi({ activity });
    const refused = await other.call('GET', '/api/user/ada/neighbors');
    await other.close();
    assert.equal(refused.status, 503);
    assert.match(String(refused.json['detail']), /ask an instance of the embedded profile/);
  });
});

test('Gorse’s probes tell when answers are not right yet', async () => {
  const api = await startApi();
  const health = { ...api.deps.health, awaited: () => ['replay'] };
  const waiting = await startApi({ health });
  try {
    assert.deepEqual((await api.call('GET', '/api/health/ready')).json, {
      ...{ Ready: true, DataStoreConnected: true, CacheStoreConnected: true },
    });
    assert.equal((await waiting.call('GET', '/api/health/ready')).status, 503);
    assert.equal((await waiting.call('GET', '/api/health/live')).status, 200);
  } finally {
    await api.close();
    await waiting.close();
  }
});

describe('everybody’s feedback', () => {
  let api: Api;
  before(async () => {
    api = await startApi();
    const feedback = ['a', 'b', 'c', 'd', 'e'].map((ItemId, day) => ({
      ...{ ...LIKE, ItemId, FeedbackType: day % 2 === 0 ? 'star' : 'read' },
      ...{ Timestamp: `2025-12-0${String(day + 1)}T00:00:00.000Z`, Comment: `no. ${ItemId}` },
    }));
    await api.call('POST', '/api/feedback', { body: feedback });
    await api.call('POST', '/api/item', { body: { ItemId: 'a', Comment: 'An item' } });
  });
  after(() => api.close());

  async function pages(path: string, n: number, name: string): Promise<string[][]> {
    const told: string[][] = [];
    for (let cursor = ''; told.length < 10;) {
      const { json } = await api.call('GET', `${path}?n=${String(n)}&${name}=${cursor}`);
      const { Feedback, Cursor } = json as unknown as FeedbackPage;
      told.push(Feedback.map(({ ItemId, Comment }) => `${ItemId} ${Comment}`));
      if (Cursor === '') return told;
      cursor = encodeURIComponent(Cursor);
    }
    throw new Error('the pages have no end');
  }

  test('comes page by page, each once, to the end', async () => {
    const all = await pages('/api/feedback', 2, 'cursor');
    assert.deepEqual(all.flat(), ['a no. a', 'b no. b', 'c no. c', 'd no. d', 'e no. e']);
    assert.deepEqual(
      all.map((page) => page.length),
      [2, 2, 1],
    );
  });

  test('comes by its type under either name, to those who write Cursor, too', async () => {
    assert.deepEqual(await pages('/api/feedback/star', 2, 'Cursor'), [
      ['a no. a', 'c no. c'],
      ['e no. e'],
    ]);
    assert.deepEqual(await pages('/api/feedback/like', 100, 'cursor'), [
      ['a no. a', 'c no. c', 'e no. e'],
    ]);
  });
});

describe('a change of an item', () => {
  const item = { title: 'A song', categories: ['jazz'], labels: { year: 1999 }, ours: true };

  function check(what: string, patch: GorseItemPatch, expected: object | null): void {
    test(what, () => assert.deepEqual(gorsePatched(item, patch), expected));
  }
  check('of nothing changes nothing', {}, item);
  check('replaces what it names', { Comment: 'New' }, { ...item, title: 'New' });
  check(
    'takes away what it empties',
    { Labels: null, Comment: '' },
    {
      categories: ['jazz'],
      ours: true,
    },
  );
  check('that hides it withdraws it', { IsHidden: true }, null);
  check('that shows it leaves it', { IsHidden: false }, item);

  test('is published with what was there, once per call', async () => {
    const api = await startApi();
    try {
      const calls: readonly (readonly [string, string, object?])[] = [
        ['PATCH', '/api/item/song', { ItemId: 'song', Timestamp: '2025-12-31' }],
        ['PUT', '/api/item/song/category/jazz'],
        ['DELETE', '/api/item/song/category/jazz'],
      ];
      for (const [method, path, body] of calls) {
        const { json } = await api.call(method, path, body === undefined ? {} : { body });
        assert.deepEqual(json, { RowAffected: 1 }, path);
      }
      const published = [];
      for await (const event of exportEvents(api.deps.journal, api.deps.identities)) {
        if ('published' in event) published.push(event.metadata);
      }
      assert.deepEqual(published, [
        { title: 'A song', timestamp: '2025-12-31' },
        { title: 'A song', categories: ['jazz'] },
        { title: 'A song', categories: [] },
      ]);
      const [, , after] = api.deps.calls.find(([name]) => name === 'item') ?? [];
      assert.deepEqual(
        after,
        [{ partition: 0, sequence: 7 }],
        'what was published before is known',
      );
    } finally {
      await api.close();
    }
  });

  test('of another item, or of none, is refused', async () => {
    const api = await startApi();
    try {
      const other = await api.call('PATCH', '/api/item/song', { body: { ItemId: 'else' } });
      assert.equal(other.status, 400);
      const none = await api.call('PATCH', '/api/item/unknown', { body: {} });
      assert.equal(none.status, 404);
      assert.match(String(none.json['detail']), /POST/);
    } finally {
      await api.close();
    }
  });
});
