import type { IncomingMessage } from 'node:http';
import type { Instruments, Series } from '../../activities/instruments.ts';
import { METRICS } from '../../activities/metrics.ts';
import type { RequestRecord, RequestWatch } from '../../api/request-watch.ts';
import { formatPosition } from '../../events/position.ts';
import type { PositionTraces } from './position-traces.ts';
import { RequestNotes } from './request-notes.ts';
import type { NotedTrace } from './request-notes.ts';

/** The route whose time is the recommender's. */
const RECOMMENDATIONS = 'GET /v1/users/{id}/recommendations';
const OK = 200;
/** From this status on it is our fault. */
const FAULT = 500;

/** Where the traces of requests go, and what goes on with them by position. */
export interface FollowedTraces extends Pick<NotedTrace, 'traces' | 'appendKind'> {
  readonly positions: PositionTraces;
}

/** What requests are watched with. */
export interface RequestWatchDeps {
  readonly instruments: Instruments;
  /** Absent where no traces are kept. */
  readonly traced: FollowedTraces | undefined;
  /** Told of each answer; absent where the log's level leaves it out. */
  readonly log: ((fields: Readonly<Record<string, unknown>>, message: string) => void) | undefined;
  readonly newRequestId: () => string;
  /** Unix milliseconds with fractions. */
  readonly clock: () => number;
}

/** Measures requests, and where it is wanted traces and logs them. */
export function createRequestWatch(deps: RequestWatchDeps): RequestWatch {
  const { instruments, traced, log, newRequestId } = deps;
  const isNoted = traced !== undefined || log !== undefined;
  const durations = new Durations(instruments);
  const recommended = instruments.series(METRICS.recommendations);
  return {
    begin(request, route) {
      if (!isNoted) return undefined;
      return new RequestNotes(newRequestId(), traceOf(deps, request, route));
    },
    answered(route, status, ms, record) {
      const seconds = ms / 1_000;
      durations.of(route, status)(seconds);
      if (route === RECOMMENDATIONS && status === OK) recommended(seconds);
      if (record instanceof RequestNotes) conclude(deps, { route, status, ms }, record);
    },
  };
}

/** The durations by route and status, looked up without making anything. */
class Durations {
  readonly #instruments: Instruments;
  readonly #byRoute = new Map<string, Map<number, Series>>();

  constructor(instruments: Instruments) {
    this.#instruments = instruments;
  }

  of(route: string, status: number): Series {
    const byStatus = this.#byRoute.get(route) ?? new Map<number, Series>();
    const known = byStatus.get(status);
    if (known !== undefined) return known;
    const series = this.#instruments.series(METRICS.requests, route, String(status));
    this.#byRoute.set(route, byStatus.set(status, series));
    return series;
  }
}

function traceOf(
  { traced }: RequestWatchDeps,
  { headers, method = 'GET' }: IncomingMessage,
  route: string,
): ConstructorParameters<typeof RequestNotes>[1] {
  if (traced === undefined) return undefined;
  const { traceparent } = headers;
  const span = traced.traces.begin({
    ...{ name: route === 'none' ? method : route, kind: 'server' },
    parent: typeof traceparent === 'string' ? traceparent : undefined,
    facts: { 'http.request.method': method, 'http.route': route },
  });
  return { ...traced, span };
}

/** An answer as it went out. */
interface Answered {
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

function conclude(
  { traced, log, clock }: RequestWatchDeps,
  { route, status, ms }: Answered,
  notes: RequestNotes & RequestRecord,
): void {
  const { requestId, positions, version, span } = notes;
  const position = positions.map(formatPosition);
  notes.endParts();
  span?.tell({
    'http.response.status_code': status,
    'reprise.request.id': requestId,
    ...(position.length > 0 && { 'reprise.position': position.join() }),
    ...(version !== undefined && { 'reprise.model.version': version }),
  });
  span?.end({ failed: status >= FAULT });
  const parent = notes.appendParent;
  if (parent !== undefined) {
    for (const one of positions) traced?.positions.follow(parent, one, clock());
  }
  log?.(
    {
      ...{ requestId, route, status, ms },
      ...(position.length > 0 && { position }),
      ...(version !== undefined && { version }),
      ...(span !== undefined && { traceId: span.traceId }),
    },
    'answered',
  );
}
