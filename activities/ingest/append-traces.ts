import type { Position } from '../../events/position.ts';
import type { Traces } from '../traces.ts';

/** Requests of one append whose traces go on; those past it end where they were sent. */
export const tracedRequestsMax = 32;

/** Others of the same append that the span of one links to. */
export const linkedRequestsMax = 8;

/** An event of a traced request that was appended, and by what trace it came. */
export interface TracedAppend extends Position {
  readonly traceparent: string;
}

/** A trace that goes on behind an append. */
export interface TraceGoingOn extends TracedAppend {
  /** Unix milliseconds. */
  readonly durableMs: number;
}

/** How an append went. */
export interface AppendTimes {
  /** Messages that the append covers. */
  readonly messages: number;
  /** Unix milliseconds. */
  readonly beganMs: number;
  readonly endedMs: number;
}

/** What goes on with the traces of what an ingest appends. */
export type AppendTraces = (appended: readonly TracedAppend[], times: AppendTimes) => void;

/** Where traces go on from, by the last position of each request. */
export interface AppendTracesDeps {
  readonly traces: Traces;
  /** Tells who learns where the events of traced requests stand. */
  readonly tell: (traced: readonly TraceGoingOn[]) => void;
}

/**
 * Makes a span of the append for each traced request that it holds events of, as a part of that request's trace, with
 * links to the others: OpenTelemetry's conventions for messaging let a consumer's span be the child of the one that sent.
 */
export function createAppendTraces({ traces, tell }: AppendTracesDeps): AppendTraces {
  return (appended, { messages, beganMs, endedMs }) => {
    const requests = requestsOf(appended);
    const parents = [...requests.keys()];
    const told: TraceGoingOn[] = [];
    for (const [parent, { count, last }] of requests) {
      const { partition, sequence } = last;
      const span = traces.begin({
        ...{ name: 'journal append', kind: 'consumer', parent, beganMs },
        links: parents.filter((other) => other !== parent).slice(0, linkedRequestsMax),
        facts: {
          'messaging.system': 'kafka',
          'messaging.operation.name': 'append',
          'messaging.operation.type': 'process',
          'messaging.destination.partition.id': String(partition),
          'messaging.batch.message_count': messages,
          'reprise.partition': partition,
          'reprise.position': `${String(partition)}:${String(sequence)}`,
          'reprise.events': count,
        },
      });
      span.end({ endedMs });
      const { traceparent, isSampled } = span;
      if (isSampled) told.push({ partition, sequence, traceparent, durableMs: endedMs });
    }
    tell(told);
  };
}

/** The events of one request in an append. */
interface AppendedRequest {
  readonly count: number;
  readonly last: TracedAppend;
}

function requestsOf(appended: readonly TracedAppend[]): ReadonlyMap<string, AppendedRequest> {
  const requests = new Map<string, AppendedRequest>();
  for (const one of appended) {
    const known = requests.get(one.traceparent);
    if (known === undefined && requests.size >= tracedRequestsMax) continue;
    requests.set(one.traceparent, { count: (known?.count ?? 0) + 1, last: one });
  }
  return requests;
}
