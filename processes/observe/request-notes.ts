import type { RequestRecord } from '../../api/request-watch.ts';
import type { Span, Traces } from '../../activities/traces.ts';
import { furthestOf } from '../../events/position.ts';
import type { Position } from '../../events/position.ts';

/** Positions of a request that its trace and its log line name; of more the last of each partition. */
export const namedPositionsMax = 8;

/** The trace of a request, and what it is followed by. */
export interface NotedTrace {
  readonly traces: Traces;
  readonly span: Span;
}

/** What is noted of one request: its id, the place in the journal, the parts of its trace. */
export class RequestNotes implements RequestRecord {
  readonly requestId: string;
  version: string | undefined;
  readonly #trace: NotedTrace | undefined;
  readonly #open = new Map<string, Span>();
  #positions: readonly Position[] = [];
  #append: Span | undefined;

  constructor(requestId: string, trace: NotedTrace | undefined) {
    this.requestId = requestId;
    this.#trace = trace;
  }

  get span(): Span | undefined {
    return this.#trace?.span;
  }

  /** The part by which events came into the journal, where there was one. */
  get append(): Span | undefined {
    return this.#append;
  }

  /** The last position of each partition, of as many as are named. */
  get positions(): readonly Position[] {
    return this.#positions;
  }

  begin(part: string): () => void {
    const { traces, span } = this.#trace ?? {};
    if (traces === undefined || span === undefined) return () => undefined;
    const begun = traces.begin({ name: part, parent: span.traceparent });
    this.#open.set(part, begun);
    if (part === 'append') this.#append = begun;
    return () => {
      if (this.#open.delete(part)) begun.end();
    };
  }

  at(positions: readonly string[], version?: string): void {
    this.version = version;
    this.#positions = furthestOf(positions).slice(0, namedPositionsMax);
  }

  /** Ends what has not ended: the request failed there. */
  endParts(): void {
    for (const span of this.#open.values()) span.end({ failed: true });
    this.#open.clear();
  }
}
