import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  CheckpointQuery,
  CheckpointStore,
  LoadedCheckpoint,
  SavedCheckpoint,
} from '../../activities/replay/checkpoint-store.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { assertVersionName, CHECKPOINTS_KEPT_MAX, refuseMisnamed } from '../checkpoint-naming.ts';
import { readTensorFile, writeTensorFile } from '../tensor-file.ts';

/** Settings of the checkpoint store. */
export interface CheckpointsOptions {
  /** One folder a version below it, `p<partition>-<sequence>.safetensors` in each. */
  readonly folder: string;
  /** Checkpoints kept of each version and partition, the newest first to stay. */
  readonly checkpointsKeptMax?: number;
  /** Told of a checkpoint that was passed over because it does not read well. */
  readonly onDamaged: (path: string, reason: string) => void;
}

const SUFFIX = '.safetensors';

interface Listed {
  readonly version: string;
  readonly partition: number;
  readonly sequence: number;
  readonly path: string;
}

/** The checkpoint store of the embedded profile: with what erasure needs beside the port. */
export interface EmbeddedCheckpoints extends CheckpointStore {
  /** Deletes the checkpoints of all versions but one; returns how many there were. */
  removeOthers(version: string): Promise<number>;
  /** The versions that there are checkpoints of, oldest first. */
  versions(): Promise<readonly string[]>;
  /** Deletes the checkpoints of all versions but some; returns how many there were. */
  keepOnly(versions: ReadonlySet<string>): Promise<number>;
}

/** Opens the checkpoint store of a folder, which need not be there yet. */
export function openCheckpoints(options: CheckpointsOptions): EmbeddedCheckpoints {
  return new FolderCheckpoints(options);
}

class FolderCheckpoints implements EmbeddedCheckpoints {
  readonly #folder: string;
  readonly #keptMax: number;
  readonly #onDamaged: CheckpointsOptions['onDamaged'];

  constructor(options: CheckpointsOptions) {
    this.#folder = options.folder;
    this.#keptMax = options.checkpointsKeptMax ?? CHECKPOINTS_KEPT_MAX;
    this.#onDamaged = options.onDamaged;
  }

  async save(checkpoint: Checkpoint): Promise<SavedCheckpoint> {
    const { version, partition, sequence } = checkpoint.manifest;
    assertVersionName(version);
    const folder = join(this.#folder, version);
    await mkdir(folder, { recursive: true });
    const path = join(folder, `p${String(partition)}-${String(sequence)}.safetensors`);
    const { sha256, bytes } = await writeTensorFile(path, checkpoint);
    const older = (await this.list(partition)).filter((one) => one.version === version);
    for (const { path: old } of older.slice(this.#keptMax)) await rm(old, { force: true });
    return { version, partition, sequence, sha256, path, bytes };
  }

  async newest({
    version,
    partition,
    atMost = Infinity,
  }: CheckpointQuery): Promise<LoadedCheckpoint | undefined> {
    for (const listed of await this.list(partition)) {
      if (listed.sequence > atMost) continue;
      if (version !== undefined && listed.version !== version) continue;
      try {
        const { checkpoint, sha256, bytes } = await readTensorFile(listed.path);
        refuseMisnamed(checkpoint, listed);
        return { saved: { ...listed, sha256, bytes }, checkpoint };
      } catch (error) {
        this.#onDamaged(listed.path, error instanceof Error ? error.message : String(error));
      }
    }
    return undefined;
  }

  async versions(): Promise<readonly string[]> {
    const names = await namesIn(this.#folder);
    const byNumber = new Intl.Collator('en', { numeric: true });
    return [...names].sort((left, right) => byNumber.compare(left, right));
  }

  removeOthers(version: string): Promise<number> {
    return this.keepOnly(new Set([version]));
  }

  async keepOnly(versions: ReadonlySet<string>): Promise<number> {
    let removed = 0;
    for (const other of await namesIn(this.#folder)) {
      if (versions.has(other)) continue;
      const folder = join(this.#folder, other);
      removed += (await namesIn(folder)).filter((name) => name.endsWith(SUFFIX)).length;
      await rm(folder, { recursive: true, force: true });
    }
    return removed;
  }

  async list(partition: number): Promise<readonly Listed[]> {
    const found: Listed[] = [];
    for (const version of await namesIn(this.#folder)) {
      for (const name of await namesIn(join(this.#folder, version))) {
        const match = /^p(\d+)-(-?\d+)\.safetensors$/.exec(name);
        if (match === null || Number(match[1]) !== partition) continue;
        const path = join(this.#folder, version, name);
        found.push({ version, partition, sequence: Number(match[2]), path });
      }
    }
    return found.sort((left, right) => right.sequence - left.sequence);
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder);
    return entries.sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
