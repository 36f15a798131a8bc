import assert from 'node:assert/strict';

/** A sample of an exposition. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric of an exposition with its samples, in order. */
export interface ExposedMetric {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/**
 * Reads Prometheus' text format 0.0.4 by the book: every sample stands under its TYPE and HELP, no series comes twice,
 * buckets rise to +Inf, which is the count, and the text ends with a line feed.
 */
export function parseExposition(text: string): ReadonlyMap<string, ExposedMetric> {
  assert.ok(text.endsWith('\n'), 'the last line ends');
  const metrics = new Map<string, { type: string; help: string; samples: Sample[] }>();
  const seen = new Set<string>();
  let help: { readonly name: string; readonly text: string } | undefined;
  let current = '';
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, what, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (what === 'HELP') help = { name, text: rest };
    else if (what === 'TYPE') {
      assert.equal(help?.name, name, `${name} has its help before its type`);
      assert.ok(!metrics.has(name), `${name} stands twice`);
      assert.match(rest, /^(counter|gauge|histogram|summary)$/);
      metrics.set(name, { type: rest, help: help.text, samples: [] });
      current = name;
    } else {
      const sample = sampleOf(line);
      const metric = metrics.get(current);
      assert.ok(metric !== undefined, `${line} stands under no metric`);
      const names = (SUFFIXES[metric.type] ?? ['']).map((suffix) => current + suffix);
      assert.ok(names.includes(sample.name), `${sample.name} stands under ${current}`);
      assert.ok(!seen.has(line.slice(0, line.lastIndexOf(' '))), `${line} comes twice`);
      seen.add(line.slice(0, line.lastIndexOf(' ')));
      metric.samples.push(sample);
    }
  }
  for (const [name, { type, samples }] of metrics) {
    if (type === 'histogram') checkHistogram(name, samples);
  }
  return metrics;
}

function sampleOf(line: string): Sample {
  const [, name, inBraces = '', number = ''] = SAMPLE.exec(line) ?? [];
  assert.ok(name !== undefined, `no sample: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < inBraces.length) {
    const [, label, value = ''] = LABEL.exec(inBraces) ?? [];
    assert.ok(label !== undefined && !(label in labels), `labels of ${line}`);
    labels[label] = value;
  }
  return { name, labels, value: numberOf(number, line) };
}

function numberOf(text: string, line: string): number {
  if (/^nan$/i.test(text)) return NaN;
  if (text === '+Inf') return Infinity;
  assert.match(text, /^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$/, line);
  return Number(text);
}

function checkHistogram(name: string, samples: readonly Sample[]): void {
  const bySeries = groupBy(samples);
  for (const [series, those] of bySeries) {
    const buckets = those.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => numberOf(labels['le'] ?? '', series));
    assert.deepEqual(
      bounds,
      [...new Set(bounds)].toSorted((a, b) => a - b),
      series,
    );
    assert.equal(bounds.at(-1), Infinity, series);
    const counts = buckets.map(({ value }) => value);
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
      series,
    );
    const count = those.find((sample) => sample.name === `${name}_count`)?.value;
    assert.equal(counts.at(-1), count, series);
  }
}

function groupBy(samples: readonly Sample[]): ReadonlyMap<string, readonly Sample[]> {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = seriesOf(sample);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return groups;
}

function seriesOf({ labels }: Sample): string {
  return JSON.stringify(Object.entries(labels).filter(([label]) => label !== 'le'));
}
