import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointStore } from '../../activities/replay/checkpoint-store.ts';
import type { RuntimeMaker, VersionRuntimes } from '../../activities/versions/version-runtimes.ts';
import type { RegisteredVersion } from '../../activities/versions/version-registry.ts';
import { openCheckpoints } from '../../adapters/embedded/checkpoints.ts';
import type { ToldMarks } from '../../adapters/cluster/told-marks.ts';
import type { OnProgress } from '../../api/deps.ts';
import type { VerifyReport, VerifyRequest } from '../../api/schema/verification.ts';
import { RepriseError } from '../../events/error.ts';
import type { ChainedJournal } from '../../events/journal.ts';
import type { Position } from '../../events/position.ts';
import type { KernelFactory } from '../../model/kernel/kernel.ts';
import { hashedState } from '../core/state-hash.ts';
import type { StateTrail } from '../../projections/state-trail.ts';
import type { HashedState } from '../core/state-hash.ts';
import { verifyVersion } from '../core/verification.ts';
import type { VerificationDeps } from '../core/verification.ts';
import { yieldNow } from '../core/yield-now.ts';
import { furthest, takeState } from './checkpoint-taking.ts';
import type { CheckpointTakingDeps } from './checkpoint-taking.ts';
import { headsOfNow } from './heads-of-now.ts';
import type { ClusterStores } from './stores.ts';

/** What proofs of a cluster are made with, in a process that moves no partition. */
export interface VersionProofDeps {
  readonly stores: Pick<
    ClusterStores,
    'identities' | 'registry' | 'checkpoints' | 'heldCheckpoints' | 'fences'
  > & { readonly journal: ChainedJournal };
  readonly kernels: Pick<KernelFactory, 'sha256'>;
  readonly maker: RuntimeMaker;
  /** Builds versions from their bases alone. */
  readonly clean: VersionRuntimes;
  readonly taking: CheckpointTakingDeps;
  /** What the movers told of the rows of their states. */
  readonly marks: Pick<ToldMarks, 'kept'>;
  readonly scratchFolder: string;
  readonly clock: () => number;
  readonly sliceMsMax: number;
}

/**
 * Proves that what workers hold of a version is what a clean replay gives: the live one where none is named, by checkpoints
 * that are taken for it, another one by those that were kept last. Throws NOT_FOUND, and CONFLICT where none was kept.
 */
export async function proveVersion(
  deps: VersionProofDeps,
  { model, full = false }: VerifyRequest,
  onProgress: OnProgress,
  signal: AbortSignal,
  yielding: () => Promise<void> = yieldNow,
): Promise<VerifyReport> {
  if (model !== undefined) await knownVersion(deps, model);
  const live = await movedStates(deps, [], signal);
  const isLive = model === undefined || model === live[0]?.version;
  const served = isLive ? live : await keptStates(deps, model, signal);
  const trails = isLive ? await toldTrails(deps, served) : [];
  const proof = {
    ...proofDeps(deps, isLive, trails, yielding),
    takeServed: () => Promise.resolve(served),
  };
  return verifyVersion(proof, { isLive, full }, onProgress, signal);
}

/** Hashes the movers' states at the heads of now or past them, one partition after the other. */
export async function movedStates(
  { stores, taking }: Pick<VersionProofDeps, 'stores' | 'taking'>,
  after: readonly Position[],
  signal: AbortSignal,
): Promise<readonly HashedState[]> {
  const states: HashedState[] = [];
  for (const position of furthest(await headsOfNow(stores.journal), after)) {
    const runtime = await takeState(taking, position, signal);
    states.push(await hashedState(runtime, stores.identities));
  }
  return states;
}

/** Hashes the newest states that workers kept of a version beside the live one. */
async function keptStates(
  { stores, maker }: VersionProofDeps,
  version: string,
  signal: AbortSignal,
): Promise<readonly HashedState[]> {
  const { definition } = await knownVersion({ stores }, version);
  const states: HashedState[] = [];
  for (const partition of definition.start.keys()) {
    signal.throwIfAborted();
    const kept = await stores.heldCheckpoints.newest({ version, partition });
    if (kept === undefined) {
      throw new RepriseError(
        'CONFLICT',
        `no worker has kept a state of version ${version} yet: bring it to the head first ` +
          `(bin/reprise backfill --model ${version}), or try again in a minute`,
        { version },
      );
    }
    const runtime = await maker.restore(definition, partition, kept.checkpoint);
    states.push(await hashedState(runtime, stores.identities));
  }
  return states;
}

type TrailTold = Pick<StateTrail, 'version' | 'marks'>;

/** The marks that the mover of now told of each partition. */
async function toldTrails(
  { stores, marks }: VersionProofDeps,
  served: readonly HashedState[],
): Promise<readonly (TrailTold | undefined)[]> {
  const notes = await stores.fences.notes();
  const trails: (TrailTold | undefined)[] = [];
  for (const { version, partition } of served) {
    const note = notes.find(({ fence }) => fence.partition === partition);
    if (note === undefined) continue;
    trails[partition] = { version, marks: await marks.kept(note.fence, version) };
  }
  return trails;
}

async function knownVersion(
  { stores }: Pick<VersionProofDeps, 'stores'>,
  version: string,
): Promise<RegisteredVersion> {
  const known = await stores.registry.get(version);
  if (known !== undefined) return known;
  const message = `there is no model version ${version}: bin/reprise models lists them`;
  throw new RepriseError('NOT_FOUND', message, { version });
}

function proofDeps(
  { stores, kernels, maker, clean, clock, sliceMsMax, scratchFolder }: VersionProofDeps,
  isLive: boolean,
  trails: readonly (TrailTold | undefined)[],
  yielding: () => Promise<void>,
): Omit<VerificationDeps, 'takeServed'> {
  const { journal, identities, registry, checkpoints, heldCheckpoints } = stores;
  return {
    ...{ journal, identities, registry, maker, clean, clock, sliceMsMax, yieldNow: yielding },
    scratch: () => scratchCheckpoints(scratchFolder),
    retained: {
      ...{ identities, maker, clean, clock, sliceMsMax, kernelSha256: kernels.sha256 },
      checkpoints: isLive ? checkpoints : heldCheckpoints,
      trailOf: (partition) => trails[partition],
      journal,
    },
  };
}

async function scratchCheckpoints(
  folder: string,
): Promise<{ store: CheckpointStore; remove: () => Promise<void> }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = await mkdtemp(join(folder, 'scratch-'));
  const onDamaged = (file: string, reason: string): never => {
    throw new RepriseError('DAMAGED', `${file} cannot be read back: ${reason}`);
  };
  return {
    store: openCheckpoints({ folder: path, onDamaged }),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
