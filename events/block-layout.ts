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
  let offset = COUNTS_BYTES;
  const take = (bytes: number): number => {
    const start = offset;
    offset += bytes;
    return start;
  };
  const columns = {
    timeMs: take(8 * counts.rows),
    value: take(8 * counts.values),
    keys: take(16 * counts.rows),
    users: take(16 * counts.users),
    user: take(4 * counts.rows),
    item: take(4 * counts.rows),
    bodyEnds: take(4 * counts.rows),
    itemEnds: take(4 * counts.items),
    typeEnds: take(4 * counts.types),
    type: take(2 * counts.rows),
    kind: take(counts.rows),
    itemText: take(counts.itemBytes),
    typeText: take(counts.typeBytes),
    bodies: take(counts.bodyBytes),
  };
  return { ...columns, total: offset };
}

/** Writes the counts to the start of the content. */
export function writeCounts(content: Uint8Array, counts: ContentCounts): void {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  COUNT_FIELDS.forEach((field, i) => {
    view.setUint32(4 * i, counts[field], true);
  });
}

/** Reads the counts; undefined where the content is too short to hold them or is not as long as they say. */
export function readCounts(content: Uint8Array): ContentCounts | undefined {
  if (content.length < COUNTS_BYTES) return undefined;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const at = (i: number): number => view.getUint32(4 * i, true);
  const counts: ContentCounts = {
    rows: at(0),
    users: at(1),
    items: at(2),
    types: at(3),
    values: at(4),
    itemBytes: at(5),
    typeBytes: at(6),
    bodyBytes: at(7),
  };
  return layOut(counts).total === content.length ? counts : undefined;
}
