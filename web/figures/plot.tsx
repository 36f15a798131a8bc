import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

import { colourTurn } from '../state/theme.ts';

/** A line of a plot. */
export interface PlotLine {
  readonly name: string;
  /** The colour's name among the page's colours. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
}

/** What is plotted over time. */
export interface PlotProps {
  readonly title: string;
  /** What the newest values are, in words: the plot for those who don't see it. */
  readonly words: string;
  /** Unix milliseconds. */
  readonly times: readonly number[];
  readonly lines: readonly PlotLine[];
  readonly unit: (value: number) => string;
  /** Where the axis ends at least, so that what is near nothing looks like it. */
  readonly topMin: number;
}

const HEIGHT = 190;

function colourOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function dataOf({ times, lines }: PlotProps): uPlot.AlignedData {
  return [times.map((ms) => ms / 1_000), ...lines.map(({ values }) => [...values])];
}

function optionsOf({ lines, unit, topMin }: PlotProps, width: number): uPlot.Options {
  const axis = { stroke: colourOf('--soft'), grid: { stroke: colourOf('--line'), width: 1 } };
  return {
    ...{ width, height: HEIGHT },
    legend: { show: false },
    cursor: { y: false, points: { size: 7 } },
    scales: { y: { range: (_, low, high) => [Math.min(0, low), Math.max(topMin, high * 1.15)] } },
    axes: [
      { ...axis, ticks: { show: false } },
      {
        ...axis,
        ticks: { show: false },
        size: 62,
        values: (_, splits) => splits.map((value) => unit(value)),
      },
    ],
    series: [
      {},
      ...lines.map(({ name, colour }, at) => ({
        label: name,
        stroke: colourOf(colour),
        width: 2,
        points: { show: false },
        ...(at === 0 && { fill: `${colourOf(colour)}1f` }),
      })),
    ],
  };
}

/** Plots lines over time; what they say stands beside them in words. */
export function Plot(props: PlotProps): JSX.Element {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const names = props.lines.map(({ name }) => name).join();
  const turn = colourTurn.value;
  useEffect(() => {
    const at = holder.current;
    if (at === null) return undefined;
    const made = new uPlot(optionsOf(props, at.clientWidth), dataOf(props), at);
    plot.current = made;
    const watch = new ResizeObserver(() => {
      if (at.clientWidth > 0) made.setSize({ width: at.clientWidth, height: HEIGHT });
    });
    watch.observe(at);
    return () => {
      watch.disconnect();
      made.destroy();
    };
  }, [names, turn]);
  useEffect(() => {
    plot.current?.setData(dataOf(props));
  }, [props.times, props.lines]);
  return (
    <figure class="card plot">
      <figcaption>
        <h2>{props.title}</h2>
        <p>{props.words}</p>
        {props.lines.length > 1 && (
          <ul class="keys">
            {props.lines.map(({ name, colour }) => (
              <li key={name}>
                <span class="key" style={{ background: `var(${colour})` }} aria-hidden="true" />
                {name}
              </li>
            ))}
          </ul>
        )}
      </figcaption>
      <div
        ref={holder}
        class="plot-place"
        role="img"
        aria-label={`${props.title}: ${props.words}`}
      />
    </figure>
  );
}
