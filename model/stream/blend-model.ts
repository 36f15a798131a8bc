import type { FactorTable } from '../factor-table.ts';
import { Hold } from '../hold.ts';
import { ItemPopularity } from '../item-popularity.ts';
import type { KernelFactory } from '../kernel/kernel.ts';
import type { EventUser, LearnedModel, LearnedQuestion } from '../learned-model.ts';
import { checkSettings } from '../settings-check.ts';
import type { LearnerSettings } from '../settings.ts';
import type { UserRanker } from '../user-ranker.ts';
import { BlendLearner } from './blend-learner.ts';
import { BlendMemory } from './blend-memory.ts';
import type { ItemSeed } from './gmf-learner.ts';
import type { StreamEvent } from './stream-learner.ts';

/** An event whose user is asked what they have had only where the learner wants to know. */
class LiveEvent implements StreamEvent {
  userRow = 0;
  itemRow = 0;
  timeMs = 0;
  weight = 1;
  positive: 0 | 1 = 1;
  key0 = 0;
  key1 = 0;
  user: EventUser | undefined;

  get excluded(): Uint32Array {
    return Uint32Array.from(this.user?.seenItems() ?? []);
  }
}

/**
 * The blend as the learned state of one (version, partition): its tables are those of its `gmf`, everything else is its
 * memory, and it ranks for itself.
 */
export class BlendModel implements LearnedModel, UserRanker {
  readonly settings: LearnerSettings;
  readonly users: FactorTable;
  readonly items: FactorTable;
  readonly memory: BlendMemory;
  readonly hold = new Hold();
  readonly learner: BlendLearner;
  readonly #popularity: ItemPopularity;
  readonly #event = new LiveEvent();
  /** The seeds of items that have a number and no row yet, by number: the learner adds rows as it meets them. */
  readonly #seeds = new Map<number, readonly [number, number]>();

  /** `isShared` where there are other partitions. */
  constructor(settings: LearnerSettings, kernels: KernelFactory, isShared: boolean) {
    checkSettings(settings);
    const { blend } = settings;
    if (blend === undefined) throw new RangeError('settings.blend is what a blend learns by');
    const seed: ItemSeed = (itemRow) => this.#takeSeed(itemRow);
    this.settings = settings;
    this.learner = new BlendLearner(kernels, blend, { ...settings, ...blend }, seed);
    const { users, items } = this.learner.gmf.parts;
    this.users = users;
    this.items = items;
    this.memory = new BlendMemory(this.learner, isShared);
    this.#popularity = new ItemPopularity(settings.popularityHalfLifeMs);
  }

  get settled(): Promise<void> | undefined {
    return this.hold.settled;
  }

  /** Answers for users. */
  get ranker(): UserRanker {
    return this;
  }

  /** All ones: there is no output layer. */
  get output(): Float32Array {
    return new Float32Array(this.settings.dimensions).fill(1);
  }

  get sharedTables(): readonly [FactorTable, ...FactorTable[]] {
    return [this.items, this.learner.gmf.parts.contexts];
  }

  setOutput(values: Float32Array): void {
    if (values.length !== this.settings.dimensions || values.some((value) => value !== 1)) {
      throw new RangeError('output is all ones for the blend, which has no output layer');
    }
  }

  get popularity(): Float64Array {
    return this.#popularity.logWeights;
  }

  setPopularity(itemRow: number, logWeight: number): void {
    this.#popularity.set(itemRow, logWeight);
  }

  /** The row that a user is to get: their own starts at zero, with the first event. */
  addUser(): number {
    return this.users.rows;
  }

  /** The row that an item is to get with its first event, or by {@link settle}. */
  addItem(seed0: number, seed1: number): number {
    const row = this.items.rows + this.#seeds.size;
    this.#seeds.set(row, [seed0, seed1]);
    this.#popularity.grow(row + 1);
    return row;
  }

  settle(): void {
    this.learner.grow(this.users.rows, this.items.rows + this.#seeds.size);
  }

  /** Does nothing: every event is learned at once. */
  beginRun(): void {
    return;
  }

  /** Does nothing: every event is learned at once. */
  endRun(): void {
    return;
  }

  addRows(users: number, items: number): void {
    this.learner.gmf.addRows(users, items);
    this.#popularity.grow(this.items.rows);
  }

  learn(
    userRow: number,
    itemRow: number,
    positive: 0 | 1,
    weight: number,
    timeMs: number,
    keys: Uint32Array,
    keyOffset: number,
    user: EventUser,
  ): void {
    if (!(weight >= 0 && weight < Infinity && Math.abs(timeMs) < Infinity)) {
      throw new RangeError(`weight ${String(weight)} or time ${String(timeMs)} cannot be learned`);
    }
    this.memory.seeTime(timeMs);
    if (weight === 0) {
      this.learner.grow(userRow + 1, itemRow + 1);
      this.users.touch(userRow);
      return;
    }
    if (positive === 1) {
      this.#popularity.add(itemRow, timeMs, weight);
      this.memory.sharing?.note(userRow, itemRow, timeMs, weight);
    }
    const event = this.#event;
    event.userRow = userRow;
    event.itemRow = itemRow;
    event.positive = positive;
    event.weight = weight;
    event.timeMs = timeMs;
    event.key0 = keys[keyOffset] as number;
    event.key1 = keys[keyOffset + 1] as number;
    event.user = user;
    this.learner.learn(event);
    event.user = undefined;
  }

  rank(question: LearnedQuestion, rows: Uint32Array, scores: Float32Array): number {
    return this.learner.rank(question, rows, scores);
  }

  recommend(
    userRow: number,
    excluded: Uint32Array,
    rows: Uint32Array,
    scores: Float32Array,
  ): number {
    return this.learner.rank({ userRow, timeMs: this.memory.newestMs, excluded }, rows, scores);
  }

  explain(
    userRow: number,
    excluded: Uint32Array,
    itemRow: number,
  ): Readonly<Record<string, number>> | undefined {
    return this.learner.explain({ userRow, timeMs: this.memory.newestMs, excluded }, itemRow);
  }

  query(userRow: number, out: Float32Array): void {
    this.learner.gmf.query(userRow, out);
  }

  #takeSeed(itemRow: number): readonly [number, number] {
    const seed = this.#seeds.get(itemRow);
    if (seed === undefined) throw new RangeError(`item row ${String(itemRow)} was not added`);
    this.#seeds.delete(itemRow);
    return seed;
  }
}
