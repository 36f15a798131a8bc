import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { ExploredQuery } from '../../api/explored-port.ts';
import { RepriseError } from '../../events/error.ts';
import { textsOf } from '../../projections/rules/asked-rules.ts';
import { callOnce, NOW_MS, startApi } from './harness.ts';
import type { Api } from './harness.ts';
import { memoryScenarios } from './memory-scenarios.ts';

const ROWS = [
  { answer: 'a', propensity: 0.5, target: 1, reward: 1 },
  { answer: 'b', unproven: 'somebody was erased' },
];

let api: Api;
const asked: ExploredQuery[] = [];
before(async () => {
  api = await startApi({
    scenarios: memoryScenarios(),
    clock: () => NOW_MS,
    explored: {
      async *tell(query) {
        asked.push(query);
        if (query.scenario === 'huge') {
          throw new RepriseError('INVALID', 'from and to hold too many', { field: 'from' });
        }
        yield* await Promise.resolve(ROWS);
      },
    },
  });
});
after(() => api.close());
beforeEach(() => {
  asked.length = 0;
});

describe('what was explored', () => {
  test('is told as NDJSON, by scenario, window and what is evaluated', async () => {
    const filter = 'item.year > 1990';
    await api.call('PUT', '/v1/scenarios/evening', { body: { filter, explore: 0.2 } });
    const window = 'from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00%2B01:00';
    const path = `/v1/explorations?scenario=curious&target=evening&${window}`;
    const { status, text } = await api.call('GET', path);
    assert.equal(status, 200, text);
    const lines = text.trim().split('\n');
    assert.deepEqual(
      lines.map((line): unknown => JSON.parse(line)),
      ROWS,
    );
    const [{ target, ...rest } = {}] = asked;
    assert.deepEqual(rest, {
      scenario: 'curious',
      fromMs: Date.UTC(2026, 0, 1),
      toMs: Date.UTC(2026, 0, 1, 23),
    });
    assert.ok(target);
    const told = { scenario: 'evening', filter, explore: 0.2, exploreItems: 50 };
    assert.deepEqual(textsOf(target), told);
  });

  test('is not told for what is not defined, is no time or too much', async () => {
    const refused = async (query: string, status: number, reason: RegExp): Promise<void> => {
      const answer = await api.call('GET', `/v1/explorations?${query}`);
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.text, reason);
    };
    await refused('target=nowhere', 422, /target names nowhere, which is not defined/);
    await refused('from=yesterday', 400, /from/);
    await refused('until=2026-01-01T00:00:00Z', 400, /until is not known here/);
    await refused('scenario=huge', 422, /from and to hold too many/);
  });

  test('is told by nobody who knows no past', async () => {
    const { status, json } = await callOnce({ explored: undefined }, 'GET', '/v1/explorations');
    assert.equal(status, 503);
    assert.match(String(json['detail']), /from the past/);
  });
});
