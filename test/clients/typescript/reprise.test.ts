import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { createReprise, RepriseApiError } from '../../../clients/typescript/src/reprise.ts';
import type {
  Event,
  Reprise,
  RepriseOptions,
  Recommendation,
} from '../../../clients/typescript/src/reprise.ts';
import { startApi } from '../../api/harness.ts';
import type { Api } from '../../api/harness.ts';
import { keyedAccess, SECRET } from '../../api/keys.ts';

const PLAY: Event = { type: 'play', user: 'ada', item: 'song' };

describe('a client beside a server', () => {
  let api: Api;
  let reprise: Reprise;
  before(async () => {
    api = await startApi();
    reprise = createReprise({ baseUrl: `http://127.0.0.1:${String(api.port)}` });
  });
  after(() => api.close());

  test('sends events, each under an id of its own', async () => {
    const sent = await reprise.send([PLAY, PLAY, { ...PLAY, id: 'own' }]);
    assert.equal(sent.accepted, 3);
    assert.equal(sent.positions.length, 3);
    const again = await reprise.send({ ...PLAY, id: 'own' });
    assert.deepEqual([again.accepted, again.duplicates], [0, 1]);
  });

  test('asks for what is after what it sent, a position a partition', async () => {
    const after = { positions: ['0:3', '0:12', '0:7'], pending: [] };
    const answer: Recommendation = await reprise.recommend('ada', { n: 3, after, explain: true });
    assert.equal(answer.basedOn, 'user');
    const [, query] = api.deps.calls.findLast(([name]) => name === 'recommend') ?? [];
    assert.deepEqual(query, {
      ...{ user: 'ada', n: 3, exclude: 'seen', explain: true },
      after: [{ partition: 0, sequence: 12 }],
    });
  });

  for (const id of ['a/b', 'käse 100%', '?x=1#y', '..a', '%2e%2e']) {
    test(`asks for the user ${id} as they are`, async () => {
      await reprise.recommend(id);
      const [, query] = api.deps.calls.findLast(([name]) => name === 'recommend') ?? [];
      assert.equal((query as { user: string }).user, id);
    });
  }

  for (const id of ['.', '..', '']) {
    test(`refuses the id ${JSON.stringify(id)}, which would ask for another path`, async () => {
      await assert.rejects(reprise.item(id), RangeError);
    });
  }

  test('publishes, finds, lists and withdraws items', async () => {
    const { positions } = await reprise.publish('song', { title: 'A song', year: 1999 });
    assert.equal(positions.length, 1);
    assert.equal((await reprise.item('song')).metadata?.['title'], 'A song');
    assert.equal((await reprise.similar('song', { n: 2 })).items[0]?.id, 'song');
    assert.equal((await reprise.popular({ n: 2 })).items[0]?.title, 'A song');
    assert.equal((await reprise.withdraw('song')).positions.length, 1);
  });

  test('has every route, typed', async () => {
    const { data, error } = await reprise.api.POST('/v1/models/{version}/promote', {
      params: { path: { version: 'second' } },
      body: {},
    });
    assert.deepEqual([error, data?.previous], [undefined, 'first']);
  });

  test('rejects with the problem of what is not there, without trying again', async () => {
    const before = api.deps.calls.length;
    await assert.rejects(reprise.item('unknown'), (error) => {
      assert.ok(error instanceof RepriseApiError);
      assert.deepEqual([error.status, error.code], [404, 'NOT_FOUND']);
      assert.equal(error.message, 'no such item');
      assert.equal(error.problem?.instance, '/v1/items/unknown');
      return true;
    });
    assert.equal(api.deps.calls.length, before + 1);
  });
});

