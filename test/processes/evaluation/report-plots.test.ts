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
  readonly columns: readonly (readonly (number | null)[])[];
}

/** Runs the page's script with a library that draws nothing. */
function draw(plot: Partial<ReportPlot>): Drawn {
  const plots = [{ title: 'a', x: 'epoch', y: 'HR@10', series: [], ...plot }];
  const drawn: Drawn[] = [];
  class Library {
    static paths = { bars: () => () => undefined };
    constructor(options: Drawn['options'], columns: Drawn['columns']) {
      drawn.push({ options, columns });
    }
  }
  runInNewContext(SCRIPT, {
    uPlot: Library,
    document: {
      getElementById: () => ({ textContent: JSON.stringify(plots) }),
      querySelectorAll: () => [{}],
    },
  });
  return drawn[0]!;
}

describe('the plots of a report', () => {
  it('put series that stop early beside longer ones, and lines over all of them', () => {
    const series = [
      { label: 'a', points: [[1, 0.1] as const] },
      {
        label: 'b',
        points: [
          [1, 0.2],
          [2, 0.3],
        ] as const,
      },
    ];
    const { columns } = draw({ series, lines: [{ label: 'popularity', y: 0.05 }] });
    assert.equal(
      JSON.stringify(columns),
      JSON.stringify([
        [1, 2],
        [0.1, null],
        [0.2, 0.3],
        [0.05, 0.05],
      ]),
    );
  });

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
    assert.equal(figures?.value?.(null, 0.123456), '0.1235');
    assert.equal(figures?.value?.(null, null), '');
  });
});
