import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import { hasCode, RepriseError } from '../../events/error.ts';
import type { ReplayedJournal } from '../../events/blocks/edited-journal.ts';
import type { Journal } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import type { Partition, Sequence } from '../../events/position.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import type { ModelDelta } from '../../model/delta.ts';
import type { ServingState } from '../../projections/serving-state.ts';
import type { CheckpointStore } from '../replay/checkpoint-store.ts';
import { KeptMerges } from '../merges/kept-merges.ts';
import type { FollowerDeps } from '../replay/follower.ts';
import type { MergeExchange } from '../merges/merge-exchange.ts';
import type { MergeStore } from '../merges/merge-store.ts';
import { orderedJournal } from '../replay/ordered-journal.ts';
import { replayTogether, type Part } from '../replay/replay-together.ts';
import { ScratchMerges } from '../merges/scratch-merges.ts';
import type { FactHistory } from '../replay/fact-history.ts';
import type { TravelPlace } from './travel-place.ts';
import type { Cut, TravelState } from './travel-state.ts';
import type { RuntimeMaker } from '../versions/version-runtimes.ts';
import type { VersionRegistry } from '../versions/version-registry.ts';

/** What states of the past are built with. */
export interface TravelBuilderDeps {
  readonly journal: Pick<Journal, 'read' | 'head' | 'changed' | 'partitions' | 'isErased'>;
  readonly registry: Pick<VersionRegistry, 'get' | 'base'>;
  readonly checkpoints: Pick<CheckpointStore, 'newest' | 'list'>;
  readonly maker: RuntimeMaker;
  /** The merges that were made, as far as they are kept; absent where there is one partition only. */
  readonly merges?: Pick<MergeStore, 'read'> | undefined;
  /** An empty read side, which scans exactly up to so many items; whatever there is where none is named. */
  readonly newServing: (exactScanItemsMax?: number) => ServingState;
  /** The shared facts of a partition, read as far as any place that is asked for. */
  readonly history: (partition: Partition) => FactHistory;
  readonly yieldNow: () => Promise<void>;
  readonly sliceMsMax: number;
  readonly clock: () => number;
}

/** Where a build may start from, and what it reads. */
export interface TravelSource {
  /** Copies that were kept of builds before. */
  readonly cuts: readonly Cut[];
  /** Items past which an index release proposes candidates; none does where it is left out. */
  readonly exactScanItemsMax?: number;
  /** Another journal than the one that happened, and where the two part. */
  readonly edited?: {
    readonly journal: ReplayedJournal;
    /** The last sequence of each partition up to which both are the same. */
    readonly common: readonly Sequence[];
    /** Where each partition ends, but for what was added. */
    readonly until: readonly Sequence[];
    /** Makes its runtimes, where they know somebody whom the identity store does not. */
    readonly maker?: RuntimeMaker;
  };
}

/** How a build is watched and ended. */
export interface TravelControl {
  readonly signal: AbortSignal;
  /** Told of the events replayed, and of how many there are. */
  readonly onProgress?: (done: number, total: number) => void;
}

interface Visited {
  readonly checkpoint: Checkpoint | undefined;
  readonly whole: ModelDelta | undefined;
}

/** Builds what answers read at a place of the past: nearest copy or checkpoint, replay of the rest, a read side of its own. */
export class TravelBuilder {
  readonly #deps: TravelBuilderDeps;

  constructor(deps: TravelBuilderDeps) {
    this.#deps = deps;
  }

