import type { QueuedRow } from '../../../events/append-queue.ts';
import { RepriseError } from '../../../events/error.ts';

/** Bounds of one block that covers offsets: a transport's batch is one block or refused. */
export interface CoveringBounds {
  readonly coveringEventsMax: number;
  /** Bytes of sealed context and payloads; with every column a block stays well below MongoDB's 16 MiB. */
  readonly coveringBytesMax: number;
}

/** The usual bounds of a block that covers offsets. */
export const COVERING_BOUNDS: CoveringBounds = {
  coveringEventsMax: 8_192,
  coveringBytesMax: 8_388_608,
};

/** Throws TOO_LARGE where rows do not fit into one block that covers offsets. */
export function assertOneBlock(
  rows: readonly Pick<QueuedRow, 'body'>[],
  { coveringEventsMax, coveringBytesMax }: CoveringBounds,
): void {
  const bytes = rows.reduce((sum, { body }) => sum + body.length, 0);
  if (rows.length <= coveringEventsMax && bytes <= coveringBytesMax) return;
  const message = `a block that covers offsets holds at most ${String(coveringEventsMax)} events and ${String(coveringBytesMax)} bytes: append fewer at once`;
  throw new RepriseError('TOO_LARGE', message, { events: rows.length, bytes });
}
