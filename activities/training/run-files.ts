import type { Checkpoint, Tensor } from '../../model/checkpoint.ts';

/** A file of a run that stands on disk. */
export interface RunFile {
  readonly path: string;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
}

/** The working folder of each training run and index build: files that go when the run, or one after it, is over. */
export interface RunFiles {
  /**
   * The path on this machine that a file of a run has, whether it stands there or not; the run's folder is made. A
   * file that was kept on another machine stands there now.
   */
  path(run: string, name: string): Promise<string>;
  /** Keeps a file that a child wrote at its path, so that the run can go on on another machine. */
  keep(run: string, name: string): Promise<void>;
  /** Writes tensors as safetensors, whole or not at all, in slices that let the event loop turn. */
  writeTensors(
    run: string,
    name: string,
    tensors: Readonly<Record<string, Tensor>>,
    about: Readonly<Record<string, unknown>>,
  ): Promise<RunFile>;
  /** Writes a checkpoint in the same way. */
  writeCheckpoint(run: string, name: string, checkpoint: Checkpoint): Promise<RunFile>;
  /** Reads and verifies a checkpoint or a tensor file; undefined where there is none. */
  read(run: string, name: string): Promise<Checkpoint | undefined>;
  /** Writes a JSON document, whole or not at all. */
  writeNote(run: string, name: string, note: unknown): Promise<void>;
  /** Reads a JSON document; undefined where there is none. */
  readNote(run: string, name: string): Promise<unknown>;
  /** The runs that have files. */
  list(): Promise<readonly string[]>;
  /** Removes files of a run, or all of it where no name is given. */
  remove(run: string, names?: readonly string[]): Promise<void>;
}
