import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MergeName, MergeStore } from '../../activities/merges/merge-store.ts';
import { RepriseError } from '../../events/error.ts';
import { mergeContributions } from '../../model/merge.ts';
import type { Contribution, Merge } from '../../model/merge.ts';
import { packMerge, unpackMerge } from '../../model/merge-tensors.ts';
import { isMissing, readTensorFile, writeTensorFile } from '../tensor-file.ts';

/** Settings of the merge store. */
export interface MergesOptions {
  /** One folder a version below it, `m<barrier>.safetensors` in each. */
  readonly folder: string;
  readonly partitions: number;
  /** Merges kept of a version, the newest first to stay; {@link MERGES_KEPT_MAX} where absent. */
  readonly mergesKeptMax?: number;
  /** Told of a merge that does not read well: it counts as lost. */
  readonly onDamaged: (path: string, reason: string) => void;
}

/** Merges kept of a version: more than the checkpoints kept can need, so that no disk fills. */
export const MERGES_KEPT_MAX = 4_096;

/** Merges held in memory: what partitions that are close together take. */
export const MERGES_HELD_MAX = 8;

/** The longest time that a wait for a merge takes before it is looked again. */
const CHANGED_MS_MAX = 1_000;

/** The merge store of the embedded profile: with what erasure needs beside the port. */
export interface EmbeddedMerges extends MergeStore {
  /** Deletes the merges of all versions but one, and what was contributed to them; returns how many there were. */
  removeOthers(version: string): Promise<number>;
}

/** Opens the merge store of a folder, which need not be there yet. What is not merged yet is held in memory. */
export function openMerges(options: MergesOptions): EmbeddedMerges {
  return new FolderMerges(options);
}

class FolderMerges implements EmbeddedMerges {
  readonly #options: MergesOptions;
  /** Contributions to what is not merged yet, by merge and partition. */
  readonly #given = new Map<string, Map<number, Contribution>>();
  readonly #held = new Map<string, Merge>();
  readonly #merging = new Map<string, Promise<void>>();
  readonly #waiting = new Map<string, Set<() => void>>();
  /** Barriers on the disk by version, ascending; read once. */
  readonly #kept = new Map<string, Promise<number[]>>();

  constructor(options: MergesOptions) {
    this.#options = options;
  }

  async contribute(contribution: Contribution): Promise<void> {
    const name = keyOf(contribution);
    if (this.#merging.has(name) || (await this.#isMerged(contribution))) return;
    const given = this.#given.get(name) ?? new Map<number, Contribution>();
    this.#given.set(name, given.set(contribution.partition, contribution));
    if (given.size < this.#options.partitions) return;
    const merging = this.#merge([...given.values()]).finally(() => {
      this.#merging.delete(name);
    });
    this.#merging.set(name, merging);
    await merging;
  }

  async read(name: MergeName): Promise<Merge | undefined> {
    const held = this.#held.get(keyOf(name));
    if (held !== undefined) return held;
    const path = this.#path(name);
    try {
      const { checkpoint } = await readTensorFile(path);
      const merge = unpackMerge(checkpoint);
      if (merge?.version === name.version && merge.barrier === name.barrier) return merge;
      throw new RepriseError('DAMAGED', 'it is of another merge than its name');
    } catch (error) {
      if (isMissing(error)) return undefined;
      this.#options.onDamaged(path, error instanceof Error ? error.message : String(error));
      await rm(path, { force: true });
      await this.#forget(name);
      return undefined;
    }
  }

