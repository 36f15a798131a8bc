import { RepriseError } from '../../events/error.ts';
import { formatPosition, parsePosition, sequence } from '../../events/position.ts';
import type { Position } from '../../events/position.ts';
import { beating } from '../beating.ts';
import type { Destination } from './time-travel.ts';
import type { StartedTravel, TravelJob } from './travel-jobs.ts';
import type { TravelState } from './travel-state.ts';
import { untilAborted } from '../until-aborted.ts';

/** How often a travel is looked at. */
const LOOK_MS = 250;

/** What the travel activities need from outside. */
export interface TravelDeps {
  /** Starts a travel, or joins the one that is under way. */
  readonly go: (destination: Destination) => StartedTravel<TravelState>;
}

/** Where a travel goes, as text: a sequence of −1 stands before the first event. */
export interface TravelInput {
  readonly positions: readonly string[];
  readonly version?: string;
}

/** Where a travel arrived. */
export interface TravelResult {
  readonly version: string;
  readonly positions: readonly string[];
}

/** The side effects of time travel. */
export interface TravelActivities {
  /** Waits until the state at a place of the past is there; a core that is new builds it again. */
  reachPast(input: TravelInput): Promise<TravelResult>;
}

/** Makes the travel activities. */
export function createTravelActivities({ go }: TravelDeps): TravelActivities {
  return {
    reachPast: ({ positions, version }) =>
      beating<TravelJob['progress'], TravelResult>(async ({ signal, report }) => {
        const destination = { positions: positions.map(positionOf) };
        const { job, result } = go(
          version === undefined ? destination : { ...destination, version },
        );
        const look = setInterval(() => {
          report(job.progress);
        }, LOOK_MS);
        try {
          const { place } = await untilAborted(result, signal);
          const reached = [...place.ats].map(([partition, at]) =>
            formatPosition({ partition, sequence: at }),
          );
          return { version: place.version, positions: reached };
        } finally {
          clearInterval(look);
        }
      }),
  };
}

function positionOf(text: string): Position {
  const start = /^(\d{1,5}):-1$/.exec(text);
  if (start !== null) return { partition: Number(start[1]), sequence: sequence(-1) };
  const position = parsePosition(text);
  if (position === undefined) throw new RepriseError('INVALID', `${text} is no position`);
  return position;
}
