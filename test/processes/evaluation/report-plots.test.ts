import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import type { ReportPlot } from '../../../processes/evaluation/report-page.ts';

const SCRIPT = readFileSync(
  new URL('../../../processes/evaluation/report-plots.mjs', import.meta.url),
  'utf8',
);

type Axis = Readonly<{ splits?: () => number[]; incrs?: number[] }>;

/** What uPlot is given for a plot. */
interface Drawn {
  readonly options: {
    readonly axes: readonly [Axis, Axis];
    readonly scales: { readonly y: { range?: (u: null, low: number, high: number) => number[] } };
    readonly series: readonly { readonly value?: (u: null, value: number | null) => string }[];
  };
}

/** Runs the page's script with a library that draws nothing. */
function draw(plot: Partial<ReportPlot>): Drawn {
  const plots = [{ title: 'a', x: 'epoch', y: 'HR@10', series: [], ...plot }];
  const drawn: Drawn[] = [];
  const library = Object.assign(
    function record(options: Drawn['options']) {
      drawn.push({ options });
    },
    { paths: { bars: () => () => undefined } },
  );
  runInNewContext(SCRIPT, {
    uPlot: library,
    document: {
      getElementById: () => ({ textContent: JSON.stringify(plots) }),
      querySelectorAll: () => [{}],
    },
  });
  return drawn[0]!;
}

describe('the plots of a report', () => {
  it('name few points each on the axis, and many at whole steps', () => {
    const pointsTo = (count: number) =>
      Array.from({ length: count }, (_, at) => [at + 1, 0.5] as const);
    const few = draw({ series: [{ label: 'a', points: pointsTo(4) }] }).options.axes[0];
    assert.equal(few.splits?.().join(), '1,2,3,4');
    const many = draw({ series: [{ label: 'a', points: pointsTo(30) }] }).options.axes[0];
    assert.ok(many.incrs?.every(Number.isInteger));
  });

  it('draw bars from nothing to above the highest, even where all are nothing', () => {
    const bars = (y: number) =>
      draw({
        names: ['a', 'b'],
        series: [
          {
            label: 'a',
            points: [
              [0, y],
              [1, y],
            ],
          },
        ],
      });
    const range = bars(5).options.scales.y.range!;
    assert.equal(range(null, 5, 5)[0], 0);
    assert.ok(range(null, 5, 5)[1]! > 5);
    assert.ok(range(null, 0, 0)[1]! > 0);
  });

  it('tell the name of a bar and four digits of a figure', () => {
    const series = [{ label: 'a', points: [[0, 0.123456]] as const }];
    const [names, figures] = draw({ names: ['gmf'], series }).options.series;
    assert.equal(names?.value?.(null, 0), 'gmf');
    const told = [0.123456, null].map((figure) => figures?.value?.(null, figure));
    assert.deepEqual(told, ['0.1235', '']);
  });
});
