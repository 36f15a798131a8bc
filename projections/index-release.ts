/** One partition's share of an index release. */
export interface IndexPartition {
  readonly partition: number;
  /** The last sequence that the indexed vectors hold. */
  readonly sequence: number;
  /** Items in the index; label i of the index is the item `ids[i]`. */
  readonly items: number;
  /** The Faiss factory string that the index was made by, e.g. `Flat` or `IVF256,Flat`. */
  readonly kind: string;
  /** Cells that a search probes; 0 where the kind has none. It is set in the file's header. */
  readonly probes: number;
  /** Share of the exact top 10 that the index finds, over the sampled queries; 1 where it is empty. */
  readonly recall10: number;
  /** Queries that the recall was measured on. */
  readonly queries: number;
  /** Names of the files in the release's folder, and the SHA-256 (hex) of each. */
  readonly indexFile: string;
  readonly indexSha256: string;
  /**
   * A safetensors file of what was indexed: `rows` of `[q, bias]` (items × (dimensions + 1)), `ids` (the item ids in
   * label order as a JSON array, UTF-8) and the `queries` that the recall was measured on.
   */
  readonly rowsFile: string;
  readonly rowsSha256: string;
}

/** What an index release says of itself; `manifest.json` in its folder. */
export interface IndexManifest {
  readonly format: 1;
  /** The release's name, also its folder's: lower-case letters, digits and `-`. */
  readonly release: string;
  /** The model version whose vectors are indexed. */
  readonly version: string;
  readonly dimensions: number;
  readonly partitions: readonly IndexPartition[];
  /** The lowest recall of the partitions. */
  readonly recall10: number;
  readonly createdMs: number;
  /** SHA-256 (hex) over the partitions' file hashes: names the release's content in `IndexReleased`. */
  readonly sha256: string;
}

/** The item vectors of one partition at one position, and real queries to measure recall on. */
export interface IndexInput {
  readonly version: string;
  readonly partition: number;
  /** The last sequence that the vectors hold. */
  readonly sequence: number;
  readonly dimensions: number;
  /** Item ids in row order. */
  readonly ids: readonly string[];
  /** Rows `[q, bias]`, ids.length · (dimensions + 1). */
  readonly rows: Float32Array;
  /** Queries `[h∘p, 1]` of users spread over the table, m · (dimensions + 1). */
  readonly queries: Float32Array;
}

/** What to build: a release of one model version over all partitions. */
export interface IndexJob {
  /** The name of the release to be: lower-case letters, digits and `-`. */
  readonly release: string;
  readonly createdMs: number;
  /** One input a partition, all of the same version and dimensions. */
  readonly inputs: readonly IndexInput[];
  /** The release is published only where every partition's recall@10 is at least this. */
  readonly recall10Min: number;
}

/** How far an index build has come, for heartbeats. */
export interface IndexProgress {
  readonly stage: 'writing' | 'training' | 'adding' | 'measuring' | 'publishing';
  readonly partition: number;
  readonly done: number;
  readonly total: number;
}

/** Builds index releases out of the core's process. */
export interface IndexBuilder {
  /**
   * Builds and publishes a release, measured against exact search, and resolves to its manifest; a release of
   * that name that stands already is returned as it is. Rejects with code INVALID where the recall stays below
   * `recall10Min`, UNAVAILABLE where Faiss is not there, and with the signal's reason when aborted.
   */
  build(
    job: IndexJob,
    onProgress: (progress: IndexProgress) => void,
    signal: AbortSignal,
  ): Promise<IndexManifest>;
}

/** Where an index build takes its vectors from: the serving state of the live version. */
export interface IndexSource {
  readonly partitions: number;
  /** Copies one partition's item vectors and at most `queriesMax` user queries as they stand now. */
  indexInput(partition: number, queriesMax: number): IndexInput;
}

/** One partition of a release that is read and checked: what serving needs beside the Faiss file. */
export interface LoadedIndexPartition {
  readonly partition: number;
  readonly ids: readonly string[];
  /** The rows `[q, bias]` as indexed: drift is measured against them. */
  readonly rows: Float32Array;
}

/** A release whose every file was checked against its SHA-256. */
export interface LoadedRelease {
  readonly manifest: IndexManifest;
  /** The release's folder, for the searcher. */
  readonly folder: string;
  readonly partitions: readonly LoadedIndexPartition[];
}

/** A release that was passed over, and why. */
export interface DamagedRelease {
  readonly release: string;
  readonly reason: string;
}

/** The published index releases, immutable, each in a folder of its own. */
export interface IndexReleaseStore {
  /** Manifests of the releases that are there, newest first. */
  list(): Promise<readonly IndexManifest[]>;
  /** Reads a release and checks all of its files; rejects with code NOT_FOUND or DAMAGED. */
  load(release: string): Promise<LoadedRelease>;
  /** The newest release of this version whose files hold; damaged ones are passed over and reported. */
  newest(
    version: string,
    onDamaged: (damaged: DamagedRelease) => void,
  ): Promise<LoadedRelease | undefined>;
  /** Removes all but the newest `keep` releases, never one of `except`; resolves to the names removed. */
  removeOld(keep: number, except?: readonly string[]): Promise<readonly string[]>;
}
