import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { MergeName, MergeStore } from '../../activities/merges/merge-store.ts';
import type { ObjectStore } from '../../activities/object-store.ts';
import { hasCode, RepriseError } from '../../events/error.ts';
import { mergeContributions } from '../../model/merge.ts';
import type { Contribution, Merge } from '../../model/merge.ts';
import { packMerge, unpackMerge } from '../../model/merge-tensors.ts';
import { encodeCheckpoint } from '../../model/safetensors.ts';
import { assertVersionName } from '../checkpoint-naming.ts';
import { decodeInTurns } from '../tensor-file.ts';
import { SharedContributions, folderOf } from './contributions.ts';
import type { Contributions, OnDamaged } from './contributions.ts';
import { readWhole } from './objects/local-copy.ts';
import { MergeKeeping } from './merge-keeping.ts';
import { RedisContributions } from './redis/redis-contributions.ts';
import type { RedisLink } from './redis/redis.ts';
import type { ToldMerges } from './redis/told-merges.ts';

/** Settings of the merge store. */
export interface MergesOptions {
  /** Holds `merges/<version>/<barrier>/merge.safetensors`. */
  readonly objects: ObjectStore;
  /** Where contributions wait for each other; among the objects, as `p<partition>.safetensors`, where it is absent. */
  readonly link?: RedisLink | undefined;
  /** Where a merge that has a memory is told as soon as it is made: learners of processes that answer wait for it. */
  readonly told?: Pick<ToldMerges, 'tell'>;
  readonly partitions: number;
  /** Told of a merge or a contribution that does not read well: it counts as lost. */
  readonly onDamaged: OnDamaged;
  /** Told, once an outage, that merges cannot be made durable: they are tried again. */
  readonly onUnkept?: (error: unknown) => void;
}

/** Merges kept of a version where nobody prunes, the newest first to stay: more than the checkpoints kept can need. */
const MERGES_KEPT_MAX = 4_096;
/** Barriers between two looks at whether there are more. */
const KEPT_LOOK_BARRIERS = 64;
const HELD_MAX = 8;
const CHANGED_MS_MAX = 1_000;
/** Looks are close together at first, for the others most often are. */
const CHANGED_LOOK_MS_MIN = 5;
const CHANGED_LOOK_MS_TOP = 100;
const MERGE = 'merge.safetensors';
/** How long contributions are gathered before others are told where the last merge was made of those from here alone. */
const GATHER_MS = 80;

/**
 * Opens the merge store that all workers share. Whoever finds the contributions of all partitions merges them: it comes
 * to the same bytes for everybody, so that it does not matter who is first, or who died before. A merge is held at once
 * and made durable beside; its contributions stay until then.
 */
export function openMerges(options: MergesOptions): MergeStore {
  return new SharedMerges(options);
}

class SharedMerges implements MergeStore {
  readonly #options: MergesOptions;
  readonly #contributions: Contributions;
  readonly #keeping: MergeKeeping;
  readonly #held = new Map<string, Merge>();
  /** Merges under way here, for all partitions of this process. */
  readonly #merging = new Map<string, Promise<Merge | undefined>>();
  /** What was contributed here, by merge and partition: it need not be read again, and comes again where it is lost. */
  readonly #own = new Map<string, Map<number, Contribution>>();
  /** Whether the last merge was made of contributions from here alone, as where all partitions are moved here. */
  #isAlone = false;
  /** What the others are about to be told. */
  readonly #telling = new Map<string, NodeJS.Timeout>();
  /** Told of every merge that is held from now on. */
  readonly #waiting = new Set<(folder: string) => void>();

