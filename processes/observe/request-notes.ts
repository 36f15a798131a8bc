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
  /** What an append is here: `producer` where events are sent on to another process. */
  readonly appendKind: 'internal' | 'producer';
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

  get appendParent(): string | undefined {
    return this.#append?.isSampled === true ? this.#append.traceparent : undefined;
  }

  /** The last position of each partition, of as many as are named. */
  get positions(): readonly Position[] {
    return this.#positions;
  }

  begin(part: string): () => void {
    if (this.#trace === undefined) return () => undefined;
    const { traces, span, appendKind } = this.#trace;
    const isAppend = part === 'append';
    const kind = isAppend ? appendKind : 'internal';
    const begun = traces.begin({ name: part, parent: span.traceparent, kind });
    this.#open.set(part, begun);
    if (isAppend) this.#append = begun;
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
