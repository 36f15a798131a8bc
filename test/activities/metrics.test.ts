import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Metric } from '../../activities/instruments.ts';
import { METRICS } from '../../activities/metrics.ts';
import { statsdNameOf } from '../../adapters/instruments/statsd.ts';

const metrics: readonly Metric[] = Object.values(METRICS);

/** The names that the project this one grew from gave to what it measured. */
const OLDER_NAMES = [
  ...['faiss_vector_search_latency', 'faiss_update_latency', 'recommender_latency'],
  ...['training_time', 'mongo_update_time', 'redis_update_time', 'recall@10', 'precision@10'],
];

describe('the catalogue of metrics', () => {
  it('names each once, by the conventions of Prometheus', () => {
    assert.equal(new Set(metrics.map(({ name }) => name)).size, metrics.length);
    for (const { name, kind, unit, labels, help } of metrics) {
      assert.match(name, /^reprise_[a-z0-9]+(_[a-z0-9]+)*$/);
      assert.equal(name.endsWith('_total'), kind === 'counter', name);
      if (unit === 'seconds' || unit === 'bytes' || unit === 'ratio') {
        assert.match(name, new RegExp(`_${unit}(_total)?$`));
      }
      assert.match(help, /^[A-Z0-9].*[^.]$/);
      for (const label of labels) assert.match(label, /^(?!le$|quantile$)[a-z]+$/);
    }
  });

  it('gives a histogram rising bounds, and nothing else any', () => {
    for (const { name, kind, buckets } of metrics) {
      assert.equal(buckets !== undefined, kind === 'histogram', name);
      assert.deepEqual(
        buckets ?? [],
        [...new Set(buckets)].toSorted((a, b) => a - b),
        name,
      );
    }
  });

  it('names each once in StatsD, where no series of a gauge hides another', () => {
    const names = metrics.flatMap(({ statsd }) => statsd ?? []);
    assert.equal(new Set(names).size, names.length);
    for (const { name, kind, labels, statsd } of metrics) {
      if (statsd === undefined) continue;
      const named = [...statsd.matchAll(/\{(\w+)\}/g)].map(([, label]) => label);
      assert.ok(
        named.every((label) => labels.includes(label ?? '')),
        name,
      );
      if (kind === 'gauge') assert.deepEqual(named.toSorted(), [...labels].toSorted(), name);
    }
  });

  it('keeps the names by which dashboards know the project that it grew from', () => {
    const names = metrics.flatMap(({ statsd }) => statsd ?? []);
    assert.deepEqual(
      OLDER_NAMES.filter((name) => !names.includes(name)),
      [],
    );
  });

  it('parts the levels of StatsD by dots of its own alone', () => {
    assert.equal(statsdNameOf(METRICS.recall, ['v1.2:a|b']), 'versions.v1_2_a_b.recall@10');
    assert.equal(statsdNameOf(METRICS.versions, ['v1']), undefined);
  });
});
