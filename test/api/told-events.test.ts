import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { liveStreamsMax } from '../../api/live-streams.ts';
import { readToldPage, toldPassagesMax } from '../../api/told-page.ts';
import { RepriseError } from '../../events/error.ts';
import type { ToldEvent } from '../../events/export-events.ts';
import { toCloudEvent } from '../../events/told-cloud-event.ts';
import type { ToldCloudEvent } from '../../events/told-cloud-event.ts';
import { startApi } from './harness.ts';
import type { Api } from './harness.ts';

describe('an event that is told', () => {
  const time = Date.UTC(2026, 0, 1);
  const common = {
    ...{ specversion: '1.0', id: '3:7', source: '/partitions/3', position: '3:7' },
    ...{ datacontenttype: 'application/json', time: '2026-01-01T00:00:00.000Z' },
  };

  test('is an interaction as it was sent', () => {
    const sent = {
      id: 'own',
      type: 'play',
      user: 'ada',
      item: 'song',
      value: 2,
      context: { a: 1 },
    };
    assert.deepEqual(toCloudEvent({ ...sent, position: '3:7', time }), {
      ...{ ...common, type: 'dev.reprise.interaction.play', subject: 'song', sentid: 'own' },
      data: { user: 'ada', item: 'song', value: 2, context: { a: 1 } },
    });
  });

  test('is an item that was published or withdrawn', () => {
    const told = (metadata: Readonly<Record<string, unknown>> | null): ToldCloudEvent =>
      toCloudEvent({ published: 'song', metadata, position: '3:7', time });
    const data = { item: 'song', metadata: { title: 'A' } };
    const item = { ...common, subject: 'song' };
    assert.deepEqual(told({ title: 'A' }), { ...item, type: 'dev.reprise.item.published', data });
    assert.equal(told(null).type, 'dev.reprise.item.withdrawn');
  });

  test('is a stretch of which nothing is told', () => {
    const told = toCloudEvent({ position: '3:7', passed: 1_000 });
    const { time: untold, ...rest } = common;
    assert.ok(untold !== '' && !('time' in told));
    assert.deepEqual(told, {
      ...{ ...rest, type: 'dev.reprise.journal.passed', subject: '3:7', data: { passed: 1_000 } },
    });
  });

  test('is a promotion', () => {
    assert.deepEqual(toCloudEvent({ promoted: 'v2', position: '3:7', time }), {
      ...{ ...common, type: 'dev.reprise.model.promoted', subject: 'v2', data: { version: 'v2' } },
    });
  });

  test('has no time where no date can hold it', () => {
    assert.ok(!('time' in toCloudEvent({ promoted: 'v2', position: '3:7', time: 1e300 })));
  });
});

describe('a page of what is told', () => {
  async function* telling(events: readonly ToldEvent[]): AsyncGenerator<ToldEvent> {
    yield* events;
    await Promise.resolve();
  }

  function passage(position: string): ToldEvent {
    return { position, passed: 1_000 };
  }

  async function pageOf(events: readonly ToldEvent[], n = 1_000): Promise<readonly string[]> {
    const page = await readToldPage(telling(events), n);
    return page.map(({ position, text }) => {
      const { data } = JSON.parse(text) as ToldCloudEvent;
      return 'passed' in data ? `${position} ${String(data['passed'])}` : position;
    });
  }

  test('has one passage where many follow each other in a partition', async () => {
    const event: ToldEvent = { promoted: 'v2', position: '0:9000', time: 0 };
    const events = [passage('0:1'), passage('0:2'), event, passage('0:3'), passage('1:4')];
    const expected = ['0:2 2000', '0:9000', '0:3 1000', '1:4 1000'];
    assert.deepEqual(await pageOf(events), expected);
  });

  test('ends at the events that were asked for, and after so many rows of nothing', async () => {
    const events = Array.from({ length: 200 }, (_, n) => passage(`0:${String(n)}`));
    const rows = `0:${String(toldPassagesMax - 1)} ${String(1_000 * toldPassagesMax)}`;
    assert.deepEqual(await pageOf(events), [rows]);
    const event: ToldEvent = { promoted: 'v2', position: '0:5', time: 0 };
    assert.deepEqual(await pageOf([event, event, event], 2), ['0:5', '0:5']);
  });
});

/** What a stream told: the ids and positions of its events so far, and how it ended. */
interface Followed {
  readonly told: { readonly id: string; readonly position: string }[];
  readonly ends: string[];
  readonly status: number;
  close(): void;
}

function follow(port: number, query: string, lastId?: string): Promise<Followed> {
  return new Promise((resolve, reject) => {
    const headers = {
      accept: 'text/event-stream',
      ...(lastId !== undefined && { 'last-event-id': lastId }),
    };
    const path = `/v1/events${query}`;
    request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      const followed: Followed = {
        ...{ told: [], ends: [], status: response.statusCode ?? 0 },
        close: () => response.destroy(),
      };
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) {
          const [, name] = /^event: (.*)$/m.exec(block) ?? [];
          const [, data = '{}'] = /^data: (.*)$/m.exec(block) ?? [];
          const [, id = ''] = /^id: (.*)$/m.exec(block) ?? [];
          const { position } = JSON.parse(data) as { position: string };
          if (name === 'told') followed.told.push({ id, position });
          else if (name !== undefined) followed.ends.push(data);
        }
      });
      response.on('error', () => undefined);
      resolve(followed);
    })
      .on('error', reject)
      .end();
  });
}

async function until(holds: () => boolean): Promise<void> {
  const endMs = Date.now() + 20_000;
  while (!holds()) {
    assert.ok(Date.now() < endMs, 'in vain waited');
    await sleep(5);
  }
}

