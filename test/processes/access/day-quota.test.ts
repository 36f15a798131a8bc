import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import fc from 'fast-check';

import { DayCount } from '../../../processes/access/day-count.ts';
import { DayQuota, dayQuotaPath } from '../../../processes/access/day-quota.ts';

const DAY_MS = 86_400_000;
const noonMs = Date.UTC(2026, 10, 28, 12);

test('of a day of UTC exactly the quota is let in, whatever the order and the names', () => {
  const sent = fc.record({ name: fc.constantFrom('a', 'b', '__proto__'), hours: fc.nat(71) });
  fc.assert(
    fc.property(fc.array(sent, { maxLength: 80 }), fc.integer({ min: 1, max: 9 }), (all, most) => {
      const count = new DayCount();
      const inOrder = [...all].sort((one, other) => one.hours - other.hours);
      const seen = new Map<string, number>();
      for (const { name, hours } of inOrder) {
        const nowMs = hours * 3_600_000;
        const day = `${name} ${String(Math.floor(nowMs / DAY_MS))}`;
        const before = seen.get(day) ?? 0;
        seen.set(day, before + 1);
        const waitMs = count.take(name, most, nowMs);
        assert.equal(waitMs, before < most ? 0 : DAY_MS - (nowMs % DAY_MS));
      }
    }),
  );
});

test('a clock that goes back lets in no more, and names the same moment', () => {
  const count = new DayCount();
  assert.equal(count.take('a', 1, 3 * DAY_MS), 0);
  assert.equal(count.take('a', 1, 3 * DAY_MS - 1_000), DAY_MS + 1_000);
  assert.equal(count.take('a', 1, 4 * DAY_MS), 0);
});

describe('the requests of a day', () => {
  let folder: string;
  const errors: string[] = [];
  const logger = {
    error: (_fields: object, message: string) => void errors.push(message),
  } as never;
  const caller = { name: 'shop', scope: 'read', requestsPerDayMax: 3 } as const;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reprise-quota-'));
  });
  after(() => rm(folder, { recursive: true }));

  function open(path: string, nowMs = noonMs): Promise<DayQuota> {
    return DayQuota.open({ path, clock: () => nowMs, logger });
  }

  test('go on after a restart, and begin anew with the day', async () => {
    const path = dayQuotaPath(folder);
    const first = await open(path);
    assert.deepEqual(
      [1, 2].map(() => first.take(caller)),
      [0, 0],
    );
    assert.equal(
      first.take({ name: 'free', scope: 'admin' }),
      0,
      'without a quota none is counted',
    );
    await first.close();
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), {
      ...{ format: 1, day: Math.floor(noonMs / DAY_MS), used: { shop: 2 } },
    });
    const second = await open(path);
    assert.deepEqual(
      [1, 2, 3].map(() => second.take(caller)),
      [0, DAY_MS / 2, DAY_MS / 2],
    );
    await second.close();
    const next = await open(path, noonMs + DAY_MS);
    assert.deepEqual(
      [1, 2, 3, 4].map(() => next.take(caller)),
      [0, 0, 0, DAY_MS / 2],
    );
    await next.close();
  });

  test('are refused where their file is none of ours, with the remedy', async () => {
    const path = join(folder, 'odd.json');
    for (const text of ['{', '{"format":1,"day":1,"used":{"a":-1}}', '{"format":2}']) {
      await writeFile(path, text);
      await assert.rejects(open(path), { code: 'INVALID', message: /remove it/ });
    }
  });

  test('are counted in memory where they cannot be written', async () => {
    const lost = await open(join(folder, 'gone', 'quotas.json'));
    assert.equal(lost.take(caller), 0);
    await lost.close();
    assert.deepEqual(errors, ['the requests of the day could not be written']);
  });
});
