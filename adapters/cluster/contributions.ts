import type { MergeName } from '../../activities/merges/merge-store.ts';
import type { ObjectStore } from '../../activities/object-store.ts';
import { hasCode, RepriseError } from '../../events/error.ts';
import type { Contribution } from '../../model/merge.ts';
import { packContribution, unpackContribution } from '../../model/merge-tensors.ts';
import { encodeCheckpoint } from '../../model/safetensors.ts';
import { assertVersionName } from '../checkpoint-naming.ts';
import { decodeInTurns } from '../tensor-file.ts';
import { readWhole } from './objects/local-copy.ts';

/** Told of what does not read well: it counts as lost. */
export type OnDamaged = (path: string, reason: string) => void;

/** Where contributions wait for each other until they are merged; they may be lost. */
export interface Contributions {
  /** Takes a contribution; gives the partitions whose contributions are there by now. */
  put(contribution: Contribution): Promise<ReadonlySet<number>>;
  /** The partitions whose contributions are there. */
  partitions(name: MergeName): Promise<ReadonlySet<number>>;
  /** A partition's contribution; undefined where there is none, or it is damaged. */
  read(name: MergeName, partition: number): Promise<Contribution | undefined>;
  /** Drops what was merged. */
  drop(name: MergeName): Promise<void>;
}

/** The folder of a barrier among the shared objects. */
export function folderOf({ version, barrier }: MergeName): string {
  assertVersionName(version);
  return `merges/${version}/${String(barrier)}/`;
}

/** The bytes of a contribution. */
export function contributionBytes(contribution: Contribution): Buffer {
  return Buffer.concat([...encodeCheckpoint(packContribution(contribution))]);
}

/** Reads a contribution; throws DAMAGED where it is not that of its name. */
export async function contributionFrom(
  bytes: Uint8Array,
  { version, barrier }: MergeName,
  partition: number,
): Promise<Contribution> {
  const read = unpackContribution(await decodeInTurns(bytes));
  const isIts = read?.version === version && read.barrier === barrier;
  if (read !== undefined && isIts && read.partition === partition) return read;
  throw new RepriseError('DAMAGED', 'it is of another merge than its name');
}

/** Keeps contributions as shared objects: durable, and slow by a few file calls each. */
export class SharedContributions implements Contributions {
  readonly #objects: ObjectStore;
  readonly #onDamaged: OnDamaged;

  constructor(objects: ObjectStore, onDamaged: OnDamaged) {
    this.#objects = objects;
    this.#onDamaged = onDamaged;
  }

  async put(contribution: Contribution): Promise<ReadonlySet<number>> {
    const there = await this.partitions(contribution);
    // One that stands is the same: to put it again would disturb whoever reads it.
    if (there.has(contribution.partition)) return there;
    const file = fileOf(contribution, contribution.partition);
    await this.#objects.put(file, [contributionBytes(contribution)]);
    return this.partitions(contribution);
  }

  async partitions(name: MergeName): Promise<ReadonlySet<number>> {
    const folder = folderOf(name);
    const objects = await this.#objects.list(folder);
    const found = objects.map((object) => /^p(\d+)\./.exec(object.name.slice(folder.length))?.[1]);
    return new Set(found.filter((one) => one !== undefined).map(Number));
  }

  async read(name: MergeName, partition: number): Promise<Contribution | undefined> {
    const file = fileOf(name, partition);
    try {
      return await contributionFrom(await readWhole(this.#objects, file), name, partition);
    } catch (error) {
      if (hasCode(error, 'NOT_FOUND')) return undefined;
      if (!hasCode(error, 'DAMAGED')) throw error;
      this.#onDamaged(this.#objects.where(file), error.message);
      await this.#objects.remove(file);
      return undefined;
    }
  }

  async drop(name: MergeName): Promise<void> {
    for (const partition of await this.partitions(name)) {
      await this.#objects.remove(fileOf(name, partition));
    }
  }
}

function fileOf(name: MergeName, partition: number): string {
  return `${folderOf(name)}p${String(partition)}.safetensors`;
}
