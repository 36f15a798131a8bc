import { createSecretKey } from 'node:crypto';
import { AnswerProofs } from '../../activities/past/answer-proof.ts';
import type { AnswerProofDeps } from '../../activities/past/answer-proof.ts';
import { FactHistory } from '../../activities/replay/fact-history.ts';
import { follow } from '../../activities/replay/follower.ts';
import { ScratchMerges } from '../../activities/merges/scratch-merges.ts';
import { TimeTravel } from '../../activities/past/time-travel.ts';
import { TravelBuilder } from '../../activities/past/travel-builder.ts';
import { TravelJobs } from '../../activities/past/travel-jobs.ts';
import type { TravelJobBounds } from '../../activities/past/travel-jobs.ts';
import type { RuntimeMaker } from '../../activities/versions/version-runtimes.ts';
import { WhatIfs } from '../../activities/past/what-if.ts';
import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import { PartitionRuntime } from '../../actors/runtime/partition.ts';
import type { PartitionDeps } from '../../actors/runtime/partition.ts';
import type { Identity } from '../../events/identity.ts';
import { eventKey } from '../../events/event-key.ts';
import { partitionOf } from '../../events/partition-of.ts';
import type { Sequence } from '../../events/position.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { loadKernel } from '../../model/kernel/kernel.ts';
import type { Merge } from '../../model/merge.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import type { Recommendation, RecommendationRequest } from '../../projections/answer.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../../projections/bounds.ts';
import { Recommender } from '../../projections/recommend.ts';
import { NO_RULES } from '../../projections/rules/asked-rules.ts';
import type { AskedRules } from '../../projections/rules/asked-rules.ts';
import { Expression } from '../../projections/rules/expression.ts';
import { ShownItems } from '../../projections/rules/shown-items.ts';
import { RuleBook } from '../../projections/rules/rule-book.ts';
import { ServingState } from '../../projections/serving-state.ts';
import { memoryCatalogue } from '../projections/serving-rig.ts';
import { SeededRandom } from './seeded-random.ts';
import { TrainingWorld } from './training-world.ts';

const NEVER = new AbortController().signal;
/** What the ids of answers are signed with. */
export const SIGNING_KEY = createSecretKey(Buffer.alloc(32, 7));
const TASTES = ['rock', 'jazz'];

/** Rules that answers are noted under: no two of them look at the same. */
const RULES: readonly AskedRules[] = [
  {
    ...{ ...NO_RULES, pinned: ['rock-1', 'jazz-2'], blocked: ['rock-3'] },
    filter: new Expression('filter', '!has(item.artist) || item.artist == "jazz"'),
  },
  {
    ...{ ...NO_RULES, context: { wanted: 'rock' }, diversity: 0.4 },
    boost: new Expression('boost', 'item.artist == context.wanted ? 3.0 : 0.5'),
  },
  {
    ...NO_RULES,
    filter: new Expression('filter', 'user.seenItems < 6 ? item.artist == "rock" : true'),
    boost: new Expression('boost', 'item.title.endsWith("7") ? 9.0 : 1.0'),
  },
  { ...NO_RULES, pinned: ['rock-1'], diversity: 0.2, exploration: { share: 0.6, items: 20 } },
  // Batches are appended a millisecond apart.
  {
    ...{ ...NO_RULES, rotation: { strength: 0.9, halfLifeS: 0.02 } },
    boost: new Expression('boost', 'item.artist == "jazz" ? 2.0 : 1.0'),
  },
];

/** What live answered, and where and when. */
export interface Noted {
  readonly request: RecommendationRequest;
  readonly own: number;
  readonly heads: readonly Sequence[];
  readonly timeMs: number;
  readonly answer: Recommendation;
}

