import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Metric } from '../../../activities/instruments.ts';
import { METRICS, PROCESS_METRICS } from '../../../activities/metrics.ts';
import { createPrometheus, seriesOfMetricMax } from '../../../adapters/instruments/prometheus.ts';
import { parseExposition } from './exposition.ts';
import type { ExposedMetric } from './exposition.ts';

const counter: Metric = {
  name: 'seen_total',
  kind: 'counter',
  unit: 'none',
  help: 'Seen',
  labels: ['what'],
};
const gauge: Metric = { name: 'stands', kind: 'gauge', unit: 'none', help: 'Stands', labels: [] };
const histogram: Metric = {
  name: 'took_seconds',
  kind: 'histogram',
  unit: 'seconds',
  help: 'Took',
  labels: ['what'],
  buckets: [0.1, 1],
};

async function exposed(
  prometheus: ReturnType<typeof createPrometheus>,
): Promise<ReadonlyMap<string, ExposedMetric>> {
  return parseExposition((await prometheus.exposition()).text);
}

describe('what Prometheus reads', () => {
  it('has what was counted, set and observed', async () => {
    const prometheus = createPrometheus([counter, gauge, histogram]);
    prometheus.series(counter, 'a "quoted" \\ one')(2);
    prometheus.series(counter, 'a "quoted" \\ one')(3);
    prometheus.series(gauge)(0.25);
    prometheus.series(histogram, 'x')(0.05);
    prometheus.series(histogram, 'x')(5);
    const metrics = await exposed(prometheus);
    const [counted] = metrics.get('seen_total')?.samples ?? [];
    assert.deepEqual(counted, {
      name: 'seen_total',
      labels: { what: 'a \\"quoted\\" \\\\ one' },
      value: 5,
    });
    assert.equal(metrics.get('stands')?.samples[0]?.value, 0.25);
    const samples = metrics.get('took_seconds')?.samples ?? [];
    const told = samples.map(({ name, labels, value }) => [name, labels['le'] ?? '', value]);
    assert.deepEqual(told, [
      ['took_seconds_bucket', '0.1', 1],
      ['took_seconds_bucket', '1', 1],
      ['took_seconds_bucket', '+Inf', 2],
      ['took_seconds_sum', '', 5.05],
      ['took_seconds_count', '', 2],
    ]);
  });

  it('says nothing of a gauge that was never set, or was forgotten', async () => {
    const prometheus = createPrometheus([gauge]);
    assert.deepEqual((await exposed(prometheus)).get('stands')?.samples, []);
    prometheus.series(gauge)(1);
    prometheus.forget(gauge);
    assert.deepEqual((await exposed(prometheus)).get('stands')?.samples, []);
    prometheus.series(gauge)(2);
    assert.equal((await exposed(prometheus)).get('stands')?.samples[0]?.value, 2);
  });

  it('takes no value that is no number, and throws at nobody', async () => {
    const prometheus = createPrometheus([counter, gauge, histogram]);
    for (const value of [NaN, Infinity, -Infinity, -1]) {
      prometheus.series(counter, 'a')(value);
      if (value !== -1) prometheus.series(gauge)(value);
      if (value !== -1) prometheus.series(histogram, 'a')(value);
    }
    const metrics = await exposed(prometheus);
    const samples = ['seen_total', 'stands', 'took_seconds'].map((name) =>
      metrics.get(name)?.samples.map(({ value }) => value),
    );
    assert.deepEqual(samples, [[], [], [0, 0, 0, 0, 0]]);
  });

  it('keeps a bounded number of series of a metric; the others are one', async () => {
    const prometheus = createPrometheus([counter]);
    for (let at = 0; at < seriesOfMetricMax + 100; at += 1) {
      prometheus.series(counter, `label ${String(at)}`)(1);
    }
    const samples = (await exposed(prometheus)).get('seen_total')?.samples ?? [];
    assert.equal(samples.length, seriesOfMetricMax + 1);
    assert.equal(samples.find(({ labels }) => labels['what'] === 'other')?.value, 100);
  });

  it('refuses a metric that is not of its catalogue', () => {
    assert.throws(() => createPrometheus([counter]).series(gauge), /not of the catalogue/);
  });

  it('has every metric of the catalogue, those of the process, and no other', async () => {
    const metrics = await exposed(createPrometheus(Object.values(METRICS)));
    const ours = Object.values(METRICS).map(({ name }) => name);
    assert.deepEqual([...metrics.keys()].toSorted(), [...ours, ...PROCESS_METRICS].toSorted());
  });
});
