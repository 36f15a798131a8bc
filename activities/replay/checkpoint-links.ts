import type { ChainedJournal } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import type { Checkpoint, CheckpointManifest } from '../../model/checkpoint.ts';
import type { CheckpointStore, SavedCheckpoint } from './checkpoint-store.ts';
import { definitionSha256 } from './definition-hash.ts';
import type { VersionRegistry } from '../versions/version-registry.ts';

/** What links are made of. */
export interface CheckpointLinksDeps {
  readonly checkpoints: Pick<CheckpointStore, 'save' | 'newest'>;
  readonly journal: Pick<ChainedJournal, 'chainHash'>;
  readonly registry: Pick<VersionRegistry, 'get'>;
  readonly kernelSha256: string | null;
  /** What the rows of the live state were at a sequence, where that was noted. */
  readonly rowsAt: (partition: number, at: number) => string | undefined;
}

/** What a checkpoint continues. */
interface Parent {
  readonly sha256: string | null;
  readonly sequence: number;
}

/** Saves checkpoints, each tied to the one before it, to the journal's range that it holds, and to what learned it. */
export class CheckpointLinks {
  readonly #deps: CheckpointLinksDeps;
  /** The checkpoint saved last, by version and partition. */
  readonly #last = new Map<string, Parent>();

  constructor(deps: CheckpointLinksDeps) {
    this.#deps = deps;
  }

  /** Saves a checkpoint with its link. */
  async save(checkpoint: Checkpoint): Promise<SavedCheckpoint> {
    const { version, partition, sequence: at } = checkpoint.manifest;
    const manifest = await this.#linked(checkpoint.manifest);
    const saved = await this.#deps.checkpoints.save({ ...checkpoint, manifest });
    this.#last.set(`${version}/${String(partition)}`, { sha256: saved.sha256, sequence: at });
    return saved;
  }

  /** Forgets what was saved last of a partition: another process may have saved since. */
  forget(partition: number): void {
    for (const key of this.#last.keys()) {
      if (key.endsWith(`/${String(partition)}`)) this.#last.delete(key);
    }
  }

  async #linked(manifest: CheckpointManifest): Promise<CheckpointManifest> {
    const { journal, registry, kernelSha256, rowsAt } = this.#deps;
    const { version, partition, sequence: at } = manifest;
    const known = await registry.get(version);
    if (known === undefined) return manifest;
    // The rows are looked up first: marks of long ago are let go of.
    const rows = rowsAt(partition, at) ?? null;
    const parent = (await this.#parent(manifest)) ?? {
      sha256: known.definition.baseSha256?.[partition] ?? null,
      sequence: known.definition.start[partition] ?? ORIGIN,
    };
    const link = {
      from: parent.sequence,
      logSha256: await journal.chainHash(partition, sequence(at)),
      settingsSha256: definitionSha256(known.definition),
      kernelSha256,
      rows,
    };
    return { ...manifest, parent: parent.sha256, link };
  }

  async #parent({
    version,
    partition,
    sequence: at,
  }: CheckpointManifest): Promise<Parent | undefined> {
    const last = this.#last.get(`${version}/${String(partition)}`);
    if (last !== undefined && last.sequence < at) return last;
    const kept = await this.#deps.checkpoints.newest({ version, partition, atMost: at - 1 });
    return kept && { sha256: kept.saved.sha256, sequence: kept.saved.sequence };
  }
}
