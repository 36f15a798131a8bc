import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { MergeName, MergeStore } from '../../activities/merge-store.ts';
import type { ObjectStore } from '../../activities/object-store.ts';
import { hasCode, RepriseError } from '../../events/error.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { mergeContributions } from '../../model/merge.ts';
import type { Contribution, Merge } from '../../model/merge.ts';
import {
  packContribution,
  packMerge,
  unpackContribution,
  unpackMerge,
} from '../../model/merge-tensors.ts';
import { encodeCheckpoint } from '../../model/safetensors.ts';
import { assertVersionName } from '../checkpoint-naming.ts';
import { decodeInTurns } from '../tensor-file.ts';
import { readWhole } from './local-copy.ts';

/** Settings of the merge store. */
export interface MergesOptions {
  /** Holds `merges/<version>/<barrier>/merge.safetensors`, and `p<partition>.safetensors` until it is there. */
  readonly objects: ObjectStore;
  readonly partitions: number;
  /** Told of a merge or a contribution that does not read well: it counts as lost. */
  readonly onDamaged: (path: string, reason: string) => void;
}

/** Merges kept of a version, the newest first to stay: more than the checkpoints kept can need. */
const MERGES_KEPT_MAX = 4_096;
/** Barriers between two looks at whether there are more. */
const KEPT_LOOK_BARRIERS = 64;
const HELD_MAX = 8;
/** Barriers of which this process remembers what it contributed itself. */
const OWN_MAX = 8;
const CHANGED_MS_MAX = 1_000;
/** Looks are close together at first, for the others most often are. */
const CHANGED_LOOK_MS_MIN = 5;
const CHANGED_LOOK_MS_TOP = 100;
const MERGE = 'merge.safetensors';

/**
 * Opens the merge store that all workers share. Whoever finds the contributions of all partitions merges them: it comes
 * to the same bytes for everybody, so that it does not matter who is first, or who died before.
 */
export function openMerges(options: MergesOptions): MergeStore {
  return new SharedMerges(options);
}

class SharedMerges implements MergeStore {
  readonly #options: MergesOptions;
  readonly #held = new Map<string, Merge>();
  /** What this process contributed to barriers that are not merged yet: it need not read that back. */
  readonly #own = new Map<string, Contribution[]>();
  /** Ends the pauses of those here who wait for a merge that is made here. */
  readonly #wakes = new Map<string, AbortController>();

  constructor(options: MergesOptions) {
    this.#options = options;
  }

