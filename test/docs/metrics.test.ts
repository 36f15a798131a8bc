import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Metric } from '../../activities/instruments.ts';
import { METRICS, PROCESS_METRICS } from '../../activities/metrics.ts';
import { pageText, tableUnder } from './markdown.ts';

const page = pageText('docs/metrics.md');

test('every metric is documented as the catalogue has it', () => {
  const documented = tableUnder(page, 'Ours');
  const metrics: readonly Metric[] = Object.values(METRICS);
  const rows = metrics.map(({ name, kind, labels, statsd, help }) => [
    name,
    kind,
    labels.length === 0 ? '–' : labels.join(', '),
    statsd ?? '–',
    help,
  ]);
  assert.deepEqual(documented, rows);
});

test('every metric of the process is named', () => {
  const section = page.slice(page.indexOf('## Of the process'));
  const named = [...section.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  assert.deepEqual(named, [...PROCESS_METRICS]);
});
