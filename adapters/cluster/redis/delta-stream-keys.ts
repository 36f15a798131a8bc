import { RepriseError } from '../../../events/error.ts';
import type { RedisLink } from './redis.ts';

/** The keys of one partition's stream; the braces keep them on one node of a Redis cluster. */
export interface DeltaStreamKeys {
  /** The records, numbered densely from 1: `7-0` is the seventh. */
  readonly stream: string;
  /** Number and size of each record, by the position that it ends at. */
  readonly index: string;
  /** Fence, generation, last number, last position, last version and bytes held. */
  readonly state: string;
}

/** Names the keys of a partition's stream: that of the live version, or that of one held beside it. */
export function deltaStreamKeys(
  { prefix }: RedisLink,
  partition: number,
  held?: string,
): DeltaStreamKeys {
  const live = `${prefix}deltas:{${partition}}`;
  const base = held === undefined ? live : `${live}:held:${held}`;
  return { stream: base, index: `${base}:index`, state: `${base}:state` };
}

/** Names the set of the versions that a partition has streams of beside that of the live one. */
export function heldStreamsKey({ prefix }: RedisLink, partition: number): string {
  return `${prefix}deltas:{${partition}}:held`;
}

/** What a record tells readers where the delta itself is too large for the stream. */
export interface ReloadMark {
  readonly version: string;
  readonly to: number;
}

/** The field of a record that holds a delta, and of one that sends readers to a checkpoint. */
export const RECORD_FIELDS = { delta: 'd', reload: 'r' } as const;

/** Reads a reload mark; throws DAMAGED where it is none. */
export function readReloadMark(text: string): ReloadMark {
  const mark = JSON.parse(text) as Partial<ReloadMark>;
  const { version, to } = mark;
  if (typeof version !== 'string' || !Number.isSafeInteger(to)) {
    throw new RepriseError('DAMAGED', 'a record of the delta stream is neither delta nor mark');
  }
  return { version, to: to ?? 0 };
}
