/** How long event keys are remembered. */
export interface IdempotencyBounds {
  /** A key is remembered while fewer events than this came after it … */
  readonly idempotencyEventsMin: number;
  /** … and while it is younger than this, whichever lasts longer … */
  readonly idempotencyAgeMsMin: number;
  /** … but for no more events than this, which bounds the memory at about 14 bytes an event. */
  readonly idempotencyEventsMax: number;
  /** Events of a chunk: the step of storing and of forgetting. */
  readonly idempotencyChunkEventsMax: number;
}

/**
 * Ten million events or seven days, whichever is more, up to a hundred million events (165 a second for a week):
 * within these bounds an event that comes again is always recognised.
 */
export const IDEMPOTENCY_BOUNDS: IdempotencyBounds = {
  idempotencyEventsMin: 10_000_000,
  idempotencyAgeMsMin: 7 * 86_400_000,
  idempotencyEventsMax: 100_000_000,
  idempotencyChunkEventsMax: 65_536,
};
