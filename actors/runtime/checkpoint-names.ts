/**
 * The tensors of a partition's checkpoint; n users, m items, d dimensions, s pairs of user and seen item, b bytes of
 * item ids, r newest items a user.
 */
export const TENSOR = {
  /** U8 [n, 16]. */
  surrogates: 'users.surrogates',
  /** F32 [n, d]. */
  userVectors: 'users.vectors',
  /** U32 [n]: interactions accepted. */
  events: 'users.events',
  /** U32 [n]: the positive ones among them. */
  positives: 'users.positives',
  /** F64 [n]: event time of the last one, Unix milliseconds. */
  timesMs: 'users.timeMs',
  /** U32 [n + 1]: where each user's part of `users.seen.items` starts. */
  seenOffsets: 'users.seen.offsets',
  /** U32 [s]: item rows in the order of first interaction. */
  seenItems: 'users.seen.items',
  /** U32 [n, r]: item rows of the newest interactions, oldest first; the first min(events, r) count. */
  recent: 'users.recent',
  /** U8 [b]: the ids' UTF-8, one after the other. */
  itemIds: 'items.ids',
  /** U32 [m + 1]: where each id starts. */
  itemOffsets: 'items.offsets',
  /** F32 [m, d]. */
  itemVectors: 'items.vectors',
  /** F32 [m]. */
  itemBias: 'items.bias',
  /** F64 [m]: forward-decayed log-weights. */
  itemPopularity: 'items.popularity',
  /** U8 [b]: the ids of published items with attributes. */
  contentIds: 'content.ids',
  /** U32 [p + 1]: where each of the p ids starts. */
  contentIdOffsets: 'content.ids.offsets',
  /** U8 [t]: the attributes' texts, each once. */
  attributeTexts: 'content.texts',
  /** U32 [a + 1]: where each of the a texts starts. */
  attributeTextOffsets: 'content.texts.offsets',
  /** U32 [p + 1]: where each published item's part of `content.attributes` starts. */
  attributeOffsets: 'content.offsets',
  /** U32: numbers of texts. */
  attributes: 'content.attributes',
  /** F32 [d]: the output layer h. */
  output: 'output',
  /** U32 [c]: item rows that were changed since the last barrier; these five where there are many partitions. */
  changed: 'merge.changed',
  /** F32 [c, w]: what they were right after it; w floats a row, all that the learner shares of an item. */
  changedBase: 'merge.changed.base',
  /** U32 [e]: item rows of what was contributed to the last barrier. */
  contributed: 'merge.contributed',
  /** F32 [e, w]. */
  contributedBase: 'merge.contributed.base',
  /** F32 [e, w]. */
  contributedChange: 'merge.contributed.change',
} as const;

/** The tensors that say how the item rows stand to the last barrier: a version's base, where it begins, has none. */
export const MERGE_TENSORS = [
  TENSOR.changed,
  TENSOR.changedBase,
  TENSOR.contributed,
  TENSOR.contributedBase,
  TENSOR.contributedChange,
] as const;
