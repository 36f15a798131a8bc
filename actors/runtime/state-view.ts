import { SURROGATE_BYTES } from '../../events/surrogate.ts';
import type { PartitionState } from './partition-state.ts';

/** Looks at a state without changing it: what is ranked for whom, and where items stand. */
export interface StateView {
  /** Users met; their rows are dense from 0. */
  readonly users: number;
  /** Items met; their rows are dense from 0. */
  readonly items: number;
  readonly dimensions: number;
  readonly itemId: (row: number) => string;
  /** −1 where the item is unknown. */
  readonly itemRow: (id: string) => number;
  /** Copies an item's vector to `into`, from an offset on. */
  readonly readItem: (row: number, into: Float32Array, offset: number) => void;
  /** A user's surrogate, 16 bytes. */
  readonly surrogate: (row: number) => Uint8Array;
  /** −1 where the user is unknown. */
  readonly userRow: (surrogate: Uint8Array) => number;
  /** The ids of the best items for a user but those that they have had, best first, asked at their last event. */
  readonly top: (userRow: number, count: number) => readonly string[];
}

/** Views a state; valid for as long as it stands still. */
export function viewOf({ model, users, items, actors }: PartitionState): StateView {
  return {
    users: users.rows,
    items: items.rows,
    dimensions: model.settings.dimensions,
    itemId: (row) => items.id(row),
    itemRow: (id) => items.find(id),
    readItem: (row, into, offset) => {
      model.items.read(row, into, offset);
    },
    surrogate: (row) => {
      const surrogate = new Uint8Array(SURROGATE_BYTES);
      users.copy(row, row + 1, surrogate, 0);
      return surrogate;
    },
    userRow: (surrogate) => users.find(surrogate, 0),
    top: (userRow, count) => {
      const user = actors.peek(userRow);
      const rows = new Uint32Array(count);
      const excluded = Uint32Array.from(user.seenItems());
      const question = { userRow, timeMs: user.timeMs, excluded };
      const found = model.rank(question, rows, new Float32Array(count));
      return Array.from(rows.subarray(0, found), (row) => items.id(row));
    },
  };
}
