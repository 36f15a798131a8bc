import { initialState } from '../user-actor.ts';
import type { ActorSettings, UserState } from '../user-state.ts';
import { SnapshotStore } from './snapshot-store.ts';

const ROWS_MIN = 256;

/**
 * The actors of a partition by user row. At most `activeActorsMax` are live objects; where one more is needed, one
 * that was idle for a turn of the clock hand (second chance) is folded into its snapshot. Passivation changes no
 * state.
 */
export class ActiveActors {
  readonly #activeMax: number;
  readonly #snapshots: SnapshotStore;
  /** State by row; undefined where the actor is passive. */
  readonly #states: (UserState | undefined)[] = [];
  /** Rows of the active actors, in the order that the hand goes round. */
  readonly #ring: number[] = [];
  /** 1 by row where the actor was used since the hand passed. */
  #used = new Uint8Array(ROWS_MIN);
  #hand = 0;
  #passivations = 0;

  constructor(settings: ActorSettings, activeActorsMax: number) {
    if (!(activeActorsMax >= 1)) {
      throw new RangeError(`activeActorsMax is at least 1, not ${String(activeActorsMax)}`);
    }
    this.#activeMax = activeActorsMax;
    this.#snapshots = new SnapshotStore(settings);
  }

  /** The number of actors. */
  get count(): number {
    return this.#states.length;
  }

  /** The number of actors that are live objects. */
  get active(): number {
    return this.#ring.length;
  }

  /** Times that an idle actor was folded into its snapshot. */
  get passivations(): number {
    return this.#passivations;
  }

  /** Bytes that the snapshots of idle actors take. */
  get snapshotBytes(): number {
    return this.#snapshots.bytes;
  }

  /** An actor's state; activates it where it is passive. */
  get(row: number): UserState {
    this.#used[row] = 1;
    return this.#states[row] ?? this.#activate(row);
  }

  /** Replaces the state of an actor that is active, as it is after {@link get}. */
  set(row: number, state: UserState): void {
    this.#states[row] = state;
  }

  /** Adds an actor, active, in the row after the last. */
  add(state: UserState): void {
    const row = this.#addRow(state);
    this.#used[row] = 1;
    this.#enter(row);
  }

  /** Adds an actor, passive, in the row after the last. */
  addPassive(state: UserState): void {
    this.#snapshots.put(this.#addRow(undefined), state);
  }

  /** An actor's state, read without activating it. */
  peek(row: number): UserState {
    return this.#states[row] ?? this.#snapshots.read(row);
  }

  /** Copies what an actor counts, all interactions, positive ones and the last one's event time, to an index of each. */
  copyCounters(
    row: number,
    index: number,
    events: Uint32Array,
    positives: Uint32Array,
    timesMs: Float64Array,
  ): void {
    const state = this.#states[row];
    events[index] = state?.events ?? this.#snapshots.events(row);
    positives[index] = state?.positives ?? this.#snapshots.positives(row);
    timesMs[index] = state?.timeMs ?? this.#snapshots.timeMs(row);
  }

  /** Copies the item rows that an actor has seen, oldest first, to `out[offset…]`; returns how many there are. */
  copySeen(row: number, out: Uint32Array, offset: number): number {
    const state = this.#states[row];
    if (state === undefined) return this.#snapshots.copyItems(row, out, offset);
    const { seenCount } = state;
    for (let index = 0; index < seenCount; index++) out[offset + index] = state.seenAt(index);
    return seenCount;
  }

  #addRow(state: UserState | undefined): number {
    const row = this.#states.push(state) - 1;
    if (row >= this.#used.length) {
      const wider = new Uint8Array(Math.ceil(this.#used.length * 1.25));
      wider.set(this.#used);
      this.#used = wider;
    }
    return row;
  }

  #activate(row: number): UserState {
    const state = this.#snapshots.take(row);
    this.#states[row] = state;
    this.#enter(row);
    return state;
  }

  /** Gives an actor a place in the ring, that of an idle one where the ring is full. */
  #enter(row: number): void {
    const ring = this.#ring;
    if (ring.length < this.#activeMax) {
      ring.push(row);
      return;
    }
    for (;;) {
      const candidate = ring[this.#hand] as number;
      const place = this.#hand;
      this.#hand = (place + 1) % ring.length;
      if (this.#used[candidate] === 0) {
        this.#snapshots.put(candidate, this.#states[candidate] ?? initialState());
        this.#states[candidate] = undefined;
        ring[place] = row;
        this.#passivations += 1;
        return;
      }
      this.#used[candidate] = 0;
    }
  }
}