/** An instance in memory whose live partitions stop at every turn, so that what they would answer there is known. */
export class TravelWorld {
  readonly world: TrainingWorld;
  readonly serving: ServingState;
  readonly catalogue = memoryCatalogue();
  readonly noted: Noted[] = [];
  /** What live answered under rules. */
  readonly ruled: Noted[] = [];
  /** The merges that live made, by version and barrier. */
  readonly merges = new Map<string, Merge>();
  /** Ids of events that do not happen here. */
  readonly leftOut = new Set<string>();
  readonly #book: RuleBook;
  readonly #shown: ShownItems;
  readonly #random: SeededRandom;
  readonly #runtimes: PartitionRuntime[];
  readonly #merges: ScratchMerges;
  readonly #histories: readonly FactHistory[];
  readonly #newServing: (exactScanItemsMax: number) => ServingState;
  #told = 0;
  #barriers = 0;
  #facts = 0;

  private constructor(
    world: TrainingWorld,
    newServing: (exactScanItemsMax: number) => ServingState,
    seed: number,
  ) {
    this.world = world;
    this.#newServing = newServing;
    this.serving = newServing(5_000);
    this.#random = new SeededRandom(seed);
    this.#runtimes = world.first.start.map((_, partition) =>
      world.rig.runtime(world.first, partition),
    );
    const { journal } = world.rig;
    this.#histories = this.#runtimes.map(
      (_, partition) => new FactHistory({ journal, yieldNow: () => Promise.resolve() }, partition),
    );
    this.#book = new RuleBook({
      source: this.catalogue,
      place: () => ({ partition: 0, sequence: journal.head(0) }),
      yieldNow: () => Promise.resolve(),
      takesUnknown: true,
    });
    this.#shown = new ShownItems(journal, () => Promise.resolve());
    this.#merges = new ScratchMerges({
      partitions: this.partitions,
      yieldNow: () => Promise.resolve(),
      onMerge: async (merge) => {
        this.merges.set(`${merge.version}/${merge.barrier}`, merge);
      },
    });
  }

  static async open(
    folder: string,
    partitions: number,
    learner: Partial<LearnerSettings>,
    seed = 1,
  ): Promise<TravelWorld> {
    const world = await TrainingWorld.open(folder, partitions, learner);
    const kernels = await loadKernel({ plain: true });
    const newServing = (exactScanItemsMax: number): ServingState =>
      new ServingState({
        ...{ partitions, kernels },
        bounds: { ...DEFAULT_PROJECTION_BOUNDS, exactScanItemsMax },
        schedule: () => () => undefined,
      });
    return new TravelWorld(world, newServing, seed);
  }

  get partitions(): number {
    return this.world.rig.journal.partitions;
  }

  /** Time travel over the journal of now. */
  travel(
    waitMsMax = 60_000,
    bounds: Partial<TravelJobBounds> = {},
    ending: AbortSignal = NEVER,
  ): TimeTravel {
    const { rig, registry, checkpoints } = this.world;
    const { journal } = rig;
    const yieldNow = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const history = (partition: number): FactHistory => this.#histories[partition]!;
    const builder = new TravelBuilder({
      ...{ journal, registry, checkpoints, history, yieldNow },
      maker: {
        create: (definition, partition) => rig.runtime(definition, partition),
        restore: (definition, partition, checkpoint) =>
          PartitionRuntime.restore(rig.deps(definition, partition), checkpoint),
      },
      merges: {
        read: async ({ version, barrier }) => this.merges.get(`${version}/${barrier}`),
      },
      newServing: (exactScanItemsMax = Infinity) => this.#newServing(exactScanItemsMax),
      sliceMsMax: 8,
      clock: () => performance.now(),
    });
    return new TimeTravel({
      ...{ journal, builder, history, waitMsMax, yieldNow },
      jobs: new TravelJobs(ending, bounds),
      identities: rig.identities,
      partitionOf: (user) => partitionOf(user, this.partitions),
      firstVersion: () => Promise.resolve('v1'),
      signingKey: SIGNING_KEY,
      show: () => Promise.resolve(undefined),
    });
  }

  /** Proofs over a time travel; releases are lent by `withRelease`. */
  proofs(
    travel: TimeTravel,
    withRelease: AnswerProofDeps['withRelease'] = (release) =>
      Promise.resolve({ missing: `there is no ${release}` }),
  ): AnswerProofs {
    const { rig, registry } = this.world;
    const { journal, identities } = rig;
    const yieldNow = (): Promise<void> => Promise.resolve();
    return new AnswerProofs({
      ...{ travel, journal, identities, registry, withRelease, yieldNow },
      history: (partition) => this.#histories[partition]!,
      signingKey: SIGNING_KEY,
      exactScanItemsMax: 3,
    });
  }

  /** What-if over a time travel. */
  whatIfs(travel: TimeTravel): WhatIfs {
    const { rig, registry } = this.world;
    const { journal, identities } = rig;
    return new WhatIfs({
      ...{ travel, journal, identities, registry, eventAheadMsMax: 1_000 },
      partitionOf: (user) => partitionOf(user, this.partitions),
      makerWith: (guest) => this.#makerWith(guest),
      clock: () => 1_000_000,
    });
  }

  #makerWith(guest: Identity): RuntimeMaker {
    const { rig } = this.world;
    const deps = (...of: [VersionDefinition, number]): PartitionDeps => ({
      ...rig.deps(...of),
      reveal: async (surrogates) =>
        (await rig.identities.reveal(surrogates)).map((known) => known ?? guest),
    });
    return {
      create: (...of) => new PartitionRuntime(deps(...of)),
      restore: (definition, partition, checkpoint) =>
        PartitionRuntime.restore(deps(definition, partition), checkpoint),
    };
  }

  /** What live answers a user now. */
  answer(request: RecommendationRequest): Promise<Recommendation> {
    const { rig } = this.world;
    const recommender = new Recommender({
      ...{ serving: this.serving, identities: rig.identities, catalogue: this.catalogue },
      partitionOf: (user) => partitionOf(user, this.partitions),
      signingKey: SIGNING_KEY,
      book: this.#book,
      shown: this.#shown,
    });
    return recommender.recommend(request);
  }

  /** Lets something happen, brings live to the heads and notes what it answers there. */
  async turn(): Promise<void> {
    const draw = this.#random.below(10);
    if (draw === 0 && this.partitions > 1) await this.setBarrier();
    else if (draw === 1) await this.#publish();
    else await this.#play(1 + this.#random.below(12));
    await this.catchUp();
    await this.note();
  }

  /** Makes another version of what live has learned, its item rows a little other, and promotes it. */
  async promote(version: string): Promise<void> {
    const { rig, registry, first } = this.world;
    const bases: Checkpoint[] = [];
    for (const runtime of this.#runtimes) {
      const { manifest, tensors } = await runtime.capture();
      const vectors = tensors['items.vectors']!;
      const data = (vectors.data as Float32Array).map((value) => value * 0.9 + 0.01);
      bases.push({
        manifest: { ...manifest, version },
        tensors: { ...tensors, 'items.vectors': { ...vectors, data } },
      });
    }
    const { baseSha256: _, ...rest } = first;
    const start = this.#runtimes.map(({ position }) => position);
    const definition = { ...rest, version, start, firstBarrier: this.#barriers + 1 };
    const about = { parent: 'v1', createdMs: 1, trainedBy: `train-${version}`, metrics: {} };
    const registered = await registry.register({ definition, ...about }, bases);
    // What comes between its start and its promotion is replayed into it.
    await this.#play(9);
    const { baseSha256 } = registered.definition;
    await rig.publish(
      {
        ...{ kind: 'ModelPromoted', version, baseSha256: baseSha256 ?? [], start },
        ...{ settings: {}, timeMs: 1 },
      },
      `promote-${version}`,
    );
    await this.catchUp();
    await this.note();
  }

  async setBarrier(): Promise<void> {
    this.#barriers += 1;
    const barrier = this.#barriers;
    await this.world.rig.publish({ kind: 'BarrierSet', barrier, timeMs: 1 }, `b${barrier}`);
  }

  /** Follows every partition to its head. */
  async catchUp(): Promise<void> {
    const { rig, versions } = this.world;
    const { journal } = rig;
    const followed = this.#runtimes.map((runtime) =>
      follow(
        {
          ...{ journal, runtime, versions, merges: this.#merges },
          sink: (delta) => {
            this.serving.apply(delta);
          },
          yieldNow: () => Promise.resolve(),
          ...{ sliceMsMax: 8, clock: rig.clock },
        },
        { until: journal.head(runtime.partition), signal: NEVER },
      ),
    );
    this.#runtimes.splice(0, this.#runtimes.length, ...(await Promise.all(followed)));
  }

  /** Notes what live answers to some: users of either taste, one who is new, one nobody knows. */
  async note(): Promise<void> {
    const { rig } = this.world;
    const users = [`u${this.#random.below(14)}`, `new${this.#random.below(30)}`, 'nobody'];
    for (const user of users) {
      const item = this.#random.below(2) === 0 ? { item: this.#item() } : {};
      const exclude = this.#random.below(3) === 0 ? 'none' : 'seen';
      const request = { user, n: 1 + this.#random.below(12), exclude, ...item } as const;
      const { journal, appendedMs } = rig;
      const place = {
        ...{ own: partitionOf(user, this.partitions), timeMs: appendedMs },
        heads: this.#runtimes.map((_, partition) => journal.head(partition)),
      };
      this.noted.push({ ...place, request, answer: await this.answer(request) });
      const rules = RULES[this.ruled.length % RULES.length];
      const asked = { ...request, rules };
      this.ruled.push({ ...place, request: asked, answer: await this.answer(asked) });
    }
  }

  /** Erases a user: the row is gone, and the journal says so. */
  async erase(user: string): Promise<void> {
    const { identities, journal } = this.world.rig;
    const identity = await identities.find(user);
    if (identity === undefined) throw new Error(`${user} is not known`);
    await identities.remove(user);
    const partition = partitionOf(user, this.partitions);
    const fact = { kind: 'UserErased', user: identity.surrogate, timeMs: 1 } as const;
    await journal.append([{ partition, key: eventKey(`erase-${user}`), fact }]);
  }

  /** Takes a checkpoint of every live partition. */
  async checkpoint(): Promise<void> {
    for (const runtime of this.#runtimes) {
      await this.world.checkpoints.save(await runtime.capture());
    }
  }

  async #play(count: number): Promise<void> {
    const told = Array.from({ length: count }, () => {
      this.#told += 1;
      const isDisliked = this.#random.below(9) === 0;
      // One in four was only shown.
      const type = this.#told % 4 === 0 ? 'impression' : isDisliked ? 'dislike' : 'play';
      const isNew = this.#random.below(12) === 0;
      const user = isNew ? `new${this.#random.below(30)}` : `u${this.#random.below(14)}`;
      const timeMs = this.#told * 1_000;
      return { user, item: this.#item(), type, timeMs, id: `e${this.#told}` };
    });
    const happened = told.filter(({ id }) => !this.leftOut.has(id));
    if (happened.length > 0) await this.world.rig.tell(...happened);
  }

  #item(): string {
    return `${TASTES[this.#random.below(2)] ?? ''}-${this.#random.below(25)}`;
  }

  /** Publishes an item under a title, or withdraws it. */
  async #publish(): Promise<void> {
    const item = this.#item();
    this.#facts += 1;
    const title = `Title ${this.#facts}`;
    const metadata =
      this.#random.below(2) === 0 ? null : { title, artist: TASTES[this.#facts % 2] };
    const fact = { kind: 'ItemPublished', item, metadata, timeMs: 1 } as const;
    await this.world.rig.publish(fact, `f${this.#facts}`);
    this.catalogue.publish(item, metadata);
    if (metadata !== null) {
      this.catalogue.advance(Number.MAX_SAFE_INTEGER, { [item]: title });
    }
  }
}
