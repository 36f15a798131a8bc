import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';

/** A model version that this data folder can build: its definition, and where it came from. */
export interface RegisteredVersion {
  readonly definition: VersionDefinition;
  /** The version that it was trained from; null for the first. */
  readonly parent: string | null;
  readonly createdMs: number;
  /** The workflow that trained it; null for the first. */
  readonly trainedBy: string | null;
  /** What was measured when it was made, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** True where its bases held a user who was erased: they are gone, and it can't be built any more. */
  readonly retired?: boolean;
}

/** A version about to be registered: the SHA-256 of its base files are the registry's to tell. */
export interface NewVersion extends Omit<RegisteredVersion, 'definition'> {
  readonly definition: Omit<VersionDefinition, 'baseSha256'>;
}

/** The model versions by name, with the base checkpoints that trained ones start from. */
export interface VersionRegistry {
  /** Every version, oldest first. */
  list(): Promise<readonly RegisteredVersion[]>;
  /** A version by name, undefined where it is unknown. */
  get(version: string): Promise<RegisteredVersion | undefined>;
  /** A name that no version has yet: `v2`, `v3`, … */
  nextName(): Promise<string>;
  /**
   * Stores a version with one base checkpoint a partition, null where it starts empty. Storing it again with the
   * same content changes nothing; with other content it throws CONFLICT.
   */
  register(version: NewVersion, bases: readonly Checkpoint[] | null): Promise<RegisteredVersion>;
  /** The verified base of a version's partition, undefined where it starts empty; throws DAMAGED, NOT_FOUND. */
  base(version: string, partition: number): Promise<Checkpoint | undefined>;
}
