import { access, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunFile, RunFiles } from '../../activities/training/run-files.ts';
import type { Checkpoint, Tensor } from '../../model/checkpoint.ts';
import { publishFile } from '../published-file.ts';
import { assertRunName, tensorsOfRun } from '../run-tensors.ts';
import { isMissing, readTensorFile, writeTensorFile } from '../tensor-file.ts';

/** Opens the working folders of runs: `<run>/…`, one a workflow. */
export function openRuns(options: { readonly folder: string }): RunFiles {
  return new FolderRuns(options.folder);
}

class FolderRuns implements RunFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async path(run: string, name: string): Promise<string> {
    const folder = this.#of(run);
    await mkdir(folder, { recursive: true });
    return join(folder, name);
  }

  async keep(run: string, name: string): Promise<void> {
    // There is one machine, and the child published its file itself.
    await access(join(this.#of(run), name));
  }

  async writeTensors(
    run: string,
    name: string,
    tensors: Readonly<Record<string, Tensor>>,
    about: Readonly<Record<string, unknown>>,
  ): Promise<RunFile> {
    return this.writeCheckpoint(run, name, tensorsOfRun(run, tensors, about));
  }

  async writeCheckpoint(run: string, name: string, checkpoint: Checkpoint): Promise<RunFile> {
    const path = await this.path(run, name);
    const { sha256 } = await writeTensorFile(path, checkpoint);
    return { path, sha256 };
  }

  async read(run: string, name: string): Promise<Checkpoint | undefined> {
    try {
      return (await readTensorFile(join(this.#of(run), name))).checkpoint;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async writeNote(run: string, name: string, note: unknown): Promise<void> {
    await publishFile(await this.path(run, name), `${JSON.stringify(note, null, 2)}\n`);
  }

  async readNote(run: string, name: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(join(this.#of(run), name), 'utf8'));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async list(): Promise<readonly string[]> {
    try {
      return (await readdir(this.#folder)).sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async remove(run: string, names?: readonly string[]): Promise<void> {
    const folder = this.#of(run);
    if (names === undefined) await rm(folder, { recursive: true, force: true });
    else await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
  }

  #of(run: string): string {
    assertRunName(run);
    return join(this.#folder, run);
  }
}
