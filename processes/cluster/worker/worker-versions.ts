import { setTimeout as sleep } from 'node:timers/promises';
import { createBackfillActivities } from '../../../activities/versions/backfilling.ts';
import type { BackfillActivities } from '../../../activities/versions/backfilling.ts';
import { createSchedulingActivities } from '../../../activities/versions/scheduling.ts';
import type { SchedulingActivities } from '../../../activities/versions/scheduling.ts';
import { follow } from '../../../activities/replay/follower.ts';
import { ShadowPace } from '../../../activities/versions/shadow-pace.ts';
import { erasedSince } from '../../../activities/versions/stale-versions.ts';
import { Shadows } from '../../../activities/versions/shadows.ts';
import type { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import { openCheckpointWishes } from '../../../adapters/cluster/checkpoint-wishes.ts';
import {
  dropHeldStream,
  heldStreams,
  openDeltaWriter,
} from '../../../adapters/cluster/redis/delta-stream.ts';
import { openObservedEvents } from '../../../adapters/cluster/observed-events.ts';
import { openErasures } from '../../../adapters/cluster/records.ts';
import type { RedisLink } from '../../../adapters/cluster/redis/redis.ts';
import type { EventDoor } from '../../../events/door.ts';
import { ORIGIN } from '../../../events/position.ts';
import type { PrequentialMetricsBook } from '../../core/prequential-metrics.ts';
import { checkpointsOfAll } from '../../core/shadow-keeping.ts';
import { yieldNow } from '../../core/yield-now.ts';
import { promoteShadow } from '../../durable/planned-runs.ts';
import { openArmedVersions } from './armed-versions.ts';
import { Closers } from '../closers.ts';
import { openFactSending } from '../fact-sending.ts';
import type { FactSending } from '../fact-sending.ts';
import { followAliases } from '../followed-aliases.ts';
import type { FollowedAliases } from '../followed-aliases.ts';
import type { ProcessWays } from '../frame.ts';
import { pruneHeld } from './held-pruning.ts';
import { headsOfNow } from '../heads-of-now.ts';
import { createHeldPromotions } from '../held-promotions.ts';
import { heldPositions } from '../held-stands.ts';
import { HeldVersions } from './held-versions.ts';
import type { MovedPartition } from './held-versions.ts';
import { HeldTelling } from './held-telling.ts';
import type { FencedPartition, HeldStreams } from './held-telling.ts';
import { need } from '../need.ts';
import type { Patience } from '../servers/patience.ts';
import { patientJournal, patientMerges } from '../servers/patient-reads.ts';
import { pause } from '../servers/persisting.ts';
import type { ClusterStores } from '../stores.ts';
import { ToldVersions } from './told-versions.ts';
import type { WorkerLearning } from './worker-learning.ts';

/** How long a backfill that has ended waits until workers have told that they hold its version. */
export const TOLD_WAIT_MS_MAX = 10_000;

const TOLD_LOOK_MS = 250;

/** What the versions beside the live one of a worker are opened with. */
export interface WorkerVersionsDeps extends Pick<ProcessWays, 'config' | 'logger'> {
  readonly stores: ClusterStores;
  readonly link: RedisLink;
  readonly learning: WorkerLearning;
  readonly observed: PrequentialMetricsBook;
  readonly moved: () => readonly (MovedPartition & FencedPartition)[];
  readonly patience: Patience;
  /** Unix milliseconds with fractions. */
  readonly clock: () => number;
}

/** The versions beside the live one in a worker, and what builds them. */
export interface WorkerVersions {
  readonly held: HeldVersions;
  readonly activities: BackfillActivities & Pick<SchedulingActivities, 'promoteIfBetter'>;
  /** Holds what has a name until the worker ends. */
  run(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the versions beside the live one of the partitions that a worker moves. */
export function openWorkerVersions(deps: WorkerVersionsDeps): WorkerVersions {
  const { stores, config, logger, learning, patience, clock } = deps;
  const { signal } = patience;
  const aliases = followAliases({ stores, logger, signal });
  const { database } = need(config.mongo, 'REPRISE_MONGO_URL');
  const records = openErasures({ connection: stores.mongo, database });
  const isStale = async (version: string): Promise<boolean> =>
    (await erasedSince(records, version)) !== undefined;
  const armed = openArmedVersions(stores.mongo, database);
  const telling = new HeldTelling({
    ...{ armed, isStale, patience, logger, moved: deps.moved, registry: stores.registry },
    streams: heldStreamsOf(deps.link),
    onCheckpointNeeded: (version, partition) => void held.wish(version, partition),
    onChange: () => held.wake(),
  });
  const shadows = openShadows(deps, telling, (version, error) => held.failed(version, error));
  const all = checkpointsOfAll(stores.checkpoints, stores.heldCheckpoints);
  const links = learning.linksOf(stores.heldCheckpoints, () => undefined);
  const held: HeldVersions = new HeldVersions({
    ...{ shadows, clock, logger, moved: deps.moved, bounds: config },
    ...{ versions: learning.versions, registry: stores.registry, book: aliases.book },
    isNamed: () => aliases.isRead && armed.isRead,
    ...{ isStale, armed: () => armed.versions },
    checkpoints: {
      save: (checkpoint) => links.save(checkpoint),
      forget: (partition) => links.forget(partition),
      newest: (query) => all.newest(query),
    },
  });
  const closers = new Closers();
  const facts = new LazyFacts(() => openFactSending({ config, logger, signal }), closers);
  const door: FactDoor = {
    appendShared: async (fact, id) => (await facts.open()).door.appendShared(fact, id),
  };
  return {
    held,
    activities: {
      ...backfillActivities(deps, { shadows, aliases, door }),
      ...promotingActivities(deps, { aliases, door }),
    },
    run: async () => {
      await Promise.all([
        aliases.run(),
        held.run(signal),
        telling.run(signal),
        pruneHeld(
          {
            ...{ stores, logger, moved: deps.moved },
            aliases: {
              book: aliases.book,
              get isRead() {
                return aliases.isRead && armed.isRead;
              },
            },
            held: () => [...shadows.versions, ...armed.versions],
          },
          signal,
        ),
      ]);
    },
    close: () => closers.close(),
  };
}

/** The streams of versions beside the live one, over Redis. */
function heldStreamsOf(link: RedisLink): HeldStreams {
  return {
    of: (held, onCheckpointNeeded) => openDeltaWriter(link, { held, onCheckpointNeeded }),
    versions: (partition) => heldStreams(link, partition),
    drop: (partition, version, fence) => dropHeldStream(link, partition, version, fence),
  };
}

function openShadows(
  { stores, config, learning, observed, moved, patience, clock }: WorkerVersionsDeps,
  readers: HeldTelling,
  onError: (version: string, error: unknown) => void,
): Shadows {
  const { journal } = stores;
  const { versions, besideMerges } = learning;
  const runtimeOf = (partition: number): MovedPartition['runtime'] | undefined =>
    moved().find((one) => one.partition === partition)?.runtime;
  return new Shadows({
    ...{ clock, yieldNow, follow, readers, sliceMsMax: config.sliceMsMax },
    journal: {
      ...patientJournal(journal, patience),
      isErased: (surrogate) => journal.isErased(surrogate),
    },
    partitions: journal.partitions,
    pace: new ShadowPace({ clock, yieldNow, sleep: pauseOf }),
    start: async (version, partition, at): Promise<PartitionRuntime> => {
      const runtime = await versions.nearest(version, partition, at);
      // A replay looks up whom it meets; whom a checkpoint holds is looked up here.
      await runtime.checkIdentities();
      return runtime;
    },
    livePosition: (partition) => runtimeOf(partition)?.position ?? ORIGIN,
    observerOf: (version) => observed.observerOf(version),
    ...(besideMerges && { merges: patientMerges(besideMerges, patience) }),
    onError: (error, version) => onError(version, error),
  });
}

async function pauseOf(ms: number): Promise<void> {
  await sleep(ms);
}

type FactDoor = Pick<EventDoor, 'appendShared'>;

interface BackfillParts {
  readonly shadows: Shadows;
  readonly aliases: FollowedAliases;
  readonly door: FactDoor;
}

/** The promotion of the shadow by a schedule: any worker does it, by what all workers told. */
function promotingActivities(
  { stores, link, patience: { signal } }: WorkerVersionsDeps,
  { aliases, door }: Omit<BackfillParts, 'shadows'>,
): Pick<SchedulingActivities, 'promoteIfBetter'> {
  const told = new ToldVersions(stores, signal);
  const promotions = createHeldPromotions({
    ...{ stores, aliases, door, serving: told, clock: () => Date.now() },
    wishes: openCheckpointWishes(link),
    observed: openObservedEvents(link),
    sleep: (ms) => told.lookIn(ms),
  });
  const scheduling = createSchedulingActivities({
    plan: () => Promise.reject(new RangeError('a trainer plans runs')),
    promoteShadow: async (gate) => {
      await aliases.now();
      await told.look();
      return promoteShadow({ book: aliases.book, promotions }, gate);
    },
  });
  return { promoteIfBetter: (gate) => scheduling.promoteIfBetter(gate) };
}

/** The notes and facts of a backfill: any worker does them, whichever partitions it moves. */
function backfillActivities(
  { stores, patience: { signal } }: WorkerVersionsDeps,
  { shadows, aliases, door }: BackfillParts,
): BackfillActivities {
  const { journal, registry } = stores;
  const made = createBackfillActivities({
    ...{ journal, registry, door, sleep: pause, book: aliases.book, clock: () => Date.now() },
    shadows: {
      // Whether there is room is for the workers to say that build it.
      admit: () => undefined,
      built: (version) => shadows.built(version),
      drop: (version) => shadows.drop(version),
    },
  });
  return {
    ...made,
    prepareBackfill: async (input) => {
      await headsOfNow(journal);
      return made.prepareBackfill(input);
    },
    assignShadow: async (input) => {
      const assigned = await made.assignShadow(input);
      await toldHeld(stores, input.version, signal);
      return assigned;
    },
  };
}

/** Resolves when workers have told that they hold a version, or after a while: who asks for it next finds it there. */
async function toldHeld(
  { fences, journal }: Pick<ClusterStores, 'fences' | 'journal'>,
  version: string,
  signal: AbortSignal,
): Promise<void> {
  for (let waitedMs = 0; waitedMs < TOLD_WAIT_MS_MAX; waitedMs += TOLD_LOOK_MS) {
    if (heldPositions(await fences.notes(), version, journal.partitions) !== undefined) return;
    await pause(TOLD_LOOK_MS, signal);
  }
}

/** The way of facts, opened when the first is sent. */
class LazyFacts {
  readonly #make: () => Promise<FactSending>;
  readonly #closers: Closers;
  #opening: Promise<FactSending> | undefined;

  constructor(make: () => Promise<FactSending>, closers: Closers) {
    this.#make = make;
    this.#closers = closers;
  }

  open(): Promise<FactSending> {
    this.#opening ??= this.#made().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #made(): Promise<FactSending> {
    const facts = await this.#make();
    this.#closers.add(() => facts.close());
    return facts;
  }
}
