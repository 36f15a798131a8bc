import type { PartitionBounds } from '../../actors/runtime/bounds.ts';
import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import { PartitionRuntime, type PartitionDeps } from '../../actors/runtime/partition.ts';
import { eventKey } from '../../events/event-key.ts';
import type { Fact } from '../../events/fact.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import type { Journal, JournalEntry } from '../../events/journal.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { ORIGIN, sequence, type Sequence } from '../../events/position.ts';
import { NONCE_BYTES, seal } from '../../events/seal.ts';
import { loadKernel, type KernelFactory } from '../../model/kernel/kernel.ts';
import { DEFAULT_LEARNER_SETTINGS, type LearnerSettings } from '../../model/settings.ts';
import { combineStateHashes } from '../../model/state-hash.ts';
import { BLEND_LEARNER_SETTINGS, BLEND_RULE } from '../../model/stream/blend-settings.ts';
import { createMemoryIdentities, type MemoryIdentities } from './memory-identities.ts';
import { createMemoryJournal } from './memory-journal.ts';
import { SeededRandom } from './seeded-random.ts';

/** What a listener did, as a test tells it. */
export interface Told {
  readonly user: string;
  readonly item: string;
  readonly type?: string;
  readonly timeMs?: number;
  readonly source?: string;
  /** The answer that the event names: it is sealed then, under a nonce that a test may use twice. */
  readonly recommendationId?: string;
  /** The event's id; by default what it says, so that a test which repeats itself must name it. */
  readonly id?: string;
}

/** Settings of a rig's first version; small, so that tests are quick. */
export const RIG_LEARNER: LearnerSettings = {
  ...DEFAULT_LEARNER_SETTINGS,
  dimensions: 8,
  learningRate: 0.05,
  negatives: 3,
};

/** Settings of a blend so small that a short stream fills every part of it. */
export const RIG_BLEND: LearnerSettings = {
  ...BLEND_LEARNER_SETTINGS,
  dimensions: 8,
  negatives: 6,
  blend: {
    ...BLEND_RULE,
    contextItemsMax: 4,
    windowEventsMax: 20,
    partnersMax: 6,
    candidatesMax: 24,
    popularMax: 4,
    weighedEvery: 2,
  },
};

/** The definition of an empty version that learns from the origin. */
export function definitionOf(
  version: string,
  learner: Partial<LearnerSettings> = {},
  partitions = 2,
): VersionDefinition {
  return {
    version,
    learner: { ...RIG_LEARNER, ...learner },
    types: DEFAULT_INTERACTION_TYPES,
    start: new Array<number>(partitions).fill(ORIGIN),
    baseSha256: null,
  };
}

/** A journal, identities and runtimes in memory, with the surrogates of one seed. */
export class PartitionRig {
  readonly journal: Journal;
  readonly identities: MemoryIdentities;
  readonly #kernels: KernelFactory;
  readonly #partitions: number;
  /** The time that runtimes see; moves by itself with every look, so that slices end. */
  nowMs = 0;
  /** Milliseconds that a look at the clock takes. */
  lookMs = 0;

  /** When what is told next is appended: one more with every batch. */
  appendedMs = 0;

  private constructor(kernels: KernelFactory, partitions: number, seed: number) {
    const random = new SeededRandom(seed);
    this.#kernels = kernels;
    this.#partitions = partitions;
    this.journal = createMemoryJournal(partitions, () => this.appendedMs);
    this.identities = createMemoryIdentities((length) => random.bytes(length));
  }

  static async create(partitions = 1, seed = 1, plain = true): Promise<PartitionRig> {
    return new PartitionRig(await loadKernel({ plain }), partitions, seed);
  }

  readonly clock = (): number => {
    this.nowMs += this.lookMs;
    return this.nowMs;
  };

  /** Appends what was told as one batch: a block in each partition that it touches. */
  async tell(...told: readonly Told[]): Promise<void> {
    const identities = await this.identities.resolve(told.map(({ user }) => user));
    const entries = told.map((each, index): JournalEntry => {
      const { user, item, type = 'play', timeMs = 1_000, source, id } = each;
      const identity = identities[index]!;
      const own = id ?? `${user}/${item}/${type}/${timeMs}`;
      const key = eventKey(own);
      const { recommendationId } = each;
      const sealed =
        recommendationId === undefined
          ? new Uint8Array(0)
          : seal({ id: own, recommendationId }, identity.key, new Uint8Array(NONCE_BYTES), key);
      return {
        partition: partitionOf(user, this.#partitions),
        key,
        fact: {
          kind: 'InteractionRecorded',
          type,
          user: identity.surrogate,
          item,
          value: NaN,
          timeMs,
          ...(source !== undefined && { source }),
          sealed,
        },
      };
    });
    this.appendedMs += 1;
    await this.journal.append(entries);
  }

  /** Appends a fact to every partition. */
  async publish(fact: Fact, id: string): Promise<void> {
    this.appendedMs += 1;
    await this.journal.append([{ partition: 'all', key: eventKey(id), fact }]);
  }

  deps(
    definition: VersionDefinition,
    partition = 0,
    bounds: Partial<PartitionBounds> = {},
  ): PartitionDeps {
    return {
      definition,
      partition,
      kernels: this.#kernels,
      reveal: (surrogates) => this.identities.reveal(surrogates),
      isErased: (surrogate) => this.journal.isErased(surrogate),
      clock: this.clock,
      yieldNow: () => Promise.resolve(),
      bounds,
    };
  }

  runtime(
    definition: VersionDefinition,
    partition = 0,
    bounds: Partial<PartitionBounds> = {},
  ): PartitionRuntime {
    return new PartitionRuntime(this.deps(definition, partition, bounds));
  }

  /** Feeds a runtime to a sequence, or to the head, block by block, whatever is promoted. */
  async replay(runtime: PartitionRuntime, until?: Sequence): Promise<PartitionRuntime> {
    const end = until ?? this.journal.head(runtime.partition);
    while (runtime.position < end) {
      const block = await this.journal.read(runtime.partition, runtime.position);
      if (block === undefined) throw new Error('the journal ends before the range');
      await runtime.prepare(block);
      runtime.run('all', sequence(end));
    }
    return runtime;
  }

  /** The state hash of a version at the heads of all partitions, by a clean replay. */
  async cleanHash(definition: VersionDefinition): Promise<string> {
    const hashes: string[] = [];
    for (let partition = 0; partition < this.#partitions; partition++) {
      const runtime = await this.replay(this.runtime(definition, partition));
      hashes.push(await this.hash(runtime));
    }
    return combineStateHashes(hashes);
  }

  hash(runtime: PartitionRuntime): Promise<string> {
    return runtime.stateHash(this.identities.all());
  }
}
