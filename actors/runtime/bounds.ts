/** Bounds of a partition runtime. None of them changes the state that a replay arrives at. */
export interface PartitionBounds {
  /** Events in prepared blocks that wait to be run; one block is always let in. */
  readonly mailboxMessagesMax: number;
  /** Actors held as live objects; others rest in compact snapshots. */
  readonly activeActorsMax: number;
  /** Dead letters kept, newest first to stay; the counter goes on counting. */
  readonly deadLettersMax: number;
  /** Milliseconds that capture, restore, a whole delta or a state hash hold the thread before they yield. */
  readonly holdMsMax: number;
}

/** The bounds that a runtime has where its maker names none. */
export const DEFAULT_PARTITION_BOUNDS: PartitionBounds = {
  mailboxMessagesMax: 65_536,
  activeActorsMax: 50_000,
  deadLettersMax: 1_000,
  holdMsMax: 2,
};

/** Events between two looks at the clock. */
export const EVENTS_A_LOOK = 32;

/** The same where the learner answers itself: an event of its costs tens of microseconds, not one or two. */
export const ASKED_EVENTS_A_LOOK = 2;
