import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../../processes/config.ts';

test('a schedule is off, a span, or cron', () => {
  for (const when of ['off', '30m', '6h', '1d', '17 3 * * *', '*/5 0-6 1,15 JAN-MAR MON']) {
    assert.equal(readConfig({ REPRISE_SCHEDULE_TRAIN: when }).scheduleTrain, when);
  }
  for (const when of ['', 'daily', '0h', '6 h', '1w', '* * * *', '0 3 * * * *', '0 3 * * $']) {
    assert.throws(
      () => readConfig({ REPRISE_SCHEDULE_TRAIN: when }),
      { code: 'INVALID', message: /REPRISE_SCHEDULE_TRAIN: must be off, a span .* or five fields/ },
      when,
    );
  }
});

test('a policy asks for a metric and a number of events that there can be', () => {
  const { promoteMetric, promoteEventsMin } = readConfig({
    ...{ REPRISE_PROMOTE_METRIC: 'mrr10', REPRISE_PROMOTE_EVENTS_MIN: '50' },
  });
  assert.deepEqual([promoteMetric, promoteEventsMin], ['mrr10', 50]);
  assert.throws(() => readConfig({ REPRISE_PROMOTE_METRIC: 'ndcg' }), { code: 'INVALID' });
  assert.throws(() => readConfig({ REPRISE_PROMOTE_EVENTS_MIN: '20000' }), { code: 'INVALID' });
});
