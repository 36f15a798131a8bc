import type { IncomingMessage } from 'node:http';

/** What is noted of one request while it is served. */
export interface RequestRecord {
  readonly requestId: string;
  /** Begins a part of the work; what it returns ends it. A part that was not ended ends with the request. */
  begin(part: string): () => void;
  /** The W3C `traceparent` of the append under way, to be sent with its events; undefined where no trace is kept. */
  readonly appendParent: string | undefined;
  /** Notes where the request's events stand, or from where it was answered, `"0:1234"` each, and by which version. */
  at(positions: readonly string[], version?: string): void;
}

/** Watches requests from their head to their answer; nothing here waits or throws. */
export interface RequestWatch {
  /** Begins the record of a request; undefined where nobody reads it. */
  begin(request: IncomingMessage, route: string): RequestRecord | undefined;
  /** Told when an answer is ready to be written, by the route as it is declared (`none` where there is no such). */
  answered(route: string, status: number, ms: number, record: RequestRecord | undefined): void;
}
