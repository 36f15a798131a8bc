import { stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import type { ComparisonAnswer } from '../../api/schema/comparison.ts';
import {
  comparisonContent,
  comparisonHeader,
  comparisonRow,
} from '../evaluation/comparison-page.ts';
import { reportPage } from '../evaluation/report-page.ts';
import type { CommandSpec } from './command.ts';
import { pairs, table } from './table.ts';

interface CompareOptions {
  readonly report?: string;
}

/** `compare`: tells how two versions that follow the stream do beside each other. */
export const compareCommand: CommandSpec<CompareOptions> = {
  name: 'compare',
  summary: 'compare two model versions on the same events: figures, answers, vectors, cohorts',
  configure(command) {
    command
      .argument('<a>', 'a version, as models lists it')
      .argument('<b>', 'another one')
      .option('--report <file>', 'write an HTML page with plots');
  },
  async run(context, [a = '', b = ''], { report }) {
    // Before anything is asked: a page that cannot be written is told at once.
    if (report !== undefined) await stat(dirname(resolve(report)));
    const query = `a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`;
    const comparison = await context.withClient(
      ({ http }) => http.json<ComparisonAnswer>('GET', `/v1/models/compare?${query}`),
      { durable: 'off' },
    );
    if (report !== undefined) {
      await writeFile(report, reportPage(comparisonContent(comparison)));
      context.output.remark(`the report stands in ${report}`);
    }
    context.output.result(comparison, describe(comparison));
    return undefined;
  },
};

function describe({ a, b, cohorts, overlap10, drift }: ComparisonAnswer): string[] {
  return [
    ...table(comparisonHeader(a, b), cohorts.map(comparisonRow)),
    ...pairs([
      [
        'top 10 in common',
        `${(overlap10.mean * 100).toFixed(1)} % (${String(overlap10.users)} users)`,
      ],
      [
        'item vectors aligned',
        `${drift.alignment?.toFixed(4) ?? '–'} (${String(drift.items)} items)`,
      ],
    ]),
  ];
}