  async write(merge: Merge): Promise<void> {
    const folder = join(this.#options.folder, folderName(merge.version));
    await mkdir(folder, { recursive: true });
    await writeTensorFile(this.#path(merge), packMerge(merge));
    this.#hold(merge);
    this.#given.delete(keyOf(merge));
    const kept = await this.#keptOf(merge.version);
    if (!kept.includes(merge.barrier)) kept.push(merge.barrier);
    kept.sort((left, right) => left - right);
    const surplus = kept.length - (this.#options.mergesKeptMax ?? MERGES_KEPT_MAX);
    if (surplus > 0) await this.prune(merge.version, kept[surplus] ?? 0);
    for (const wake of this.#waiting.get(keyOf(merge)) ?? []) wake();
  }

  async missing(name: MergeName): Promise<readonly number[]> {
    if (await this.#isMerged(name)) return [];
    const given = this.#given.get(keyOf(name));
    const partitions = Array.from({ length: this.#options.partitions }, (_, at) => at);
    return partitions.filter((partition) => given?.has(partition) !== true);
  }

  async changed(name: MergeName, signal: AbortSignal): Promise<void> {
    const key = keyOf(name);
    if (signal.aborted || (await this.#isMerged(name))) return;
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting);
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        waiting.delete(wake);
        if (waiting.size === 0) this.#waiting.delete(key);
        resolve();
      };
      const timer = setTimeout(wake, CHANGED_MS_MAX);
      waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  async prune(version: string, before: number): Promise<void> {
    const kept = await this.#keptOf(version);
    const count = kept.findIndex((barrier) => barrier >= before);
    const dropped = kept.splice(0, count < 0 ? kept.length : count);
    for (const barrier of dropped) {
      this.#held.delete(keyOf({ version, barrier }));
      await rm(this.#path({ version, barrier }), { force: true });
    }
  }

  async removeOthers(version: string): Promise<number> {
    let removed = 0;
    for (const held of [this.#held, this.#given]) {
      for (const name of held.keys()) if (!name.startsWith(`${version}/`)) held.delete(name);
    }
    for (const other of await namesIn(this.#options.folder)) {
      if (other === version) continue;
      const folder = join(this.#options.folder, other);
      removed += (await barriersIn(folder)).length;
      this.#kept.delete(other);
      await rm(folder, { recursive: true, force: true });
    }
    return removed;
  }

  async #merge(contributions: readonly Contribution[]): Promise<void> {
    const steps = mergeContributions(contributions);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) await nextTurn();
    await this.write(step.value);
  }

  async #isMerged({ version, barrier }: MergeName): Promise<boolean> {
    return (await this.#keptOf(version)).includes(barrier);
  }

  #hold(merge: Merge): void {
    this.#held.set(keyOf(merge), merge);
    const [oldest] = this.#held.keys();
    if (this.#held.size > MERGES_HELD_MAX && oldest !== undefined) this.#held.delete(oldest);
  }

  async #forget({ version, barrier }: MergeName): Promise<void> {
    const kept = await this.#keptOf(version);
    const at = kept.indexOf(barrier);
    if (at >= 0) kept.splice(at, 1);
  }

  #keptOf(version: string): Promise<number[]> {
    const known = this.#kept.get(version);
    if (known !== undefined) return known;
    const reading = barriersIn(join(this.#options.folder, folderName(version)));
    this.#kept.set(version, reading);
    return reading;
  }

  #path({ version, barrier }: MergeName): string {
    return join(this.#options.folder, folderName(version), `m${String(barrier)}.safetensors`);
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function barriersIn(folder: string): Promise<number[]> {
  const barriers: number[] = [];
  for (const name of await namesIn(folder)) {
    const match = /^m(\d+)\.safetensors$/.exec(name);
    if (match !== null) barriers.push(Number(match[1]));
  }
  return barriers.sort((left, right) => left - right);
}

function keyOf({ version, barrier }: MergeName): string {
  return `${version}/${String(barrier)}`;
}

/** Refuses a version that would leave the folder; versions are named by us, so this is a defect or damage. */
function folderName(version: string): string {
  if (/^[A-Za-z0-9_-][\w.-]{0,63}$/.test(version)) return version;
  throw new RepriseError(
    'INVALID',
    `version ${version} cannot name a folder: use letters and digits`,
  );
}
