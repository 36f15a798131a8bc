import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';

import { allOf } from '../../activities/instruments.ts';
import type { Metric } from '../../activities/instruments.ts';
import { METRICS } from '../../activities/metrics.ts';
import { createPrometheus } from '../../adapters/instruments/prometheus.ts';
import { createStatsd, STATSD_PREFIX, statsdNameOf } from '../../adapters/instruments/statsd.ts';
import { askedOfGraphite, askedOfPrometheus } from '../deploy/asked-metrics.ts';
import { plays, startMeasured } from '../processes/observe/measured-core.ts';
import { askGraphite, askPrometheus, scrape, until } from './monitoring.ts';
import { useStack } from './stack.ts';

const stack = await useStack('prometheus', 'graphite');
const statsdUrl = stack.value('REPRISE_TEST_STATSD_URL');
const metrics: readonly Metric[] = Object.values(METRICS);

/** How often everything is measured. */
const measureMs = 250;

/** The values that labels have here; statuses and versions as they look. */
const LABELS: Readonly<Record<string, string>> = { route: 'GET /', status: '500', partition: '0' };

function labelsOf({ labels }: Metric): readonly string[] {
  return labels.map((label) => LABELS[label] ?? 'one');
}

/** What a metric is called where StatsD gives it to Graphite: its backend drops the @. */
function inGraphite(metric: Metric): string | undefined {
  const name = statsdNameOf(metric, labelsOf(metric))?.replaceAll('@', '');
  if (name === undefined) return undefined;
  if (metric.kind === 'gauge') return `stats.gauges.${STATSD_PREFIX}${name}`;
  if (metric.kind === 'counter') return `stats.counters.${STATSD_PREFIX}${name}.count`;
  return `stats.timers.${STATSD_PREFIX}${name}.mean`;
}

describe('Prometheus and Graphite', { timeout: 240_000 }, () => {
  const { hostname, port } = new URL(statsdUrl);
  const prometheus = createPrometheus(metrics);
  const statsd = createStatsd({
    ...{ host: hostname, port: Number(port), clock: () => performance.now() },
    onTrouble: (error) => assert.ifError(error),
    onDropped: () => assert.fail('so little is never dropped'),
  });
  const instruments = allOf([prometheus, statsd]);
  const server = createServer((_request, response) => {
    void prometheus.exposition().then(({ contentType, text }) => {
      response.writeHead(200, { 'content-type': contentType }).end(text);
    });
  });
  let measuring: NodeJS.Timeout | undefined;
  let unscrape = (): Promise<void> => Promise.resolve();

  before(async () => {
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const listens = (server.address() as AddressInfo).port;
    unscrape = await scrape(stack, 'catalogue', `127.0.0.1:${String(listens)}`);
    measuring = setInterval(() => {
      for (const metric of metrics) instruments.series(metric, ...labelsOf(metric))(0.5);
    }, measureMs);
  });

  after(async () => {
    clearInterval(measuring);
    await unscrape();
    await statsd.close();
    server.close();
    server.closeAllConnections();
  });

  it('have each metric of the catalogue, with its labels', async () => {
    for (const metric of metrics) {
      const name = metric.kind === 'histogram' ? `${metric.name}_count` : metric.name;
      const labels = labelsOf(metric).map((value, at) => `${metric.labels[at] ?? ''}="${value}"`);
      const query = `${name}{${[...labels, 'target="catalogue"'].join()}}`;
      const [value = 0] = await until(() => askPrometheus(stack, query));
      assert.ok(value > 0, query);
      const path = inGraphite(metric);
      if (path !== undefined) {
        await until(
          () => askGraphite(stack, path),
          (values) => values.some((one) => one > 0),
        );
      }
    }
  });

  it('have an answer to every question of the dashboards, and take those of the alerts', async () => {
    for (const { where, text } of askedOfPrometheus()) {
      // An alert that has an answer is one that rings.
      if (where.startsWith('alert')) await askPrometheus(stack, text);
      else await until(() => askPrometheus(stack, text), hasNumber);
    }
    for (const { text } of askedOfGraphite()) await until(() => askGraphite(stack, text));
  });

  it('have what a core measures', async (t) => {
    const core = await startMeasured({ REPRISE_STATSD_URL: statsdUrl });
    t.after(() => core.close());
    t.after(await scrape(stack, 'core', new URL(core.url).host));
    await core.settle(await core.post(plays(200)));
    const query = 'reprise_events_learned_total{target="core"}';
    assert.deepEqual(await until(() => askPrometheus(stack, query), hasNumber), [200]);
    const freshness = 'reprise_freshness_seconds_count{target="core"}';
    assert.deepEqual(await until(() => askPrometheus(stack, freshness)), [1]);
    await until(
      () => askGraphite(stack, 'stats.counters.reprise.events_accepted.count'),
      (values) => values.some((one) => one >= 200),
    );
  });
});

function hasNumber(values: readonly number[]): boolean {
  return values.some((value) => !Number.isNaN(value));
}