test('a key goes with every call', async () => {
  const api = await startApi({ access: keyedAccess() });
  try {
    const baseUrl = `http://127.0.0.1:${String(api.port)}/`;
    const reader = createReprise({ baseUrl, apiKey: SECRET.read });
    assert.equal((await reader.popular()).items.length, 1);
    await assert.rejects(reader.send(PLAY), { status: 403, code: 'FORBIDDEN' });
    await assert.rejects(createReprise({ baseUrl }).popular(), { status: 401 });
  } finally {
    await api.close();
  }
});

/** A client whose tries get these answers, one after the other; an error is thrown. */
function trying(
  answers: readonly (Response | Error)[],
  more: Partial<RepriseOptions> = {},
): { readonly reprise: Reprise; readonly sent: string[]; readonly waits: number[] } {
  const sent: string[] = [];
  const waits: number[] = [];
  const reprise = createReprise({
    baseUrl: 'http://reprise.example',
    fetch: async (request) => {
      sent.push(await request.text());
      const answer = answers[sent.length - 1];
      if (answer instanceof Response) return answer;
      throw answer ?? new Error('more was sent than is answered');
    },
    wait: async (ms) => {
      waits.push(ms);
    },
    ...more,
  });
  return { reprise, sent, waits };
}

function refused(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  const problem = {
    type: '/docs',
    title: 'No',
    status,
    detail: 'not now',
    instance: '/',
    code: 'X',
  };
  return Response.json(problem, { status, headers });
}

const accepted = (): Response =>
  Response.json({ accepted: 1, duplicates: 0, positions: ['0:1'], pending: [] }, { status: 202 });

describe('a call that fails', () => {
  test('is sent again as it was, with the ids of the first time', async () => {
    const { reprise, sent, waits } = trying([
      new TypeError('fetch failed'),
      refused(503, { 'retry-after': '5' }),
      refused(429, { 'retry-after': '3600' }),
      accepted(),
    ]);
    assert.equal((await reprise.send(PLAY)).accepted, 1);
    assert.equal(sent.length, 4);
    assert.equal(new Set(sent).size, 1);
    assert.match(sent[0] ?? '', /"id":"[\da-f-]{36}"/);
    assert.deepEqual(waits, [100, 5_000, 10_000]);
  });

  test('ends with its last failure', async () => {
    const { reprise, sent } = trying([refused(503), refused(504)], { attempts: 2 });
    await assert.rejects(reprise.popular(), { status: 504, code: 'X', message: 'not now' });
    assert.equal(sent.length, 2);
  });

  for (const status of [400, 401, 403, 404, 409, 413, 422, 500]) {
    test(`is not sent again after ${String(status)}`, async () => {
      const { reprise, sent } = trying([refused(status)]);
      await assert.rejects(reprise.send(PLAY), { status });
      assert.equal(sent.length, 1);
    });
  }

  test('tells of a proxy that answers no problem', async () => {
    const { reprise } = trying([new Response('<h1>Gone</h1>', { status: 410 })]);
    await assert.rejects(reprise.popular(), { status: 410, code: 'UNKNOWN', problem: undefined });
  });

  test('ends when its caller leaves', async () => {
    const leaving = new AbortController();
    const { reprise, sent } = trying([refused(503), accepted()], {
      wait: async () => leaving.abort(new Error('left')),
    });
    await assert.rejects(reprise.send(PLAY, { signal: leaving.signal }), { message: 'left' });
    assert.equal(sent.length, 1);
  });

  test('is given up after its time, and tried again', async (t) => {
    // A time-out alone keeps no process alive, as a connection does.
    const alive = setInterval(() => undefined, 1_000);
    t.after(() => {
      clearInterval(alive);
    });
    let tries = 0;
    const { reprise } = trying([], {
      requestMs: 5,
      fetch: (request) => {
        tries += 1;
        if (tries === 2) return Promise.resolve(accepted());
        return new Promise((_resolve, reject) => {
          request.signal.addEventListener('abort', () => reject(request.signal.reason as Error));
        });
      },
    });
    assert.equal((await reprise.send(PLAY)).accepted, 1);
    assert.equal(tries, 2);
  });
});
