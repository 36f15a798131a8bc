import type { AnyBulkWriteOperation } from 'mongodb';
import { SURROGATE_BYTES, surrogateFromBytes } from '../../../events/surrogate.ts';
import type { ModelDelta } from '../../../model/delta.ts';

/** A user as a document. */
export interface UserDocument {
  /** The surrogate, hex. */
  readonly _id: string;
  readonly partition: number;
  /** {@link slotOf} generation and row: deltas name users by row. */
  readonly slot: string;
  readonly generation: number;
  /** The fence of the last writer: a write under an older one does not match. */
  readonly fence: number;
  readonly events: number;
  readonly positives: number;
  readonly timeMs: number;
  /** Little-endian floats. */
  readonly vector: Uint8Array;
  readonly seen: readonly number[];
}

/** What a delta says of one user. */
interface UserChange {
  surrogate?: string;
  /** Index into the delta's touched rows. */
  touched?: number;
  readonly seen: number[];
}

type Counters = Pick<UserDocument, 'events' | 'positives' | 'timeMs' | 'vector'>;

/** Names a place within a partition. */
export function slotOf(partition: number, ...rest: readonly (string | number)[]): string {
  return [partition, ...rest].join(':');
}

/**
 * The writes that store a delta, one a user. Each leaves the same document however often it is done: counters are
 * whole, and an item seen is added to a set.
 */
export function* userWrites(
  delta: ModelDelta,
  generation: number,
  fence: number,
): Generator<AnyBulkWriteOperation<UserDocument>, void> {
  const { partition } = delta;
  const replaces = delta.whole || delta.from === -1;
  const forgotten = new Set(delta.seenReset);
  for (const [row, change] of changesOf(delta)) {
    const { surrogate, seen } = change;
    const slot = slotOf(partition, generation, row);
    const isWhole = replaces || forgotten.has(row);
    const update = {
      $set: {
        ...(change.touched !== undefined
          ? countersOf(delta, change.touched)
          : surrogate !== undefined && noCounters(delta)),
        ...(surrogate !== undefined && { partition, generation, slot }),
        ...(isWhole && { seen: [...new Set(seen)] }),
        fence,
      },
      ...(!isWhole &&
        (surrogate !== undefined || seen.length > 0) && {
          $addToSet: { seen: { $each: seen } },
        }),
    };
    const isOurs = { fence: { $lte: fence } };
    yield surrogate === undefined
      ? { updateOne: { filter: { slot, ...isOurs }, update } }
      : { updateOne: { filter: { _id: surrogate, ...isOurs }, update, upsert: true } };
  }
}

/** What a delta says, by user row. */
function changesOf(delta: ModelDelta): ReadonlyMap<number, UserChange> {
  const changes = new Map<number, UserChange>();
  const changeOf = (row: number): UserChange => {
    let change = changes.get(row);
    if (change === undefined) {
      change = { seen: [] };
      changes.set(row, change);
    }
    return change;
  };
  for (let at = 0; at < delta.newUsers.length; at += SURROGATE_BYTES) {
    const row = delta.userRowsBefore + at / SURROGATE_BYTES;
    changeOf(row).surrogate = surrogateFromBytes(delta.newUsers, at);
  }
  delta.userRows.forEach((row, touched) => {
    changeOf(row).touched = touched;
  });
  for (const row of delta.seenReset ?? []) changeOf(row);
  delta.seenUsers.forEach((row, at) => {
    changeOf(row).seen.push(delta.seenItems[at] ?? 0);
  });
  return changes;
}

function countersOf(delta: ModelDelta, touched: number): Counters {
  const { dimensions: d } = delta;
  return {
    events: delta.userEvents[touched] ?? 0,
    positives: delta.userPositives[touched] ?? 0,
    timeMs: delta.userTimeMs[touched] ?? 0,
    vector: new Uint8Array(delta.userVectors.slice(touched * d, (touched + 1) * d).buffer),
  };
}

/** A new user whom no event of the delta touched. */
function noCounters({ dimensions }: ModelDelta): Counters {
  return { events: 0, positives: 0, timeMs: 0, vector: new Uint8Array(4 * dimensions) };
}
