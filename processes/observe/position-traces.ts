import type { Traces } from '../../activities/traces.ts';
import type { Position } from '../../events/position.ts';

/** Requests whose events are followed to the projections at a time; the oldest is let go where there are more. */
export const followedRequestsMax = 1_024;

/** A slice of a partition that was learned, and that answers know since. */
export interface AppliedSlice {
  readonly partition: number;
  /** The last sequence that was learned. */
  readonly sequence: number;
  readonly version: string;
  /** When the projections began to take it, and when answers knew it; Unix milliseconds. */
  readonly beganMs: number;
  readonly endedMs: number;
}

/** A request whose events stand in the journal. */
interface Followed extends Position {
  readonly traceparent: string;
  readonly durableMs: number;
}

/**
 * Goes on with the traces of requests past their answers: by the position of its event each is taken up again when the
 * actor has learned and when the projections have it.
 */
export class PositionTraces {
  readonly #traces: Traces;
  /** By partition and sequence, in the order in which they came. */
  readonly #followed = new Map<string, Followed>();
  /** The last slices by partition: one may be applied before whoever appended is told. */
  readonly #last = new Map<number, AppliedSlice>();

  constructor(traces: Traces) {
    this.#traces = traces;
  }

  /** Follows an event of a request from its position. */
  follow(traceparent: string, { partition, sequence }: Position, durableMs: number): void {
    const followed = { partition, sequence, traceparent, durableMs };
    const last = this.#last.get(partition);
    if (last !== undefined && sequence <= last.sequence) {
      this.#tell(followed, last);
      return;
    }
    this.#followed.set(`${String(partition)}:${String(sequence)}`, followed);
    const [oldest] = this.#followed.keys();
    if (this.#followed.size > followedRequestsMax && oldest !== undefined) {
      this.#followed.delete(oldest);
    }
  }

  /** Ends the traces of what a slice has brought to the projections. */
  applied(slice: AppliedSlice): void {
    this.#last.set(slice.partition, slice);
    for (const [key, followed] of this.#followed) {
      if (followed.partition !== slice.partition || followed.sequence > slice.sequence) continue;
      this.#followed.delete(key);
      this.#tell(followed, slice);
    }
  }

  #tell({ partition, sequence, traceparent, durableMs }: Followed, slice: AppliedSlice): void {
    const facts = {
      'reprise.position': `${String(partition)}:${String(sequence)}`,
      'reprise.partition': partition,
      'reprise.model.version': slice.version,
    };
    const learning = this.#traces.begin({
      ...{ name: 'actors learn', parent: traceparent, facts },
      beganMs: Math.min(durableMs, slice.beganMs),
    });
    learning.end({ endedMs: slice.beganMs });
    const { beganMs, endedMs } = slice;
    const parent = learning.traceparent;
    this.#traces.begin({ name: 'projections apply', parent, beganMs, facts }).end({ endedMs });
  }
}
