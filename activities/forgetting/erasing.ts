import { binaryKey } from '../../events/binary-key.ts';
import { hasCode } from '../../events/error.ts';
import type { Surrogate } from '../../events/fact.ts';
import { sequence } from '../../events/position.ts';
import { surrogateToBytes } from '../../events/surrogate.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { beating } from '../beating.ts';
import type { DeletedTraces, ErasedEvents, ErasureRecord } from './erasure-record.ts';
import type { Erasures } from './erasures.ts';
import { holdsAny } from './held-users.ts';
import { headsOf, promoteRebuilt, registerRebuilt } from '../replay/rebuilding.ts';
import type { RebuildingDeps, RebuildPlan } from '../replay/rebuilding.ts';
import { readUsersEvents } from './users-events.ts';

/** What building the version without erased users needs from outside. */
export interface ErasingDeps extends RebuildingDeps {
  readonly erasures: Pick<Erasures, 'pending' | 'change' | 'get' | 'resume'>;
  /** Hashes the live states of all partitions. */
  readonly stateHash: () => Promise<{
    readonly hash: string;
    readonly positions: readonly string[];
  }>;
  /** Takes checkpoints of the live version and deletes every derived file that may hold an erased user. */
  readonly deleteTraces: (live: string, holds: TraceTest) => Promise<DeletedTraces>;
  /** Blanks the events of erased users in the journal; doing so again changes nothing. */
  readonly purge: (surrogates: readonly Surrogate[]) => Promise<unknown>;
  /** Starts to train again where a trained base was dropped; resolves to what became of it. */
  readonly retrain: Retraining;
}

/** What became of a training that takes the place of a dropped base: its run, or why there is none. */
export type Retraining = () => Promise<string>;

/** Tells whether a trained base holds an erased user. */
export type TraceTest = (base: Checkpoint) => boolean;

/** A version to build and to promote in the place of one that knew erased users. */
export interface ErasurePlan extends RebuildPlan {
  readonly erasure: string;
}

/** An erasure as it ended. */
export interface ErasureEnd {
  readonly erasure: string;
  readonly version: string;
  /** False where another version was promoted meanwhile: the erasure is still pending. */
  readonly done: boolean;
  readonly stateHash: string;
}

/** The side effects of erasures. Each may be called again with the same input and then changes nothing more. */
export interface ErasingActivities {
  /** Closes the oldest pending erasure and registers the version without its users; null where none is pending. */
  beginErasure(): Promise<ErasurePlan | null>;
  /** Makes the version live, deletes what holds the users, and notes what proves it. */
  finishErasure(input: { erasure: string }): Promise<ErasureEnd>;
}

/** Makes the erasing activities. */
export function createErasingActivities(deps: ErasingDeps): ErasingActivities {
  return {
    beginErasure: () => beating(async () => (await beginErasure(deps)) ?? null),
    finishErasure: ({ erasure }) => beating(({ signal }) => finishErasure(deps, erasure, signal)),
  };
}

/** Closes the oldest pending erasure and registers the version without its users; undefined where none is pending. */
export async function beginErasure(deps: ErasingDeps): Promise<ErasurePlan | undefined> {
  const [oldest] = await deps.erasures.pending();
  if (oldest === undefined) return undefined;
  const { erasure } = oldest;
  // A full disk may have kept identities from being destroyed when it was asked for.
  if (!oldest.forgotten) await deps.erasures.resume();
  // The name is noted before it is taken, so that a second call after a kill goes on with the same version.
  await deps.erasures.change(erasure, async (current) =>
    (await isPlanned(deps, current)) ? current : planned(deps, current),
  );
  const record = await registeredOnce(deps, erasure);
  const { users, version = '', from = [] } = record;
  return { erasure, users, version, from, heads: await headsOf(deps) };
}

/** Registers the version that is planned; where another one has taken its name meanwhile it is planned anew. */
async function registeredOnce(deps: ErasingDeps, erasure: string): Promise<ErasureRecord> {
  const register = (): Promise<ErasureRecord> =>
    deps.erasures.change(erasure, (current) =>
      current.from === undefined ? registered(deps, current) : current,
    );
  try {
    return await register();
  } catch (error) {
    if (!hasCode(error, 'CONFLICT')) throw error;
    await deps.erasures.change(erasure, (current) => planned(deps, current));
    return register();
  }
}

/** Makes the version live, deletes what holds the users, and notes what proves it. */
export async function finishErasure(
  deps: ErasingDeps,
  erasure: string,
  signal: AbortSignal,
): Promise<ErasureEnd> {
  const before = await deps.erasures.get(erasure);
  const promotion =
    before?.state === 'rebuilding' ? await promoteRebuilt(deps, before, signal) : undefined;
  // Their events are passed over as long as they stand: nothing has to wait for this, and a kill leaves it to be done again.
  const { purge = [] } = before ?? {};
  if (promotion !== undefined && purge.length > 0) await deps.purge(purge);
  const record = await deps.erasures.change(erasure, async (current) => {
    if (current.state === 'done' || promotion === undefined) return current;
    const deleted = await deps.deleteTraces(current.version ?? '', sawAny(current));
    const { hash, positions } = await deps.stateHash();
    const finishedMs = Math.floor(deps.clock());
    const { positions: promotedAt } = promotion;
    const retraining = current.origin === current.parent ? undefined : await deps.retrain();
    const manifest = {
      ...{ finishedMs, stateHash: hash, stateAt: positions, promotedAt, deleted },
      ...(purge.length > 0 && { purged: purge.length }),
      ...(retraining !== undefined && { retraining }),
    };
    const { purge: _, ...rest } = current;
    return { ...rest, state: 'done', surrogates: [], manifest };
  });
  const { version = '', manifest } = record;
  const done = record.state === 'done';
  return { erasure, version, done, stateHash: manifest?.stateHash ?? '' };
}

/** False where a third version is live by now: what was planned is to be built on that. */
async function isPlanned(
  { live }: ErasingDeps,
  { version, parent }: ErasureRecord,
): Promise<boolean> {
  return version !== undefined && [version, parent].includes(await live());
}

async function planned(deps: ErasingDeps, record: ErasureRecord): Promise<ErasureRecord> {
  const users = keysOf(record);
  const found: ErasedEvents[] = [];
  for (const [partition, head] of (await headsOf(deps)).entries()) {
    found.push(await readUsersEvents(deps, { partition, to: sequence(head) }, users));
  }
  const { from: _, ...rest } = record;
  const version = await deps.registry.nextName();
  return { ...rest, state: 'rebuilding', version, parent: await deps.live(), found };
}

async function registered(deps: ErasingDeps, record: ErasureRecord): Promise<ErasureRecord> {
  const { version = '', parent = '', found = [] } = record;
  const leftOut = (await deps.registry.get(parent))?.definition.leftOut ?? [];
  const first = found.map((one) => one.first);
  const saw = sawAny(record);
  return { ...record, ...(await registerRebuilt(deps, { version, parent, leftOut, first, saw })) };
}

function sawAny(record: ErasureRecord): TraceTest {
  const users = keysOf(record);
  return (base) => holdsAny(base, users);
}

function keysOf({ surrogates }: ErasureRecord): ReadonlySet<string> {
  return new Set(surrogates.map((surrogate) => binaryKey(surrogateToBytes(surrogate))));
}
