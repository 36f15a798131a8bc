import type { Traces } from '../../activities/traces.ts';
import type { Position } from '../../events/position.ts';

/** Requests whose events are followed to the projections at a time; the oldest is let go where there are more. */
export const followedRequestsMax = 1_024;

/** The newest slices of a partition that are remembered: a trace is heard of a little later than its event. */
export const recentSlicesMax = 32;

/** A slice of a partition that was learned, and that answers know since. */
export interface AppliedSlice {
  readonly partition: number;
  /** The last sequence that was learned. */
  readonly sequence: number;
  readonly version: string;
  /** When it was learned and the projections began to take it, and when answers knew it; Unix milliseconds. */
  readonly beganMs: number;
  readonly endedMs: number;
}

/** What a process does with events that stand in the journal: only that is told of by its spans. */
export type FollowedPart = 'learn' | 'apply';

/** A request whose events stand in the journal. */
interface Followed extends Position {
  readonly traceparent: string;
  readonly durableMs: number;
}

/**
 * Goes on with the traces of requests past their answers: by the position of its event each is taken up again when the
 * actor has learned and when the projections have it, whichever of the two this process does.
 */
export class PositionTraces {
  readonly #traces: Traces;
  readonly #parts: readonly FollowedPart[];
  /** By partition and sequence, in the order in which they came. */
  readonly #followed = new Map<string, Followed>();
  /** The newest slices by partition, oldest first: one may be applied before whoever appended is told. */
  readonly #recent = new Map<number, AppliedSlice[]>();

  constructor(traces: Traces, parts: readonly FollowedPart[] = ['learn', 'apply']) {
    this.#traces = traces;
    this.#parts = parts;
  }

  /** Follows an event of a request from its position. */
  follow(traceparent: string, { partition, sequence }: Position, durableMs: number): void {
    const followed = { partition, sequence, traceparent, durableMs };
    const passed = this.#recent.get(partition)?.find((slice) => sequence <= slice.sequence);
    if (passed !== undefined) {
      this.#tell(followed, passed);
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
    const recent = this.#recent.get(slice.partition) ?? [];
    recent.push(slice);
    if (recent.length > recentSlicesMax) recent.shift();
    this.#recent.set(slice.partition, recent);
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
    const { beganMs, endedMs } = slice;
    let parent = traceparent;
    if (this.#parts.includes('learn')) {
      const from = Math.min(durableMs, beganMs);
      const learning = this.#traces.begin({ name: 'actors learn', parent, beganMs: from, facts });
      learning.end({ endedMs: beganMs });
      parent = learning.traceparent;
    }
    if (!this.#parts.includes('apply')) return;
    this.#traces.begin({ name: 'projections apply', parent, beganMs, facts }).end({ endedMs });
  }
}
