import type { JSX } from 'preact';

import { wordsOfDifference } from './verdict.ts';

/** A difference and where it lies with confidence, drawn around nothing. */
export interface IntervalProps {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Where the drawing ends on both sides. */
  readonly reach: number;
}

const HALF = 60;

/** Draws an interval, its words beside it for those who don't see it. */
export function Interval({ difference, low, high, reach }: IntervalProps): JSX.Element {
  const at = (value: number): number =>
    HALF + HALF * Math.max(-1, Math.min(1, reach === 0 ? 0 : value / reach));
  return (
    <span class="interval">
      <svg viewBox={`0 0 ${String(2 * HALF)} 14`} aria-hidden="true">
        <line class="interval-none" x1={HALF} x2={HALF} y1={0} y2={14} />
        <line class="interval-range" x1={at(low)} x2={at(high)} y1={7} y2={7} />
        <circle class="interval-best" cx={at(difference)} cy={7} r={3.5} />
      </svg>
      <span>
        {wordsOfDifference(difference)}{' '}
        <span class="soft">
          ({wordsOfDifference(low)} to {wordsOfDifference(high)})
        </span>
      </span>
    </span>
  );
}
