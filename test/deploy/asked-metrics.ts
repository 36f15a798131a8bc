import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';

import type { Metric } from '../../activities/instruments.ts';
import { METRICS, PROCESS_METRICS } from '../../activities/metrics.ts';
import { STATSD_PREFIX } from '../../adapters/instruments/statsd.ts';
import { root } from '../docs/markdown.ts';

/** A question that a dashboard or an alert asks. */
export interface Asked {
  /** Where it stands: the file and the panel or alert. */
  readonly where: string;
  readonly text: string;
}

/** A panel of a dashboard, as Grafana keeps it. */
export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr?: string;
    readonly target?: string;
    readonly datasource: { readonly type: string; readonly uid: string };
  }[];
}

/** A dashboard of `deploy/grafana/dashboards`. */
export interface Dashboard {
  readonly file: string;
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** An alert of `deploy/prometheus/alerts.yml`. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Reads every dashboard. */
export function dashboards(): readonly Dashboard[] {
  const folder = join(root, 'deploy', 'grafana', 'dashboards');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const read = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Omit<Dashboard, 'file'>;
      return { ...read, file };
    });
}

/** Reads every alert. */
export function alerts(): readonly Alert[] {
  const text = readFileSync(join(root, 'deploy', 'prometheus', 'alerts.yml'), 'utf8');
  const { groups } = parse(text) as {
    readonly groups: readonly { readonly rules: readonly Alert[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

/** What is asked of Prometheus, by dashboards and alerts. */
export function askedOfPrometheus(): readonly Asked[] {
  const ofAlerts = alerts().map(({ alert, expr }) => ({ where: `alert ${alert}`, text: expr }));
  return [...askedIn((target) => target.expr), ...ofAlerts];
}

/** What is asked of Graphite. */
export function askedOfGraphite(): readonly Asked[] {
  return askedIn((target) => target.target);
}

function askedIn(
  question: (target: NonNullable<Panel['targets']>[number]) => string | undefined,
): readonly Asked[] {
  return dashboards().flatMap(({ file, panels }) =>
    panels.flatMap(({ title, targets = [] }) =>
      targets.flatMap((target) => {
        const text = question(target);
        return text === undefined ? [] : [{ where: `${file}, ${title}`, text }];
      }),
    ),
  );
}

/** What a query of PromQL names: metrics, and the labels that it selects or groups by. */
export interface Named {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
}

/** Parses a query by Prometheus' own grammar; throws where it is none. */
export function namedInPromQl(text: string): Named {
  const metrics: string[] = [];
  const labels: string[] = [];
  parser.parse(text).iterate({
    enter: ({ type, from, to, node }) => {
      if (type.isError) throw new Error(`no PromQL at ${String(from)}: ${text}`);
      const word = text.slice(from, to);
      if (type.name === 'Identifier' && node.parent?.name === 'VectorSelector') metrics.push(word);
      if (type.name === 'LabelName') labels.push(word);
    },
  });
  return { metrics, labels };
}

const SUFFIXES: Readonly<Record<Metric['kind'], readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};

/** Every series that a process exposes, by the labels that it has; `up` is Prometheus' own. */
export function exposedSeries(): ReadonlyMap<string, readonly string[]> {
  const metrics: readonly Metric[] = Object.values(METRICS);
  const ours = metrics.flatMap(({ name, kind, labels }) =>
    SUFFIXES[kind].map((suffix): [string, readonly string[]] => [
      name + suffix,
      suffix === '_bucket' ? [...labels, 'le'] : labels,
    ]),
  );
  const others = [...PROCESS_METRICS, 'up'].map((name): [string, readonly string[]] => [name, []]);
  return new Map([...ours, ...others]);
}

/** The paths of a Graphite target. */
export function graphitePaths(target: string): readonly string[] {
  const found = target.match(/stats(?:\.(?:[\w@*-]|\{[\w@,]+\})+)+/g) ?? [];
  return found.flatMap(alternatives);
}

/** A path for each of the alternatives in its braces. */
function alternatives(path: string): readonly string[] {
  const braces = /\{([^{}]+)\}/.exec(path);
  if (braces === null) return [path];
  const [all, inside = ''] = braces;
  return inside.split(',').flatMap((one) => alternatives(path.replace(all, one)));
}

/** Tells whether StatsD makes a series of Graphite that a path asks for. */
export function isMadeByStatsd(path: string): boolean {
  const metrics: readonly Metric[] = Object.values(METRICS);
  return metrics.some(({ kind, statsd }) => {
    if (statsd === undefined) return false;
    const name = STATSD_PREFIX + statsd.replaceAll(/\{\w+\}/g, '*');
    // A daemon that sanitizes names drops the @.
    return [name, name.replaceAll('@', '')].some((made) =>
      seriesOf(kind, made).some((series) => fits(path.split('.'), series.split('.'))),
    );
  });
}

function seriesOf(kind: Metric['kind'], name: string): readonly string[] {
  if (kind === 'gauge') return [`stats.gauges.${name}`];
  if (kind === 'counter') {
    return [`stats.${name}`, `stats.counters.${name}.rate`, `stats.counters.${name}.count`];
  }
  return ['mean', 'upper_90', 'lower', 'upper', 'count', 'median'].map(
    (figure) => `stats.timers.${name}.${figure}`,
  );
}

function fits(path: readonly string[], series: readonly string[]): boolean {
  return (
    path.length === series.length &&
    path.every((part, at) => part === '*' || series[at] === '*' || part === series[at])
  );
}
