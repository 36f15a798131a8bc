import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext, Script } from 'node:vm';
import { reportPage } from '../../../processes/evaluation/report-page.ts';
import type { ReportContent } from '../../../processes/evaluation/report-page.ts';

const CONTENT: ReportContent = {
  title: 'figures of <b>a & b</b>',
  remarks: ['made of "rows"'],
  plots: [
    {
      title: 'by epoch',
      x: 'epoch',
      y: 'HR@10',
      series: [
        { label: 'a </script> <!--', points: [[1, 0.5]] },
        {
          label: 'b',
          points: [
            [1, 0.4],
            [2, 0.6],
          ],
        },
      ],
      lines: [{ label: 'published', y: 0.7 }],
    },
    {
      title: 'time',
      x: 'learner',
      y: 'µs',
      series: [{ label: 'µs', points: [[0, 2]] }],
      names: ['a'],
    },
  ],
  tables: [{ title: 'all', header: ['run', 'HR@10'], rows: [['a', '.5']] }],
};

/** The scripts of a page in their order. */
function scriptsOf(page: string): string[] {
  return [...page.matchAll(/<script(?: [^>]*)?>([\s\S]*?)<\/script>/g)].map(([, text]) => text!);
}

/** A plot as it was handed to the library. */
interface Drawn {
  readonly options: {
    readonly series: readonly { readonly label: string }[];
    readonly scales: { readonly x: { readonly range?: readonly number[] } };
  };
  readonly data: readonly unknown[];
}

/** What a page's scripts draw, seen by a document and a library that only remember. */
function drawn(page: string): readonly Drawn[] {
  const [json, , plots] = scriptsOf(page);
  const found: { options: unknown; data: unknown }[] = [];
  function Plot(options: unknown, data: unknown): void {
    found.push({ options, data });
  }
  Plot.paths = { bars: () => 'bars' };
  const document = {
    getElementById: () => ({ textContent: json }),
    querySelectorAll: () => CONTENT.plots,
  };
  runInNewContext(plots!, { uPlot: Plot, document });
  return JSON.parse(JSON.stringify(found)) as readonly Drawn[];
}

describe('the page of a report', () => {
  const page = reportPage(CONTENT);

  it('needs nothing beside itself', () => {
    assert.ok(page.includes('uPlot'));
    assert.doesNotMatch(page, /<(script|img|link)[^>]*(src|href)=/);
    assert.doesNotMatch(page.replaceAll(/https?:\/\/\S*/g, ''), /url\(|fetch\(|import /);
  });

  it('shows text as text', () => {
    assert.ok(page.includes('figures of &#60;b&#62;a &#38; b&#60;/b&#62;'));
    assert.ok(page.includes('<td>a</td><td>.5</td>'));
    assert.equal(scriptsOf(page).length, 3);
    assert.equal((page.match(/<\/script>/g) ?? []).length, 3);
  });

  it('draws every series over all x, and what was published beside it', () => {
    const [lines, bars] = drawn(page);
    assert.deepEqual(lines!.data, [
      [1, 2],
      [0.5, null],
      [0.4, 0.6],
      [0.7, 0.7],
    ]);
    const labels = lines!.options.series.map(({ label }) => label);
    assert.deepEqual(labels, ['epoch', 'a </script> <!--', 'b', 'published']);
    assert.deepEqual(bars!.data, [[0], [2]]);
    assert.deepEqual(bars!.options.scales.x.range, [-0.5, 0.5]);
  });

  it('holds a library that reads as a script', () => {
    const [, library] = scriptsOf(page);
    assert.ok(library!.length > 10_000);
    assert.ok(new Script(library!));
  });
});