  async contribute(contribution: Contribution): Promise<void> {
    const folder = folderOf(contribution);
    const file = contributionFile(contribution.partition);
    this.#remember(folder, contribution);
    const files = await this.#files(folder);
    if (files.has(MERGE)) {
      this.#own.delete(folder);
      return;
    }
    const own = this.#own.get(folder);
    if (own?.length === this.#options.partitions) {
      // Where all partitions are here, the last one to come need not be put: the merge takes its place.
      this.#own.delete(folder);
      await this.#fold(own);
      return;
    }
    // One that stands is the same: to put it again would disturb whoever reads it.
    if (!files.has(file)) {
      const { objects } = this.#options;
      await objects.put(folder + file, encodeCheckpoint(packContribution(contribution)));
    }
    if (this.#isWhole(await this.#files(folder))) await this.#merge(contribution);
  }

  async read(name: MergeName): Promise<Merge | undefined> {
    const folder = folderOf(name);
    const held = this.#held.get(folder);
    if (held !== undefined) return held;
    const files = await this.#files(folder);
    if (!files.has(MERGE)) {
      return this.#isWhole(files) ? this.#merge(name) : undefined;
    }
    const merge = await this.#readFile(folder + MERGE, name, unpackMerge);
    if (merge !== undefined) this.#hold(folder, merge);
    return merge;
  }

  async write(merge: Merge): Promise<void> {
    const { objects } = this.#options;
    const folder = folderOf(merge);
    await objects.put(folder + MERGE, encodeCheckpoint(packMerge(merge)));
    this.#hold(folder, merge);
    for (const file of await this.#files(folder)) {
      if (file !== MERGE) await objects.remove(folder + file);
    }
    if (merge.barrier % KEPT_LOOK_BARRIERS === 0) {
      await this.prune(merge.version, merge.barrier - MERGES_KEPT_MAX);
    }
  }

  async missing(name: MergeName): Promise<readonly number[]> {
    const files = await this.#files(folderOf(name));
    if (files.has(MERGE)) return [];
    const partitions = Array.from({ length: this.#options.partitions }, (_, at) => at);
    return partitions.filter((partition) => !files.has(contributionFile(partition)));
  }

  async changed(name: MergeName, signal: AbortSignal): Promise<void> {
    const folder = folderOf(name);
    let lookMs = CHANGED_LOOK_MS_MIN;
    for (let waitedMs = 0; waitedMs < CHANGED_MS_MAX; waitedMs += lookMs) {
      if (signal.aborted) return;
      const files = await this.#files(folder);
      if (files.has(MERGE) || this.#isWhole(files)) return;
      // An abort ends the pause; it is seen above.
      const woken = AbortSignal.any([signal, this.#wakeOf(folder)]);
      await sleep(lookMs, undefined, { signal: woken }).catch(() => undefined);
      if (this.#held.has(folder)) return;
      lookMs = Math.min(2 * lookMs, CHANGED_LOOK_MS_TOP);
    }
  }

  async prune(version: string, before: number): Promise<void> {
    assertVersionName(version);
    const prefix = `merges/${version}/`;
    for (const { name } of await this.#options.objects.list(prefix)) {
      const barrier = Number(name.slice(prefix.length).split('/')[0]);
      if (!(barrier < before)) continue;
      await this.#options.objects.remove(name);
      this.#held.delete(folderOf({ version, barrier }));
    }
  }

  /** Undefined where a contribution does not read well, or others merged and removed it meanwhile. */
  async #merge(name: MergeName): Promise<Merge | undefined> {
    const folder = folderOf(name);
    const contributions: Contribution[] = [];
    const own = this.#own.get(folder);
    for (let partition = 0; partition < this.#options.partitions; partition += 1) {
      const remembered = own?.find((one) => one.partition === partition);
      if (remembered !== undefined) {
        contributions.push(remembered);
        continue;
      }
      const file = folder + contributionFile(partition);
      const read = await this.#readContribution(file, name);
      if (read?.partition !== partition) return undefined;
      contributions.push(read);
    }
    return this.#fold(contributions);
  }

  async #fold(contributions: readonly Contribution[]): Promise<Merge> {
    const steps = mergeContributions(contributions);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) await nextTurn();
    await this.write(step.value);
    return step.value;
  }

  /** Undefined, too, where another worker has merged and removed it while it was read. */
  async #readContribution(file: string, name: MergeName): Promise<Contribution | undefined> {
    try {
      return await this.#readFile(file, name, unpackContribution);
    } catch (error) {
      if (!hasCode(error, 'UNAVAILABLE')) throw error;
      if ((await this.#files(folderOf(name))).has(MERGE)) return undefined;
      throw error;
    }
  }

  /** Reads a file of a merge; what is damaged is reported and removed, so that it comes again. */
  async #readFile<T extends MergeName>(
    file: string,
    name: MergeName,
    unpack: (checkpoint: Checkpoint) => T | undefined,
  ): Promise<T | undefined> {
    const { objects, onDamaged } = this.#options;
    try {
      const read = unpack(await decodeInTurns(await readWhole(objects, file)));
      if (read?.version === name.version && read.barrier === name.barrier) return read;
      throw new RepriseError('DAMAGED', 'it is of another merge than its name');
    } catch (error) {
      if (hasCode(error, 'NOT_FOUND')) return undefined;
      if (!hasCode(error, 'DAMAGED')) throw error;
      onDamaged(objects.where(file), error.message);
      await objects.remove(file);
      return undefined;
    }
  }

  async #files(folder: string): Promise<ReadonlySet<string>> {
    const objects = await this.#options.objects.list(folder);
    return new Set(objects.map(({ name }) => name.slice(folder.length)));
  }

  #isWhole(files: ReadonlySet<string>): boolean {
    for (let partition = 0; partition < this.#options.partitions; partition += 1) {
      if (!files.has(contributionFile(partition))) return false;
    }
    return true;
  }

  #remember(folder: string, contribution: Contribution): void {
    const own = this.#own.get(folder) ?? [];
    if (own.every(({ partition }) => partition !== contribution.partition)) own.push(contribution);
    this.#own.set(folder, own);
    const [oldest] = this.#own.keys();
    if (this.#own.size > OWN_MAX && oldest !== undefined) this.#own.delete(oldest);
  }

  /** Aborts when this process has written the merge. */
  #wakeOf(folder: string): AbortSignal {
    const found = this.#wakes.get(folder) ?? new AbortController();
    this.#wakes.set(folder, found);
    return found.signal;
  }

  #hold(folder: string, merge: Merge): void {
    this.#own.delete(folder);
    this.#wakes.get(folder)?.abort();
    this.#wakes.delete(folder);
    this.#held.set(folder, merge);
    const [oldest] = this.#held.keys();
    if (this.#held.size > HELD_MAX && oldest !== undefined) this.#held.delete(oldest);
  }
}

function folderOf({ version, barrier }: MergeName): string {
  assertVersionName(version);
  return `merges/${version}/${String(barrier)}/`;
}

function contributionFile(partition: number): string {
  return `p${String(partition)}.safetensors`;
}
