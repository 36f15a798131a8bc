/** How many of each a block's content holds. */
export interface ContentCounts {
  readonly rows: number;
  readonly users: number;
  readonly items: number;
  readonly types: number;
  /** Equal to `rows`, or 0 where no row has a value. */
  readonly values: number;
  readonly itemBytes: number;
  readonly typeBytes: number;
  readonly bodyBytes: number;
}

/** Where each column starts, in bytes from the start of the content. */
export interface ContentLayout {
  readonly timeMs: number;
  readonly value: number;
  readonly keys: number;
  readonly users: number;
  readonly user: number;
  readonly item: number;
  readonly bodyEnds: number;
  readonly itemEnds: number;
  readonly typeEnds: number;
  readonly type: number;
  readonly kind: number;
  readonly itemText: number;
  readonly typeText: number;
  readonly bodies: number;
  readonly total: number;
}

const COUNT_FIELDS = [
  'rows',
  'users',
  'items',
  'types',
  'values',
  'itemBytes',
  'typeBytes',
  'bodyBytes',
] as const satisfies readonly (keyof ContentCounts)[];

const COUNTS_BYTES = 4 * COUNT_FIELDS.length;

/**
 * Lays a block's content out: the counts, then columns from the widest element to the narrowest, so that each one is
 * aligned and a decoder can use it in place, then text and bodies.
 */
export function layOut(counts: ContentCounts): ContentLayout {
  // Every small block comes through here, so each column is written out: a loop over names costs objects.
  const { rows, users, items, types, values } = counts;
  const timeMs = COUNTS_BYTES;
  const value = timeMs + 8 * rows;
  const keys = value + 8 * values;
  const usersAt = keys + 16 * rows;
  const user = usersAt + 16 * users;
  const item = user + 4 * rows;
  const bodyEnds = item + 4 * rows;
  const itemEnds = bodyEnds + 4 * rows;
  const typeEnds = itemEnds + 4 * items;
  const type = typeEnds + 4 * types;
  const kind = type + 2 * rows;
  const itemText = kind + rows;
  const typeText = itemText + counts.itemBytes;
  const bodies = typeText + counts.typeBytes;
  return {
    timeMs,
    value,
    keys,
    users: usersAt,
    user,
    item,
    bodyEnds,
    itemEnds,
    typeEnds,
    type,
    kind,
    itemText,
    typeText,
    bodies,
    total: bodies + counts.bodyBytes,
  };
}

/** Writes the counts to the start of the content. */
export function writeCounts(content: Uint8Array, counts: ContentCounts): void {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  COUNT_FIELDS.forEach((field, i) => {
    view.setUint32(4 * i, counts[field], true);
  });
}

/** The counts of a content and where they put its columns. */
export interface ReadLayout {
  readonly counts: ContentCounts;
  readonly at: ContentLayout;
}

/** Reads the layout; undefined where the content is too short to hold the counts or is not as long as they say. */
export function readLayout(content: Uint8Array): ReadLayout | undefined {
  const layout = readLayoutAhead(content);
  return layout?.at.total === content.length ? layout : undefined;
}

/** Reads the layout of a content after which more may stand; undefined where it is shorter than its counts say. */
export function readLayoutAhead(content: Uint8Array): ReadLayout | undefined {
  if (content.length < COUNTS_BYTES) return undefined;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const counts: ContentCounts = {
    rows: view.getUint32(0, true),
    users: view.getUint32(4, true),
    items: view.getUint32(8, true),
    types: view.getUint32(12, true),
    values: view.getUint32(16, true),
    itemBytes: view.getUint32(20, true),
    typeBytes: view.getUint32(24, true),
    bodyBytes: view.getUint32(28, true),
  };
  const at = layOut(counts);
  return at.total <= content.length ? { counts, at } : undefined;
}