describe('a stream of GET /v1/events', () => {
  async function play(api: Api, from: number, to: number): Promise<void> {
    const plays = Array.from({ length: to - from }, (_, n) => ({
      ...{ id: `play-${String(from + n)}`, type: 'play', user: 'ada', item: 'song' },
    }));
    await api.call('POST', '/v1/events', { body: plays });
  }

  const positions = (from: number, to: number): readonly string[] =>
    Array.from({ length: to - from }, (_, n) => `0:${String(from + n)}`);

  test('tells all there is and then what comes, and goes on where another one broke off', async () => {
    const api = await startApi();
    try {
      await play(api, 0, 250);
      const stream = await follow(api.port, '?after=0:9');
      await until(() => stream.told.length >= 240);
      await play(api, 250, 253);
      await until(() => stream.told.length >= 243);
      assert.deepEqual(
        stream.told.map(({ position }) => position),
        positions(10, 253),
      );
      assert.ok(stream.told.every(({ id, position }) => id === position));
      stream.close();
      const next = await follow(api.port, '?after=0:9', stream.told.at(-3)?.id);
      await until(() => next.told.length >= 2);
      assert.deepEqual(
        next.told.map(({ position }) => position),
        positions(251, 253),
      );
      next.close();
    } finally {
      await api.close();
    }
  });

  test('names every partition in its id', async () => {
    const api = await startApi();
    try {
      await play(api, 0, 2);
      const stream = await follow(api.port, '?after=0:0&after=7:3');
      await until(() => stream.told.length === 1);
      assert.deepEqual(stream.told, [{ id: '0:1,7:3', position: '0:1' }]);
      stream.close();
    } finally {
      await api.close();
    }
  });

  test('counts among the streams of the page: past their bound the oldest ends', async () => {
    const api = await startApi();
    try {
      const first = await follow(api.port, '');
      const others: Followed[] = [];
      for (let n = 0; n < liveStreamsMax; n += 1) others.push(await follow(api.port, ''));
      await until(() => first.ends.length > 0);
      assert.match(first.ends[0] ?? '', /displaced/);
      await play(api, 0, 1);
      await until(() => others.every(({ told }) => told.length === 1));
      assert.equal(first.told.length, 0);
    } finally {
      await api.close();
    }
  });

  test('says what is wrong where it can not go on, and where it is asked wrongly', async () => {
    const api = await startApi();
    const { maintenance } = api.deps;
    const broken = {
      ...maintenance,
      tellEvents: () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.reject(new RepriseError('DAMAGED', 'a block is damaged: restore it')),
        }),
      }),
    };
    const other = await startApi({ maintenance: broken });
    try {
      const stream = await follow(other.port, '');
      await until(() => stream.ends.length > 0);
      assert.match(stream.ends[0] ?? '', /a block is damaged/);
      assert.equal((await follow(api.port, '', 'nonsense')).status, 400);
    } finally {
      await other.close();
      await api.close();
    }
  });
});

describe('GET /v1/events', () => {
  let api: Api;
  before(async () => {
    api = await startApi();
    const plays = Array.from({ length: 5 }, (_, n) => ({
      ...{ id: `play-${String(n)}`, type: 'play', user: 'ada', item: `song-${String(n)}` },
    }));
    await api.call('POST', '/v1/events', { body: plays });
    await api.call('PUT', '/v1/items/song-1', { body: { title: 'A song' } });
    await api.deps.journal.append([
      {
        ...{ partition: 'all', key: new Uint8Array(16).fill(7) },
        fact: {
          ...{ kind: 'ModelPromoted', version: 'v2', baseSha256: [], start: [], settings: {} },
          timeMs: Date.UTC(2026, 0, 1),
        },
      },
    ]);
  });
  after(() => api.close());

  async function page(query: string): Promise<readonly ToldCloudEvent[]> {
    const { status, headers, text } = await api.call('GET', `/v1/events${query}`);
    assert.equal(status, 200, text);
    assert.equal(headers['content-type'], 'application/cloudevents-batch+json');
    return JSON.parse(text) as readonly ToldCloudEvent[];
  }

  test('tells all that was appended and promoted, page by page', async () => {
    const told: ToldCloudEvent[] = [];
    const sizes: number[] = [];
    for (let query = '?n=3'; ; query = `?n=3&after=${told.at(-1)?.position ?? ''}`) {
      const events = await page(query);
      sizes.push(events.length);
      if (events.length === 0) break;
      told.push(...events);
    }
    assert.deepEqual(sizes, [3, 3, 1, 0]);
    assert.deepEqual(
      told.map(({ type }) => type.replace('dev.reprise.', '')),
      [...Array.from({ length: 5 }, () => 'interaction.play'), 'item.published', 'model.promoted'],
    );
    assert.deepEqual(
      told.map(({ position }) => position),
      Array.from({ length: 7 }, (_, n) => `0:${String(n)}`),
    );
    assert.equal(told[1]?.sentid, 'play-1');
  });

  test('tells interactions as another Reprise takes them', async () => {
    const other = await startApi();
    try {
      const body = (await page('')).filter(({ type }) => type.includes('.interaction.'));
      const headers = { 'content-type': 'application/cloudevents-batch+json' };
      const { json } = await other.call('POST', '/v1/events', { body, headers });
      assert.equal(json['accepted'], 5);
      const again = await other.call('POST', '/v1/events', { body, headers });
      assert.deepEqual([again.json['accepted'], again.json['duplicates']], [0, 5]);
    } finally {
      await other.close();
    }
  });

  for (const query of ['?n=0', '?n=1001', '?after=x', '?from=0:1']) {
    test(`refuses ${query}`, async () => {
      assert.equal((await api.call('GET', `/v1/events${query}`)).status, 400);
    });
  }
});
