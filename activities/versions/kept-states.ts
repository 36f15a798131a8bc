import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import type { IdentityStore } from '../../events/identity.ts';
import type { ChainedJournal } from '../../events/journal.ts';
import { formatPosition, sequence } from '../../events/position.ts';
import { StateDigest } from '../../projections/state-digest.ts';
import type { CheckpointStore, LoadedCheckpoint } from '../replay/checkpoint-store.ts';
import { definitionSha256 } from '../replay/definition-hash.ts';
import type { RuntimeMaker } from './version-runtimes.ts';

/** What kept checkpoints are read with. */
export interface KeptStatesDeps {
  readonly checkpoints: Pick<CheckpointStore, 'newest' | 'list'>;
  /** One that tells its chain's hashes lets it be checked what a checkpoint was learned from. */
  readonly journal: Partial<Pick<ChainedJournal, 'chainHash'>>;
  readonly maker: RuntimeMaker;
  readonly identities: Pick<IdentityStore, 'all'>;
  readonly kernelSha256: string | null;
  readonly yieldNow: () => Promise<void>;
}

/** A checkpoint that is kept, as it reads. */
export interface KeptState {
  readonly at: number;
  /** The canonical hash of the state that it holds. */
  readonly hash: string;
  /** What its rows are, and what they were when it was taken, where that was noted. */
  readonly rows: string;
  readonly rowsTaken: string | null;
}

/** What is wrong with a kept checkpoint. */
export interface ChainFault {
  readonly position: string;
  readonly fault: string;
}

/** The checkpoints that are kept of one partition of a version, and whether each proves the one before it. */
export interface KeptChain {
  /** Those that read well, oldest first. */
  readonly states: readonly KeptState[];
  readonly faults: readonly ChainFault[];
  /** Those without a link: an older release wrote them. */
  readonly unlinked: number;
  /** Those that another kernel than the one of now has learned. */
  readonly otherKernel: number;
}

/** Reads every checkpoint that is kept of a partition, and checks what each says it was made of. */
export async function readKept(
  deps: KeptStatesDeps,
  definition: VersionDefinition,
  partition: number,
  signal: AbortSignal,
): Promise<KeptChain> {
  const { version } = definition;
  const own = (await deps.checkpoints.list(partition)).filter((one) => one.version === version);
  const listed = own.filter((one, at) => isCurrent(one, own.slice(0, at)));
  const states: KeptState[] = [];
  const faults: ChainFault[] = [];
  const good: LoadedCheckpoint['saved'][] = [];
  let unlinked = 0;
  let otherKernel = 0;
  for (const { sequence: at } of listed.toReversed()) {
    signal.throwIfAborted();
    const position = formatPosition({ partition, sequence: sequence(at) });
    const kept = await deps.checkpoints.newest({ version, partition, atMost: at });
    if (kept?.saved.sequence !== at) {
      if (await isGone(deps, { version, partition, sequence: at })) continue;
      faults.push({ position, fault: 'the file does not read as it was written' });
      continue;
    }
    const state = await stateOf(deps, definition, kept);
    const { link } = kept.checkpoint.manifest;
    if (link === undefined) unlinked += 1;
    else if (link.kernelSha256 !== deps.kernelSha256) otherKernel += 1;
    const found = await faultsOf(deps, definition, kept, state, good);
    faults.push(...found.map((fault) => ({ position, fault })));
    states.push(state);
    good.push(kept.saved);
  }
  return { states, faults, unlinked, otherKernel };
}

/** What stands at or past a newer one was written by a mover that was relieved: nothing reads it. */
function isCurrent(
  { sequence: at }: { readonly sequence: number },
  newer: readonly { readonly sequence: number }[],
): boolean {
  return newer.every((one) => one.sequence > at);
}

/** Whether a checkpoint was dropped since it was listed, as older ones are by whoever moves the partition. */
async function isGone(
  { checkpoints }: KeptStatesDeps,
  { version, partition, sequence: at }: { version: string; partition: number; sequence: number },
): Promise<boolean> {
  const listed = await checkpoints.list(partition);
  return !listed.some((one) => one.version === version && one.sequence === at);
}

async function stateOf(
  { maker, identities, yieldNow }: KeptStatesDeps,
  definition: VersionDefinition,
  { saved, checkpoint }: LoadedCheckpoint,
): Promise<KeptState> {
  const runtime = await maker.restore(definition, saved.partition, checkpoint);
  const digest = new StateDigest();
  const steps = digest.fold(await runtime.takeWhole());
  while (steps.next().done !== true) await yieldNow();
  return {
    at: saved.sequence,
    hash: await runtime.stateHash(identities.all()),
    rows: digest.hex,
    rowsTaken: checkpoint.manifest.link?.rows ?? null,
  };
}

/** What does not fit a checkpoint's link; `before` are the good ones that stand before it. */
async function faultsOf(
  { journal }: KeptStatesDeps,
  definition: VersionDefinition,
  { saved, checkpoint }: LoadedCheckpoint,
  { rows, rowsTaken }: KeptState,
  before: readonly LoadedCheckpoint['saved'][],
): Promise<readonly string[]> {
  const { link, parent } = checkpoint.manifest;
  if (link === undefined) return [];
  const faults: string[] = [];
  if (link.settingsSha256 !== definitionSha256(definition)) {
    faults.push('it was learned under other settings than its version has');
  }
  const log = await journal.chainHash?.(saved.partition, sequence(saved.sequence));
  if (log !== undefined && link.logSha256 !== log)
    faults.push('it was learned from another journal');
  const base = definition.baseSha256?.[saved.partition] ?? null;
  const kept = before.find((one) => one.sequence === link.from);
  const expected =
    kept?.sha256 ?? (link.from === definition.start[saved.partition] ? base : parent);
  if (parent !== expected) faults.push('its parent is another file than the one that stands there');
  if (rowsTaken !== null && rows !== rowsTaken) {
    faults.push('it does not hold what it was taken of: it was changed after it was written');
  }
  return faults;
}
