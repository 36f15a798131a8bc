/** The bounds of the read side, each with its unit last. */
export interface ProjectionBounds {
  /**
   * Items up to which an answer scans all of them exactly; above it Faiss proposes candidates. Measured at 32
   * dimensions, a loaded core pays as much for either at 5,000 items, and four times less for Faiss at 30,000.
   */
  readonly exactScanItemsMax: number;
  /** Candidates that one search may ask for; where n and the user's seen items need more, the scan is exact. */
  readonly candidatesMax: number;
  /** Candidates asked for beyond n and the user's seen items: they take up what drifted since the release. */
  readonly candidatesSpare: number;
  /** How far an item may move since the release, as a share of its length then, before it stands in the overlay. */
  readonly driftShareMax: number;
  /** Items in the overlay past which a new index build is asked for. */
  readonly overlayItemsMax: number;
  /** How long an answer waits for the positions that it has to include. */
  readonly afterWaitMsMax: number;
  /** Answers that may wait for positions at a time. */
  readonly waitersMax: number;
  /** Dead letters kept of each partition. */
  readonly deadLettersMax: number;
  /** Items that one answer may list. */
  readonly answerItemsMax: number;
}

/** The bounds that an instance starts with. */
export const DEFAULT_PROJECTION_BOUNDS: ProjectionBounds = {
  exactScanItemsMax: 5_000,
  candidatesMax: 1_024,
  candidatesSpare: 32,
  driftShareMax: 0.1,
  overlayItemsMax: 2_000,
  afterWaitMsMax: 2_000,
  waitersMax: 10_000,
  deadLettersMax: 1_000,
  answerItemsMax: 100,
};
