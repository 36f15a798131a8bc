import type { DeadLetter, ModelDelta } from '../../model/delta.ts';
import type { FactorTable } from '../../model/factor-table.ts';
import { inRuns, type Steps } from '../../model/steps.ts';
import type { PartitionState } from './partition-state.ts';

const PAIRS_MIN = 1_024;
const ROWS_A_RUN = 1_024;
/** Item rows that are lent; a delta of more, as after an import, has arrays of its own. */
const LENT_ROWS_MAX = 4_096;

/** Gathers what the run events changed, until it is taken as a delta. */
export class DeltaCollector {
  readonly #state: PartitionState;
  /** User row and item row by turns. */
  #pairs = new Uint32Array(PAIRS_MIN * 2);
  #pairCount = 0;
  readonly #reset = new Set<number>();
  #usersGiven = 0;
  #itemsGiven = 0;
  #isWholeDue = true;
  /** Room for what is lent of item rows, used again for every delta that is. */
  #lent = roomFor(0, 0);

  constructor(state: PartitionState) {
    this.#state = state;
  }

  /** True while the next delta is a whole one: nothing was taken yet. */
  get isWholeDue(): boolean {
    return this.#isWholeDue;
  }

  /** Notes that a user saw an item for the first time. */
  saw(userRow: number, itemRow: number): void {
    // A whole delta reads the pairs from the actors; gathering them too would grow without bound if none is taken.
    if (this.#isWholeDue) return;
    if (this.#pairCount * 2 === this.#pairs.length) {
      const wider = new Uint32Array(this.#pairs.length * 2);
      wider.set(this.#pairs);
      this.#pairs = wider;
    }
    const at = this.#pairCount++ * 2;
    this.#pairs[at] = userRow;
    this.#pairs[at + 1] = itemRow;
  }

  /** Notes that a user's actor has forgotten its oldest items. */
  forgot(userRow: number): void {
    if (!this.#isWholeDue) this.#reset.add(userRow);
  }

  /**
   * Takes what changed in `(from, to]`. There is a delta for every event that comes alone, so its fields are written
   * out: an object put together from others costs ten times the memory. A lent one is valid until the next is taken: a
   * step of a learner of streams touches hundreds of rows, whose copies would soon have the garbage collected.
   */
  take(from: number, to: number, deadLetters: readonly DeadLetter[], isLent: boolean): ModelDelta {
    const { definition, partition, model, users, items } = this.#state;
    const newUsers = new Uint8Array((users.rows - this.#usersGiven) * 16);
    users.copy(this.#usersGiven, users.rows, newUsers, 0);
    const { userRows, userVectors, userEvents, userPositives, userTimeMs } = this.#takeUserRows();
    const { itemRows, itemVectors, itemBias, itemPopularity } = this.#takeItemRows(isLent);
    const { seenUsers, seenItems, seenReset } = this.#takePairs();
    const delta: ModelDelta = {
      version: definition.version,
      partition,
      from,
      to,
      whole: false,
      dimensions: model.settings.dimensions,
      output: model.output,
      userRowsBefore: this.#usersGiven,
      newUsers,
      userRows,
      userVectors,
      userEvents,
      userPositives,
      userTimeMs,
      itemRowsBefore: this.#itemsGiven,
      newItems: items.idsFrom(this.#itemsGiven),
      itemRows,
      itemVectors,
      itemBias,
      itemPopularity,
      seenUsers,
      seenItems,
      deadLetters,
    };
    this.#given();
    if (seenReset === undefined && model.ranker === undefined) return delta;
    return {
      ...delta,
      ...(seenReset && { seenReset }),
      ...(model.ranker && { ranker: model.ranker }),
    };
  }

  /** Takes the whole state, at `to`, as one delta; the state must stand still meanwhile. */
  *takeWhole(to: number, letters: readonly DeadLetter[]): Steps<ModelDelta> {
    const { model, users, items } = this.#state;
    // What changed before is in the whole.
    model.users.takeTouched();
    this.#state.touches.takeForDelta();
    this.#takePairs();
    const { dimensions } = model.settings;
    const newUsers = new Uint8Array(users.rows * 16);
    const userVectors = new Float32Array(users.rows * dimensions);
    yield* inRuns(users.rows, ROWS_A_RUN, (first, end) => {
      users.copy(first, end, newUsers, first * 16);
      model.users.readRows(first, end - first, userVectors, first * dimensions);
    });
    const itemVectors = new Float32Array(items.rows * dimensions);
    const itemBias = new Float32Array(items.rows);
    yield* inRuns(items.rows, ROWS_A_RUN, (first, end) => {
      model.items.readRows(first, end - first, itemVectors, first * dimensions);
      model.items.readColumn(0, first, end - first, itemBias, first);
    });
    const delta: ModelDelta = {
      ...this.#head(-1, to, true, letters),
      userRowsBefore: 0,
      newUsers,
      userRows: countingTo(users.rows),
      userVectors,
      ...(yield* this.#wholeActors()),
      itemRowsBefore: 0,
      newItems: items.idsFrom(0),
      itemRows: countingTo(items.rows),
      itemVectors,
      itemBias,
      itemPopularity: model.popularity.slice(),
      ...(model.ranker && { ranker: model.ranker }),
    };
    this.#given();
    return delta;
  }

  /** The fields of a delta that come from no row. */
  #head(
    from: number,
    to: number,
    whole: boolean,
    deadLetters: readonly DeadLetter[],
  ): Pick<
    ModelDelta,
    'version' | 'partition' | 'from' | 'to' | 'whole' | 'dimensions' | 'output' | 'deadLetters'
  > {
    const { definition, partition, model } = this.#state;
    const { version } = definition;
    const { dimensions } = model.settings;
    return { version, partition, from, to, whole, dimensions, output: model.output, deadLetters };
  }

  #takeUserRows(): Pick<
    ModelDelta,
    'userRows' | 'userVectors' | 'userEvents' | 'userPositives' | 'userTimeMs'
  > {
    const { model, actors } = this.#state;
    const userRows = model.users.takeTouched();
    const count = userRows.length;
    const userEvents = new Uint32Array(count);
    const userPositives = new Uint32Array(count);
    const userTimeMs = new Float64Array(count);
    for (let index = 0; index < count; index++) {
      actors.copyCounters(userRows[index] as number, index, userEvents, userPositives, userTimeMs);
    }
    const userVectors = vectorsOf(model.users, userRows);
    return { userRows, userVectors, userEvents, userPositives, userTimeMs };
  }

  #takeItemRows(
    isLent: boolean,
  ): Pick<ModelDelta, 'itemRows' | 'itemVectors' | 'itemBias' | 'itemPopularity'> {
    const { items, popularity } = this.#state.model;
    const itemRows = this.#state.touches.takeForDelta();
    const count = itemRows.length;
    const { itemVectors, itemBias, itemPopularity } =
      isLent && count <= LENT_ROWS_MAX
        ? this.#lend(count, items.dimensions)
        : roomFor(count, items.dimensions);
    for (let index = 0; index < count; index++) {
      const row = itemRows[index] as number;
      itemBias[index] = items.bias(row);
      itemPopularity[index] = popularity[row] as number;
    }
    items.readListed(itemRows, itemVectors);
    return { itemRows, itemVectors, itemBias, itemPopularity };
  }

  #lend(count: number, dimensions: number): ItemRoom {
    if (count > this.#lent.itemBias.length) this.#lent = roomFor(count * 2, dimensions);
    const { itemVectors, itemBias, itemPopularity } = this.#lent;
    return {
      itemVectors: itemVectors.subarray(0, count * dimensions),
      itemBias: itemBias.subarray(0, count),
      itemPopularity: itemPopularity.subarray(0, count),
    };
  }

  #given(): void {
    this.#usersGiven = this.#state.users.rows;
    this.#itemsGiven = this.#state.items.rows;
    this.#isWholeDue = false;
  }

  *#wholeActors(): Steps<
    Pick<ModelDelta, 'userEvents' | 'userPositives' | 'userTimeMs' | 'seenUsers' | 'seenItems'>
  > {
    const { actors, seenPairs } = this.#state;
    const userEvents = new Uint32Array(actors.count);
    const userPositives = new Uint32Array(actors.count);
    const userTimeMs = new Float64Array(actors.count);
    const seenUsers = new Uint32Array(seenPairs);
    const seenItems = new Uint32Array(seenPairs);
    let pairs = 0;
    yield* inRuns(actors.count, ROWS_A_RUN, (first, end) => {
      for (let row = first; row < end; row++) {
        actors.copyCounters(row, row, userEvents, userPositives, userTimeMs);
        const seen = actors.copySeen(row, seenItems, pairs);
        seenUsers.fill(row, pairs, pairs + seen);
        pairs += seen;
      }
    });
    return { userEvents, userPositives, userTimeMs, seenUsers, seenItems };
  }

  #takePairs(): Pick<ModelDelta, 'seenUsers' | 'seenItems' | 'seenReset'> {
    const pairs = this.#pairs.subarray(0, this.#pairCount * 2);
    this.#pairCount = 0;
    if (this.#reset.size > 0) return this.#takeResetPairs(pairs);
    const seenUsers = new Uint32Array(pairs.length / 2);
    const seenItems = new Uint32Array(pairs.length / 2);
    for (let index = 0; index < seenUsers.length; index++) {
      seenUsers[index] = pairs[index * 2] as number;
      seenItems[index] = pairs[index * 2 + 1] as number;
    }
    return { seenUsers, seenItems };
  }

  /** The pairs where some actors have forgotten items: of these, all that they still know. */
  #takeResetPairs(
    pairs: Uint32Array,
  ): Required<Pick<ModelDelta, 'seenUsers' | 'seenItems' | 'seenReset'>> {
    const seenUsers: number[] = [];
    const seenItems: number[] = [];
    for (let at = 0; at < pairs.length; at += 2) {
      const userRow = pairs[at] as number;
      if (this.#reset.has(userRow)) continue;
      seenUsers.push(userRow);
      seenItems.push(pairs[at + 1] as number);
    }
    for (const userRow of this.#reset) {
      for (const itemRow of this.#state.actors.peek(userRow).seenItems()) {
        seenUsers.push(userRow);
        seenItems.push(itemRow);
      }
    }
    const seenReset = Uint32Array.from(this.#reset);
    this.#reset.clear();
    return {
      seenUsers: Uint32Array.from(seenUsers),
      seenItems: Uint32Array.from(seenItems),
      seenReset,
    };
  }
}

type ItemRoom = Pick<ModelDelta, 'itemVectors' | 'itemBias' | 'itemPopularity'>;

function roomFor(count: number, dimensions: number): ItemRoom {
  return {
    itemVectors: new Float32Array(count * dimensions),
    itemBias: new Float32Array(count),
    itemPopularity: new Float64Array(count),
  };
}

function vectorsOf(table: FactorTable, rows: Uint32Array): Float32Array {
  const { dimensions } = table;
  const vectors = new Float32Array(rows.length * dimensions);
  table.readListed(rows, vectors);
  return vectors;
}

function countingTo(count: number): Uint32Array {
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}
