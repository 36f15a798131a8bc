import { createHash } from 'node:crypto';
import type {
  CheckpointQuery,
  CheckpointStore,
  LoadedCheckpoint,
  SavedCheckpoint,
} from '../../activities/replay/checkpoint-store.ts';
import type { Fence, FenceStore } from '../../activities/replay/fences.ts';
import type { ListedObject, ObjectStore } from '../../activities/object-store.ts';
import { hasCode, RepriseError } from '../../events/error.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { encodeCheckpoint } from '../../model/safetensors.ts';
import { assertVersionName, CHECKPOINTS_KEPT_MAX, refuseMisnamed } from '../checkpoint-naming.ts';
import { decodeInTurns } from '../tensor-file.ts';
import { readWhole } from './objects/local-copy.ts';
import type { ObjectCache } from './objects/object-cache.ts';

/** Settings of the checkpoint store. */
export interface CheckpointsOptions {
  /** Holds `checkpoints/<version>/p<partition>-f<fence>-<sequence>.safetensors`. */
  readonly objects: ObjectStore;
  /** What stands there for `checkpoints`, for the states of versions that are held beside the live one. */
  readonly folder?: 'checkpoints' | 'shadows';
  readonly fences: Pick<FenceStore, 'check'>;
  /** The fence by which this process moves a partition; undefined where it does not. */
  readonly fenceOf: (partition: number) => Fence | undefined;
  /** Keeps copies on the local disk, for a store that is far away. */
  readonly cache?: Pick<ObjectCache, 'read'>;
  /** Checkpoints kept of each version and partition, the newest first to stay. */
  readonly checkpointsKeptMax?: number;
  /** Told of a checkpoint that was passed over because it does not read well. */
  readonly onDamaged: (path: string, reason: string) => void;
}

/** The checkpoint store that all workers share: with what bounds the states of versions without a name beside the port. */
export interface SharedCheckpointStore extends CheckpointStore {
  /** The versions that there are checkpoints of, oldest first. */
  versions(): Promise<readonly string[]>;
  /** Deletes the checkpoints of all versions but some; returns how many there were. */
  keepOnly(versions: ReadonlySet<string>): Promise<number>;
}

interface Listed {
  readonly version: string;
  readonly partition: number;
  readonly fence: number;
  readonly sequence: number;
  readonly path: string;
  readonly object: ListedObject;
}

/**
 * Opens the checkpoint store that all workers share. A checkpoint is put only by who holds its partition's fence, whose
 * number is in the name: what a paused mover may still put stands behind everything of its successors.
 */
export function openCheckpoints(options: CheckpointsOptions): SharedCheckpointStore {
  return new SharedCheckpoints(options);
}

class SharedCheckpoints implements SharedCheckpointStore {
  readonly #options: CheckpointsOptions;
  readonly #keptMax: number;
  readonly #folder: string;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
    this.#keptMax = options.checkpointsKeptMax ?? CHECKPOINTS_KEPT_MAX;
    this.#folder = `${options.folder ?? 'checkpoints'}/`;
  }

  async save(checkpoint: Checkpoint): Promise<SavedCheckpoint> {
    const { objects, fences } = this.#options;
    const { version, partition, sequence } = checkpoint.manifest;
    assertVersionName(version);
    const fence = this.#fenceOf(partition);
    const name = `${this.#folder}${version}/p${String(partition)}-f${String(fence.number)}-${String(sequence)}.safetensors`;
    await fences.check(fence);
    // Again when all is written but not published: writing may take long, and the process may have been stopped in it.
    const confirm = (): Promise<void> => fences.check(fence);
    const { sha256, bytes } = await objects.put(name, encodeCheckpoint(checkpoint), confirm);
    await this.#prune(version, partition);
    return { version, partition, sequence, sha256, path: objects.where(name), bytes };
  }

  async newest({
    version,
    partition,
    atMost = Infinity,
  }: CheckpointQuery): Promise<LoadedCheckpoint | undefined> {
    for (const listed of await this.list(partition)) {
      if (listed.sequence > atMost) continue;
      if (version !== undefined && listed.version !== version) continue;
      const loaded = await this.#load(listed);
      if (loaded !== undefined) return loaded;
    }
    return undefined;
  }

  async list(partition: number): Promise<readonly Listed[]> {
    const found: Listed[] = [];
    for (const object of await this.#options.objects.list(this.#folder)) {
      const match = /^([^/]+)\/p(\d+)-f(\d+)-(-?\d+)\.safetensors$/.exec(
        object.name.slice(this.#folder.length),
      );
      if (match === null || Number(match[2]) !== partition) continue;
      const [version, fence, sequence] = [match[1] ?? '', Number(match[3]), Number(match[4])];
      const path = this.#options.objects.where(object.name);
      found.push({ version, partition, fence, sequence, path, object });
    }
    return found.sort((a, b) => b.fence - a.fence || b.sequence - a.sequence);
  }

  async versions(): Promise<readonly string[]> {
    const names = await this.#options.objects.list(this.#folder);
    const versions = new Set(names.map(({ name }) => this.#versionOf(name)));
    const byNumber = new Intl.Collator('en', { numeric: true });
    return [...versions].sort((left, right) => byNumber.compare(left, right));
  }

  async keepOnly(versions: ReadonlySet<string>): Promise<number> {
    const { objects } = this.#options;
    const others = (await objects.list(this.#folder)).filter(
      ({ name }) => !versions.has(this.#versionOf(name)),
    );
    for (const { name } of others) await objects.remove(name);
    return others.length;
  }

  #versionOf(name: string): string {
    return name.slice(this.#folder.length).split('/')[0] ?? '';
  }

  #fenceOf(partition: number): Fence {
    const fence = this.#options.fenceOf(partition);
    if (fence !== undefined) return fence;
    throw new RepriseError(
      'FENCED',
      `this process does not move partition ${String(partition)}: its mover takes the checkpoints`,
      { partition },
    );
  }

  async #load(listed: Listed): Promise<LoadedCheckpoint | undefined> {
    const { cache, objects, onDamaged } = this.#options;
    const { version, partition, sequence, path, object } = listed;
    try {
      const content =
        cache === undefined ? await readWhole(objects, object.name) : await cache.read(object);
      const checkpoint = await decodeInTurns(content);
      refuseMisnamed(checkpoint, listed);
      const sha256 = sha256Of(content);
      const bytes = content.length;
      return { saved: { version, partition, sequence, path, sha256, bytes }, checkpoint };
    } catch (error) {
      // What was dropped since the list was made is no damage; a store that is away is no reason to begin anew.
      if (hasCode(error, 'NOT_FOUND')) return undefined;
      if (!hasCode(error, 'DAMAGED')) throw error;
      onDamaged(path, error.message);
      return undefined;
    }
  }

  async #prune(version: string, partition: number): Promise<void> {
    const all = (await this.list(partition)).filter((one) => one.version === version);
    for (const { object } of all.slice(this.#keptMax)) {
      await this.#options.objects.remove(object.name);
    }
  }
}

function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