  /** Builds the state at a place; it shares nothing with what serves. */
  async build(
    place: TravelPlace,
    source: TravelSource,
    control: TravelControl,
  ): Promise<TravelState> {
    const { registry, journal } = this.#deps;
    const { version, ats } = place;
    const known = await registry.get(version);
    if (known === undefined) {
      const message = `model version ${version}, which was live there, is not registered here any more`;
      throw new RepriseError('NOT_FOUND', message, { version });
    }
    const build = new Build(this.#deps, known.definition, ats, source, control);
    const { wholes, cut } = journal.partitions === 1 ? await build.alone() : await build.together();
    const serving = this.#deps.newServing(source.exactScanItemsMax);
    for (const whole of wholes) await serving.applyWhole(whole, this.#deps.yieldNow);
    return { place, serving, cut };
  }
}

/** One build under way. */
class Build {
  readonly #deps: TravelBuilderDeps;
  readonly #definition: VersionDefinition;
  readonly #ats: ReadonlyMap<Partition, Sequence>;
  readonly #source: TravelSource;
  readonly #control: TravelControl;
  /** Where each partition of the place started. */
  readonly #from = new Map<Partition, Sequence>();
  readonly #reached = new Map<Partition, Sequence>();

  constructor(
    deps: TravelBuilderDeps,
    definition: VersionDefinition,
    ats: ReadonlyMap<Partition, Sequence>,
    source: TravelSource,
    control: TravelControl,
  ) {
    this.#deps = deps;
    this.#definition = definition;
    this.#ats = ats;
    this.#source = source;
    this.#control = control;
  }

  /** The one partition that there is: it stands still where it has been visited. */
  async alone(): Promise<{ wholes: readonly ModelDelta[]; cut: Cut }> {
    const at = this.#ats.get(0) ?? ORIGIN;
    const runtime = await this.#nearest(at);
    const visit = async (reached: PartitionRuntime): Promise<Visited> => ({
      checkpoint: await reached.capture(),
      whole: await reached.takeWhole(),
    });
    const [visited] = await this.#replay([{ runtime, until: at, visit }]);
    const { version } = this.#definition;
    const cut = { version, places: [at], checkpoints: listOf(visited?.checkpoint) };
    return { wholes: listOf(visited?.whole), cut };
  }

  /** Many partitions: all to the last barrier that they have in common, then those that are read to their places. */
  async together(): Promise<{ wholes: readonly ModelDelta[]; cut: Cut | undefined }> {
    this.#refuseApart();
    const whole = await this.#ownAlone();
    if (whole !== undefined) return { wholes: [whole], cut: undefined };
    const goal = this.#goal();
    const start = this.#nearestCut(goal);
    let runtimes = start === undefined ? await this.#bases() : await this.#restored(start);
    let cut = start;
    if (goal !== undefined && !isAt(start, goal)) {
      cut = await this.#cutAt(runtimes, goal);
      runtimes = await this.#restored(cut);
    }
    const visit = async (reached: PartitionRuntime): Promise<Visited> => ({
      checkpoint: undefined,
      whole: await (await this.#still(reached)).takeWhole(),
    });
    const visited = await this.#replay(
      runtimes.map((runtime) => ({ runtime, until: this.#ats.get(runtime.partition), visit })),
    );
    const wholes = visited.flatMap((one) => listOf(one?.whole));
    return { wholes, cut: this.#source.edited === undefined ? cut : undefined };
  }

  /**
   * One partition by itself, from its newest checkpoint before the place, with the merges that were made then; undefined
   * where there is no such checkpoint past the kept copies, where a merge is gone, or where others are read, too.
   */
  async #ownAlone(): Promise<ModelDelta | undefined> {
    const { checkpoints, merges } = this.#deps;
    const [only, ...others] = this.#ats;
    if (only === undefined || others.length > 0 || merges === undefined) return undefined;
    if (this.#source.edited !== undefined) return undefined;
    const [partition, at] = only;
    const { version } = this.#definition;
    const kept = this.#nearestCut(this.#goal())?.places[partition] ?? ORIGIN;
    const listed = await checkpoints.list(partition);
    const written = listed.find((one) => one.version === version && one.sequence <= at);
    if (written === undefined || written.sequence <= kept) return undefined;
    const newest = await checkpoints.newest({ version, partition, atMost: at });
    if (newest === undefined) return undefined;
    const runtime = await this.#maker.restore(this.#definition, partition, newest.checkpoint);
    const visit = async (reached: PartitionRuntime): Promise<Visited> => ({
      checkpoint: undefined,
      whole: await reached.takeWhole(),
    });
    try {
      const exchange = new KeptMerges(merges);
      const [visited] = await this.#replay([{ runtime, until: at, visit }], exchange);
      return visited?.whole;
    } catch (error) {
      if (!hasCode(error, 'NOT_FOUND')) throw error;
      this.#from.clear();
      this.#reached.clear();
      return undefined;
    }
  }

  /**
   * Refuses places of an edited journal where a partition stands past a barrier that takes what the edited one would
   * have added after its end: it would wait for ever.
   */
  #refuseApart(): void {
    const { edited } = this.#source;
    if (edited === undefined) return;
    const { history } = this.#deps;
    const barriers = [...this.#ats].map(
      ([partition, at]) =>
        history(partition).barrierAt(sequence(Math.min(at, edited.until[partition] ?? at)))
          ?.barrier ?? 0,
    );
    if (Math.max(...barriers) - Math.min(...barriers) <= 1) return;
    const message = 'the partitions stood too far apart at this moment: ask at another one';
    throw new RepriseError('UNAVAILABLE', message);
  }

  /** A runtime that nobody moves on: who asks a learner itself asks this one. */
  async #still(reached: PartitionRuntime): Promise<PartitionRuntime> {
    if (!reached.isAsked) return reached;
    const { definition, partition } = reached;
    return this.#maker.restore(definition, partition, await reached.capture());
  }

  /** Where all partitions stand right after the last barrier that every partition of the place has passed. */
  #goal(): readonly Sequence[] | undefined {
    const { history, journal } = this.#deps;
    let barrier = Infinity;
    for (const [partition, at] of this.#ats) {
      // Past the place where both journals part, the one that happened has barriers that the other has not.
      const last = sequence(Math.min(at, this.#source.edited?.common[partition] ?? at));
      barrier = Math.min(barrier, history(partition).barrierAt(last)?.barrier ?? 0);
    }
    const places: Sequence[] = [];
    for (let partition = 0; partition < journal.partitions; partition += 1) {
      const place = history(partition).placeOf(barrier)?.sequence;
      if (place === undefined || place < this.#startOf(partition)) return undefined;
      places.push(place);
    }
    return places;
  }

  #nearestCut(goal: readonly Sequence[] | undefined): Cut | undefined {
    if (goal === undefined) return undefined;
    const { cuts } = this.#source;
    const fits = ({ version, places }: Cut): boolean =>
      version === this.#definition.version &&
      places.every((place, at) => place <= (goal[at] ?? ORIGIN));
    return cuts.filter(fits).sort((a, b) => (b.places[0] ?? 0) - (a.places[0] ?? 0))[0];
  }

  async #nearest(at: Sequence): Promise<PartitionRuntime> {
    const { checkpoints } = this.#deps;
    const { version } = this.#definition;
    const [common = at] = this.#source.edited?.common ?? [];
    const most = sequence(Math.min(at, common));
    const kept = this.#nearestCut([most]);
    const listed = await checkpoints.list(0);
    const written = listed.find((one) => one.version === version && one.sequence <= most);
    if (kept !== undefined && (written?.sequence ?? ORIGIN) <= (kept.places[0] ?? ORIGIN)) {
      return (await this.#restored(kept))[0] as PartitionRuntime;
    }
    const newest = written && (await checkpoints.newest({ version, partition: 0, atMost: most }));
    if (newest !== undefined) return this.#maker.restore(this.#definition, 0, newest.checkpoint);
    return this.#base(0);
  }

  async #cutAt(runtimes: readonly PartitionRuntime[], goal: readonly Sequence[]): Promise<Cut> {
    const visit = async (reached: PartitionRuntime): Promise<Visited> => ({
      checkpoint: await reached.capture(),
      whole: undefined,
    });
    const visited = await this.#replay(
      runtimes.map((runtime) => ({ runtime, until: goal[runtime.partition], visit })),
    );
    const checkpoints = visited.flatMap((one) => listOf(one?.checkpoint));
    return { version: this.#definition.version, places: goal, checkpoints };
  }

  async #replay(
    parts: readonly Part<Visited>[],
    exchange?: MergeExchange,
  ): Promise<readonly (Visited | undefined)[]> {
    const { yieldNow, sliceMsMax, clock } = this.#deps;
    const journal = this.#journal();
    const { partitions } = this.#deps.journal;
    for (const { runtime } of parts) {
      const { partition, position } = runtime;
      if (!this.#from.has(partition)) this.#from.set(partition, position);
    }
    const merges = exchange ?? new ScratchMerges({ partitions, yieldNow });
    return replayTogether(
      {
        ...{ journal, yieldNow, sliceMsMax, clock, merges },
        versions: undefined,
        sink: undefined,
        onProgress: (partition, position) => {
          this.#tell(partition, position);
        },
      },
      parts,
      this.#control.signal,
    );
  }

  #tell(partition: Partition, position: Sequence): void {
    this.#reached.set(partition, position);
    let done = 0;
    let total = 0;
    for (const [one, at] of this.#ats) {
      const from = this.#from.get(one) ?? ORIGIN;
      total += at - from;
      done += Math.min(this.#reached.get(one) ?? from, at) - from;
    }
    this.#control.onProgress?.(done, total);
  }

  async #restored({ checkpoints }: Cut): Promise<readonly PartitionRuntime[]> {
    const restored: PartitionRuntime[] = [];
    for (const [partition, checkpoint] of checkpoints.entries()) {
      restored.push(await this.#maker.restore(this.#definition, partition, checkpoint));
    }
    return restored;
  }

  async #bases(): Promise<readonly PartitionRuntime[]> {
    const bases: PartitionRuntime[] = [];
    for (const partition of this.#definition.start.keys()) bases.push(await this.#base(partition));
    return bases;
  }

  async #base(partition: Partition): Promise<PartitionRuntime> {
    const { registry } = this.#deps;
    const base = await registry.base(this.#definition.version, partition);
    if (base === undefined) return this.#maker.create(this.#definition, partition);
    return this.#maker.restore(this.#definition, partition, base);
  }

  get #maker(): RuntimeMaker {
    return this.#source.edited?.maker ?? this.#deps.maker;
  }

  /** The journal that is replayed, as the version reads it. */
  #journal(): FollowerDeps['journal'] {
    const { journal, yieldNow } = this.#deps;
    const isErased = (surrogate: Uint8Array): Promise<boolean> => journal.isErased(surrogate);
    const read = this.#source.edited?.journal ?? journal;
    return orderedJournal({ journal: read, isErased, yieldNow }, this.#definition);
  }

  /** Where the version has a state from: what it learned in the order of times is no state of the journal before. */
  #startOf(partition: Partition): number {
    const { start, timeOrderedTo } = this.#definition;
    return Math.max(start[partition] ?? ORIGIN, timeOrderedTo?.[partition] ?? ORIGIN);
  }
}

function isAt(cut: Cut | undefined, goal: readonly Sequence[]): boolean {
  return cut?.places.every((place, at) => place === goal[at]) === true;
}

function listOf<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}
