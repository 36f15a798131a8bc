import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';

import { root } from '../docs/markdown.ts';
import {
  alerts,
  askedOfGraphite,
  askedOfPrometheus,
  dashboards,
  exposedSeries,
  graphitePaths,
  isMadeByStatsd,
  namedInPromQl,
} from './asked-metrics.ts';

/** The labels that Prometheus gives to everything that it reads. */
const OF_PROMETHEUS = ['job', 'instance'];

describe('dashboards and alerts', () => {
  const exposed = exposedSeries();

  it('ask Prometheus for series that a process exposes, in PromQL', () => {
    const asked = askedOfPrometheus();
    assert.ok(asked.length > 20);
    for (const { where, text } of asked) {
      const { metrics, labels } = namedInPromQl(text);
      assert.ok(metrics.length > 0, `${where} asks for nothing`);
      for (const metric of metrics) assert.ok(exposed.has(metric), `${where}: ${metric}`);
      const known = [...OF_PROMETHEUS, ...metrics.flatMap((metric) => exposed.get(metric) ?? [])];
      for (const label of labels) assert.ok(known.includes(label), `${where}: ${label}`);
    }
  });

  it('ask Graphite for series that StatsD makes of what it is told', () => {
    const asked = askedOfGraphite();
    assert.ok(asked.length > 10);
    for (const { where, text } of asked) {
      const paths = graphitePaths(text);
      assert.ok(paths.length > 0, `${where} asks for nothing`);
      for (const path of paths) assert.ok(isMadeByStatsd(path), `${where}: ${path}`);
    }
  });

  it('would notice a metric that is not there', () => {
    assert.deepEqual(namedInPromQl('sum by (route) (rate(no_such_total{a="b"}[5m]))'), {
      metrics: ['no_such_total'],
      labels: ['route', 'a'],
    });
    assert.throws(() => namedInPromQl('rate(up[5m]'), /no PromQL/);
    assert.equal(isMadeByStatsd('stats.gauges.reprise.lag.0'), true);
    for (const path of ['stats.gauges.reprise.lags.0', 'stats.gauges.reprise.freshness']) {
      assert.equal(isMadeByStatsd(path), false);
    }
  });

  it('stand on the sources that Grafana is given, each panel in a place of its own', () => {
    const path = join(root, 'deploy', 'grafana', 'provisioning', 'datasources', 'sources.yml');
    const { datasources } = parse(readFileSync(path, 'utf8')) as {
      readonly datasources: readonly { readonly uid: string; readonly type: string }[];
    };
    const boards = dashboards();
    assert.equal(new Set(boards.map(({ uid }) => uid)).size, boards.length);
    for (const { file, panels } of boards) {
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, file);
      for (const { title, type, datasource, targets = [], gridPos } of panels) {
        assert.ok(gridPos.x + gridPos.w <= 24, `${file}, ${title}`);
        if (type === 'row') continue;
        for (const source of [datasource, ...targets.map((target) => target.datasource)]) {
          const known = datasources.find(({ uid }) => uid === source?.uid);
          assert.equal(known?.type, source?.type, `${file}, ${title}`);
        }
        assert.ok(targets.length > 0, `${file}, ${title} asks for nothing`);
      }
      assertApart(panels, file);
    }
  });

  it('say how urgent an alert is, what it means and what to do', () => {
    const names = alerts().map(({ alert }) => alert);
    assert.equal(new Set(names).size, names.length);
    for (const { alert, for: lasting, labels, annotations } of alerts()) {
      assert.match(alert, /^Reprise[A-Z]\w+$/);
      if (lasting !== undefined) assert.match(lasting, /^\d+m$/);
      assert.match(labels['severity'] ?? '', /^(page|ticket)$/, alert);
      for (const words of ['summary', 'description']) assert.ok(annotations[words], alert);
    }
  });
});

function assertApart(panels: ReturnType<typeof dashboards>[number]['panels'], file: string): void {
  for (const [at, { gridPos: a, title }] of panels.entries()) {
    for (const { gridPos: b } of panels.slice(at + 1)) {
      const overlaps = a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
      assert.ok(!overlaps, `${file}: ${title} lies over another panel`);
    }
  }
}
