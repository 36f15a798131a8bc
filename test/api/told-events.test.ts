import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { toCloudEvent } from '../../api/told-events.ts';
import type { ToldCloudEvent } from '../../api/schema/told-events.ts';
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

  test('is a promotion', () => {
    assert.deepEqual(toCloudEvent({ promoted: 'v2', position: '3:7', time }), {
      ...{ ...common, type: 'dev.reprise.model.promoted', subject: 'v2', data: { version: 'v2' } },
    });
  });

  test('has no time where no date can hold it', () => {
    assert.ok(!('time' in toCloudEvent({ promoted: 'v2', position: '3:7', time: 1e300 })));
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