  constructor(options: MergesOptions) {
    this.#options = options;
    const { objects, link, onDamaged } = options;
    const shared = new SharedContributions(objects, onDamaged);
    this.#contributions =
      link === undefined ? shared : new RedisContributions(link, shared, onDamaged);
    this.#keeping = new MergeKeeping({
      keep: (merge) => this.#keep(merge),
      isKept: (merge) => this.#isMerged(merge),
      onUnkept: options.onUnkept ?? (() => undefined),
    });
  }

  async contribute(contribution: Contribution): Promise<void> {
    const folder = folderOf(contribution);
    if (this.#held.has(folder)) return;
    await this.#keeping.room();
    const own = this.#remember(folder, contribution);
    if (this.#isWhole(new Set(own.keys()))) await this.#mergeOnce(contribution, true);
    else if (this.#isAlone) this.#tellSoon(contribution);
    else if (this.#isWhole(await this.#contributions.put(contribution))) {
      await this.#mergeOnce(contribution, true);
    }
  }

  async read(name: MergeName): Promise<Merge | undefined> {
    const folder = folderOf(name);
    const held = this.#held.get(folder) ?? (await this.#merging.get(folder));
    if (held !== undefined) return held;
    if (await this.#isMerged(name)) {
      const merge = await this.#readMerge(name);
      if (merge !== undefined) this.#hold(folder, merge);
      return merge;
    }
    return this.#isWhole(await this.#there(name)) ? this.#mergeOnce(name, false) : undefined;
  }

  async write(merge: Merge): Promise<void> {
    await this.#keep(merge);
    this.#hold(folderOf(merge), merge);
  }

  async missing(name: MergeName): Promise<readonly number[]> {
    const folder = folderOf(name);
    if (this.#held.has(folder) || (await this.#isMerged(name))) return [];
    const there = await this.#there(name);
    const partitions = Array.from({ length: this.#options.partitions }, (_, at) => at);
    return partitions.filter((partition) => !there.has(partition));
  }

  async changed(name: MergeName, signal: AbortSignal): Promise<void> {
    const folder = folderOf(name);
    const held = new AbortController();
    const hear = (one: string): void => {
      if (one === folder) held.abort();
    };
    this.#waiting.add(hear);
    const over = AbortSignal.any([signal, held.signal]);
    let lookMs = CHANGED_LOOK_MS_MIN;
    try {
      for (let waitedMs = 0; waitedMs < CHANGED_MS_MAX; waitedMs += lookMs) {
        if (over.aborted || this.#held.has(folder)) return;
        if (this.#isWhole(await this.#there(name))) return;
        if (await this.#isMerged(name)) return;
        // An abort ends the pause; it is seen above.
        await sleep(lookMs, undefined, { signal: over }).catch(() => undefined);
        lookMs = Math.min(2 * lookMs, CHANGED_LOOK_MS_TOP);
      }
    } finally {
      this.#waiting.delete(hear);
    }
  }

  async prune(version: string, before: number): Promise<void> {
    // What is about to be made durable would come again.
    await this.#keeping.idle();
    await this.#prune(version, before);
  }

  async #prune(version: string, before: number): Promise<void> {
    assertVersionName(version);
    const prefix = `merges/${version}/`;
    for (const { name } of await this.#options.objects.list(prefix)) {
      const barrier = Number(name.slice(prefix.length).split('/')[0]);
      if (!(barrier < before)) continue;
      await this.#options.objects.remove(name);
      this.#held.delete(folderOf({ version, barrier }));
    }
  }

  /** Tells the others what was contributed here, unless it is merged by then; who tells last merges. */
  #tellSoon(name: MergeName): void {
    const folder = folderOf(name);
    if (this.#telling.has(folder)) return;
    const tell = async (): Promise<void> => {
      this.#telling.delete(folder);
      this.#isAlone = false;
      if (this.#held.has(folder) || (await this.#isMerged(name))) return;
      if (this.#isWhole(await this.#there(name))) await this.#mergeOnce(name, true);
    };
    // What fails is done again by whoever waits for the merge, and told there.
    const timer = setTimeout(() => void tell().catch(() => undefined), GATHER_MS);
    this.#telling.set(folder, timer.unref());
  }

  /** The partitions whose contributions are there; those from here are told again where they were lost. */
  async #there(name: MergeName): Promise<ReadonlySet<number>> {
    const folder = folderOf(name);
    const there = await this.#contributions.partitions(name);
    const own = this.#own.get(folder) ?? new Map<number, Contribution>();
    if (!this.#telling.has(folder)) {
      for (const [partition, contribution] of own) {
        if (!there.has(partition)) await this.#contributions.put(contribution);
      }
    }
    return new Set([...there, ...own.keys()]);
  }

  /** Merges, or joins who does so in this process already. */
  #mergeOnce(name: MergeName, isLast: boolean): Promise<Merge | undefined> {
    const folder = folderOf(name);
    let merging = this.#merging.get(folder);
    if (merging === undefined) {
      merging = this.#merge(name, isLast).finally(() => this.#merging.delete(folder));
      this.#merging.set(folder, merging);
    }
    return merging;
  }

  /** Undefined where a contribution does not read well, or others made the merge durable meanwhile. */
  async #merge(name: MergeName, isLast: boolean): Promise<Merge | undefined> {
    const folder = folderOf(name);
    const own = this.#own.get(folder);
    const contributions: Contribution[] = [];
    for (let partition = 0; partition < this.#options.partitions; partition += 1) {
      const read = own?.get(partition) ?? (await this.#readContribution(name, partition));
      if (read === undefined) return undefined;
      contributions.push(read);
    }
    this.#isAlone = own?.size === contributions.length;
    const steps = mergeContributions(contributions);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) await nextTurn();
    this.#hold(folder, step.value);
    this.#keeping.add(step.value, isLast);
    if (isLast && step.value.memory !== undefined) {
      // What is not heard is read once it is durable.
      this.#options.told?.tell(step.value).catch(() => undefined);
    }
    return step.value;
  }

  /** Undefined, too, where another worker has merged and removed it while it was read. */
  async #readContribution(name: MergeName, partition: number): Promise<Contribution | undefined> {
    try {
      return await this.#contributions.read(name, partition);
    } catch (error) {
      if (!hasCode(error, 'UNAVAILABLE') || !(await this.#isMerged(name))) throw error;
      return undefined;
    }
  }

  /** Makes a merge durable; then nobody needs what was contributed to it. */
  async #keep(merge: Merge): Promise<void> {
    const { objects } = this.#options;
    await objects.put(folderOf(merge) + MERGE, encodeCheckpoint(packMerge(merge)));
    await this.#contributions.drop(merge);
    if (merge.barrier % KEPT_LOOK_BARRIERS === 0) {
      await this.#prune(merge.version, merge.barrier - MERGES_KEPT_MAX);
    }
  }

  /** What is damaged is reported and removed, so that it is derived again. */
  async #readMerge(name: MergeName): Promise<Merge | undefined> {
    const { objects, onDamaged } = this.#options;
    const file = folderOf(name) + MERGE;
    try {
      const read = unpackMerge(await decodeInTurns(await readWhole(objects, file)));
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

  async #isMerged(name: MergeName): Promise<boolean> {
    const file = folderOf(name) + MERGE;
    const objects = await this.#options.objects.list(folderOf(name));
    return objects.some((object) => object.name === file);
  }

  #isWhole(there: ReadonlySet<number>): boolean {
    for (let partition = 0; partition < this.#options.partitions; partition += 1) {
      if (!there.has(partition)) return false;
    }
    return true;
  }

  #remember(folder: string, contribution: Contribution): ReadonlyMap<number, Contribution> {
    const own = this.#own.get(folder) ?? new Map<number, Contribution>();
    this.#own.set(folder, own.set(contribution.partition, contribution));
    const [oldest] = this.#own.keys();
    if (this.#own.size > HELD_MAX && oldest !== undefined) this.#own.delete(oldest);
    return own;
  }

  #hold(folder: string, merge: Merge): void {
    this.#held.set(folder, merge);
    this.#own.delete(folder);
    clearTimeout(this.#telling.get(folder));
    this.#telling.delete(folder);
    for (const hear of this.#waiting) hear(folder);
    const [oldest] = this.#held.keys();
    if (this.#held.size > HELD_MAX && oldest !== undefined) this.#held.delete(oldest);
  }
}
