import type { VersionDefinition } from '../actors/runtime/definition.ts';
import { binaryKey } from '../events/binary-key.ts';
import type { Journal } from '../events/journal.ts';
import { sequence } from '../events/position.ts';
import { surrogateToBytes } from '../events/surrogate.ts';
import { beating } from './beating.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { currentHead } from './current-head.ts';
import type { DeletedTraces, ErasedEvents, ErasureRecord } from './erasure-record.ts';
import type { Erasures } from './erasures.ts';
import { holdsAny } from './held-users.ts';
import { readUsersEvents } from './users-events.ts';
import { originWithout } from './version-origin.ts';
import type { VersionRegistry } from './version-registry.ts';

/** What building the version without erased users needs from outside. */
export interface ErasingDeps {
  readonly erasures: Pick<Erasures, 'pending' | 'change' | 'get'>;
  readonly journal: Pick<Journal, 'head' | 'read' | 'partitions'>;
  readonly registry: Pick<VersionRegistry, 'get' | 'list' | 'base' | 'register' | 'nextName'>;
  readonly checkpoints: Pick<CheckpointStore, 'newest' | 'save'>;
  /** The version that serves. */
  readonly live: () => string;
  /** Hashes the live states of all partitions. */
  readonly stateHash: () => Promise<{
    readonly hash: string;
    readonly positions: readonly string[];
  }>;
  /** Takes checkpoints of the live version and deletes every derived file that may hold an erased user. */
  readonly deleteTraces: (live: string, holds: TraceTest) => Promise<DeletedTraces>;
  readonly clock: () => number;
  readonly yieldNow: () => Promise<void>;
}

/** Tells whether a trained base holds an erased user. */
export type TraceTest = Parameters<typeof originWithout>[2];

/** A version to build and to promote in the place of one that knew erased users. */
export interface ErasurePlan {
  readonly erasure: string;
  readonly version: string;
  readonly users: number;
  /** Where its replay begins and where it is to come, one sequence a partition. */
  readonly from: readonly number[];
  readonly heads: readonly number[];
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
  /** Deletes what holds the users, after the version without them is live, and notes what proves it. */
  finishErasure(input: { erasure: string; promotedAt: readonly string[] }): Promise<ErasureEnd>;
}

/** Makes the erasing activities. */
export function createErasingActivities(deps: ErasingDeps): ErasingActivities {
  return {
    beginErasure: () => beating(async () => (await beginErasure(deps)) ?? null),
    finishErasure: (input) => beating(() => finishErasure(deps, input)),
  };
}

/** Closes the oldest pending erasure and registers the version without its users; undefined where none is pending. */
export async function beginErasure(deps: ErasingDeps): Promise<ErasurePlan | undefined> {
  const [oldest] = await deps.erasures.pending();
  if (oldest === undefined) return undefined;
  const { erasure } = oldest;
  // The name is noted before it is taken, so that a second call after a kill goes on with the same version.
  await deps.erasures.change(erasure, (current) =>
    current.version === undefined ? planned(deps, current) : current,
  );
  const record = await deps.erasures.change(erasure, (current) =>
    current.from === undefined ? registered(deps, current) : current,
  );
  const { users, version = '', from = [] } = record;
  return { erasure, users, version, from, heads: await headsOf(deps) };
}

/** Deletes what holds the users, after the version without them is live, and notes what proves it. */
export async function finishErasure(
  deps: ErasingDeps,
  { erasure, promotedAt }: { readonly erasure: string; readonly promotedAt: readonly string[] },
): Promise<ErasureEnd> {
  const record = await deps.erasures.change(erasure, async (current) => {
    if (current.state === 'done') return current;
    const { version } = current;
    if (version === undefined || version !== deps.live()) return unplanned(current);
    const deleted = await deps.deleteTraces(version, sawAny(keysOf(current)));
    const { hash, positions } = await deps.stateHash();
    const finishedMs = Math.floor(deps.clock());
    const manifest = { finishedMs, stateHash: hash, stateAt: positions, promotedAt, deleted };
    return { ...current, state: 'done', surrogates: [], manifest };
  });
  const { version = '', manifest } = record;
  return {
    ...{ erasure, version, done: record.state === 'done' },
    stateHash: manifest?.stateHash ?? '',
  };
}

async function planned(deps: ErasingDeps, record: ErasureRecord): Promise<ErasureRecord> {
  const parent = deps.live();
  const users = keysOf(record);
  const { known } = await originWithout(deps.registry, parent, sawAny(users));
  const found: ErasedEvents[] = [];
  for (const [partition, head] of (await headsOf(deps)).entries()) {
    found.push(await readUsersEvents(deps, partition, sequence(head), users));
  }
  const version = await deps.registry.nextName();
  const origin = known.definition.version;
  return { ...record, state: 'rebuilding', version, parent, origin, found };
}

/** Another version was promoted meanwhile, whose state may know the users: the next begin plans anew. */
function unplanned(record: ErasureRecord): ErasureRecord {
  const { version: _version, from: _from, ...rest } = record;
  return rest;
}

async function registered(deps: ErasingDeps, record: ErasureRecord): Promise<ErasureRecord> {
  const { version = '', parent = '', origin = parent } = record;
  const { known, bases } = await originWithout(deps.registry, origin, sawAny(keysOf(record)));
  const { baseSha256: _, ...definition } = known.definition;
  const createdMs = Math.floor(deps.clock());
  const about = { parent, createdMs, trainedBy: null, metrics: {} };
  await deps.registry.register(
    { definition: { ...definition, version }, ...about },
    bases?.map((base) => ({ ...base, manifest: { ...base.manifest, version } })) ?? null,
  );
  return { ...record, from: await startsOf(deps, record, definition) };
}

/**
 * Where the replay begins. What a version had learned before the first event of the users is what the new one has
 * learned there, so its checkpoint is taken over. Where partitions meet at barriers, all are replayed from their start.
 */
async function startsOf(
  { checkpoints, journal }: ErasingDeps,
  { origin, parent, version = '', found = [] }: ErasureRecord,
  { start }: Pick<VersionDefinition, 'start'>,
): Promise<readonly number[]> {
  if (start.length > 1 || origin === undefined || origin !== parent) return start;
  const first = found[0]?.first ?? journal.head(0) + 1;
  const before = await checkpoints.newest({ version: origin, partition: 0, atMost: first - 1 });
  if (before === undefined) return start;
  const { saved, checkpoint } = before;
  await checkpoints.save({
    manifest: { ...checkpoint.manifest, version, parent: saved.sha256 },
    tensors: checkpoint.tensors,
  });
  return [saved.sequence];
}

function sawAny(users: ReadonlySet<string>): TraceTest {
  return (base) => holdsAny(base, users);
}

function keysOf({ surrogates }: ErasureRecord): ReadonlySet<string> {
  return new Set(surrogates.map((surrogate) => binaryKey(surrogateToBytes(surrogate))));
}

function headsOf({ journal }: ErasingDeps): Promise<readonly number[]> {
  const partitions = Array.from({ length: journal.partitions }, (_, partition) => partition);
  return Promise.all(partitions.map((partition) => currentHead(journal, partition)));
}
