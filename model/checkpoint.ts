/** A tensor of a checkpoint; the element type follows from the array (safetensors F32, F64, I32, U32, U8). */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;
}

/** What a checkpoint was made of, so that each proves the one before it. */
export interface CheckpointLink {
  /** Where its parent stands: what was learned since is the journal's range from there to its own sequence. */
  readonly from: number;
  /** The hash of the journal's block that holds its sequence, which proves all before it. */
  readonly logSha256: string;
  /** SHA-256 of the version's definition. */
  readonly settingsSha256: string;
  /** SHA-256 of the kernel's module; null where the plain twin learned. */
  readonly kernelSha256: string | null;
  /** A digest of the rows as the live state handed them out there; null where it was not noted. */
  readonly rows: string | null;
}

/** What a checkpoint says of itself; stands in the safetensors metadata beside the SHA-256 of every tensor. */
export interface CheckpointManifest {
  readonly version: string;
  readonly partition: number;
  /** The last sequence that the state holds. */
  readonly sequence: number;
  readonly settings: Readonly<Record<string, unknown>>;
  /** File SHA-256 (hex) of the checkpoint that this one continues, null for the first. */
  readonly parent: string | null;
  readonly createdMs: number;
  /** Absent in those of older releases, and in bases. */
  readonly link?: CheckpointLink;
  /** Everything else that the state needs and is no tensor (bounded): dead letters, counters, training metrics. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Tensors and manifest: the state of one partition of one version at one position. */
export interface Checkpoint {
  readonly manifest: CheckpointManifest;
  readonly tensors: Readonly<Record<string, Tensor>>;
}
