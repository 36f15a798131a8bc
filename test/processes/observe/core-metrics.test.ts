import assert from 'node:assert/strict';
import { test } from 'node:test';

import { METRICS } from '../../../activities/metrics.ts';
import type { ExposedMetric } from '../../adapters/instruments/exposition.ts';
import { plays, startMeasured } from './measured-core.ts';

/** The value of the one series of a metric, or of its sum or count. */
function valueOf(
  metrics: ReadonlyMap<string, ExposedMetric>,
  metric: keyof typeof METRICS,
  suffix = '',
): number | undefined {
  const { name } = METRICS[metric];
  return metrics.get(name)?.samples.find((sample) => sample.name === name + suffix)?.value;
}

test('a core measures what comes in, what is durable, and what answers know', async (t) => {
  const core = await startMeasured({ REPRISE_PREQUENTIAL_SHARE: '1' });
  t.after(() => core.close());
  const events = plays(200);
  await core.settle(await core.post(events));
  await core.settle(await core.post(events.slice(0, 5)));
  await fetch(`${core.url}/v1/users/user-1/recommendations?asOf=0:50`);
  const metrics = await core.metrics();
  assert.equal(valueOf(metrics, 'accepted'), 200);
  assert.equal(valueOf(metrics, 'duplicates'), 5);
  assert.equal(valueOf(metrics, 'appends', '_count'), 1);
  assert.ok((valueOf(metrics, 'appendedBytes') ?? 0) > 2_000);
  assert.equal(valueOf(metrics, 'freshness', '_count'), 1);
  assert.ok((valueOf(metrics, 'freshness', '_sum') ?? -1) >= 0);
  assert.equal(valueOf(metrics, 'lag'), 0);
  assert.equal(valueOf(metrics, 'stopped'), 0);
  assert.equal(valueOf(metrics, 'journalFull'), 0);
  assert.equal(valueOf(metrics, 'learned'), 200);
  assert.equal(valueOf(metrics, 'parked'), 0);
  assert.equal(valueOf(metrics, 'users'), 10);
  assert.equal(valueOf(metrics, 'items'), 40);
  assert.equal(valueOf(metrics, 'actors'), 10);
  assert.equal(valueOf(metrics, 'passivations'), 0);
  assert.equal(valueOf(metrics, 'pastStates'), 1);
  const recall = valueOf(metrics, 'liveRecall');
  assert.ok(recall !== undefined && recall >= 0 && recall <= 1);
  assert.equal(valueOf(metrics, 'recall'), recall);
  const answered = metrics.get(METRICS.requests.name)?.samples ?? [];
  assert.ok(
    answered.some(
      ({ labels }) => labels['route'] === 'POST /v1/events' && labels['status'] === '202',
    ),
  );
});
