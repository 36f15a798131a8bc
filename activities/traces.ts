/** What a span says of itself beside its times. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

/** How a span begins. */
export interface SpanStart {
  readonly name: string;
  /** `server` for a request that came in from outside, `producer` and `consumer` for the two ends of the transport. */
  readonly kind?: 'server' | 'internal' | 'producer' | 'consumer';
  /** The `traceparent` (W3C) of the span that this one is part of; a trace of its own where absent or malformed. */
  readonly parent?: string | undefined;
  /** The `traceparent` of others that it was done together with. */
  readonly links?: readonly string[] | undefined;
  /** Unix milliseconds; now where absent. */
  readonly beganMs?: number;
  readonly facts?: SpanFacts;
}

/** Work whose time is kept. */
export interface Span {
  readonly traceId: string;
  /** The span as a parent: its W3C `traceparent`. */
  readonly traceparent: string;
  /** Whether it is kept: of a trace that is not, nobody else need know. */
  readonly isSampled: boolean;
  tell(facts: SpanFacts): void;
  /** Ends it, now where no Unix milliseconds are given. */
  end(outcome?: { readonly failed?: boolean; readonly endedMs?: number }): void;
}

/** Where traces go. A parent is always named: nothing follows the thread of control. */
export interface Traces {
  begin(start: SpanStart): Span;
}
