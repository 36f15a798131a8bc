import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '../../activities/object-store.ts';
import type { RunFile, RunFiles } from '../../activities/training/run-files.ts';
import { hasCode, RepriseError } from '../../events/error.ts';
import type { RandomBytes } from '../../events/random.ts';
import type { Checkpoint, Tensor } from '../../model/checkpoint.ts';
import { publishFile } from '../published-file.ts';
import { assertRunName, tensorsOfRun } from '../run-tensors.ts';
import { readTensorFile, writeTensorFile } from '../tensor-file.ts';
import { contentOfFile, contentOfJson, copyToFile, readWhole } from './objects/local-copy.ts';

/** What the run files are opened with. */
export interface RunsOptions {
  /** Holds `runs/<run>/<file>`. */
  readonly objects: ObjectStore;
  /** A local folder of copies, where the children of this process read and write; another one for each process. */
  readonly folder: string;
  readonly random: RandomBytes;
}

/** Runs whose copies stay on a machine; those of finished runs go when others come. */
export const RUN_COPIES_MAX = 4;

/**
 * Opens the files of runs that all trainers share. A child works on local files, for a store may be no folder; every
 * file that is finished is kept in the store, and comes from there where another machine goes on with the run.
 */
export function openRuns(options: RunsOptions): RunFiles {
  return new SharedRuns(options);
}

class SharedRuns implements RunFiles {
  readonly #options: RunsOptions;

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  async path(run: string, name: string): Promise<string> {
    const path = await this.#local(run, name);
    await this.#bring(run, name, path);
    return path;
  }

  async keep(run: string, name: string): Promise<void> {
    const path = await this.#local(run, name);
    const { tag } = await this.#options.objects.put(objectName(run, name), contentOfFile(path));
    await publishFile(tagPath(path), tag);
  }

  writeTensors(
    run: string,
    name: string,
    tensors: Readonly<Record<string, Tensor>>,
    about: Readonly<Record<string, unknown>>,
  ): Promise<RunFile> {
    return this.writeCheckpoint(run, name, tensorsOfRun(run, tensors, about));
  }

  async writeCheckpoint(run: string, name: string, checkpoint: Checkpoint): Promise<RunFile> {
    const path = await this.#local(run, name);
    const { sha256 } = await writeTensorFile(path, checkpoint);
    await this.keep(run, name);
    return { path, sha256 };
  }

  async read(run: string, name: string): Promise<Checkpoint | undefined> {
    const path = await this.#local(run, name);
    if (!(await this.#bring(run, name, path))) return undefined;
    return (await readTensorFile(path)).checkpoint;
  }

  async writeNote(run: string, name: string, note: unknown): Promise<void> {
    assertRunName(run);
    await this.#options.objects.put(objectName(run, name), contentOfJson(note));
  }

  async readNote(run: string, name: string): Promise<unknown> {
    assertRunName(run);
    try {
      const content = await readWhole(this.#options.objects, objectName(run, name));
      return JSON.parse(Buffer.from(content).toString()) as unknown;
    } catch (error) {
      if (hasCode(error, 'NOT_FOUND')) return undefined;
      throw error;
    }
  }

  async list(): Promise<readonly string[]> {
    const objects = await this.#options.objects.list('runs/');
    return [...new Set(objects.map(({ name }) => name.split('/')[1] ?? ''))].sort();
  }

  async remove(run: string, names?: readonly string[]): Promise<void> {
    assertRunName(run);
    const { objects, folder } = this.#options;
    if (names === undefined) {
      for (const { name } of await objects.list(`runs/${run}/`)) await objects.remove(name);
      await rm(join(folder, run), { recursive: true, force: true });
      return;
    }
    for (const name of names) {
      await objects.remove(objectName(run, name));
      await removeCopy(join(folder, run, name));
    }
  }

  /** Brings the copy to what is kept: true where there is something. */
  async #bring(run: string, name: string, path: string): Promise<boolean> {
    const { objects, random } = this.#options;
    const kept = (await objects.list(`runs/${run}/`)).find(
      (object) => object.name === objectName(run, name),
    );
    const tag = await readFile(tagPath(path), 'utf8').catch(() => undefined);
    const size = await stat(path).then(
      (stats) => stats.size,
      () => undefined,
    );
    if (kept !== undefined && kept.tag === tag && kept.bytes === size) return true;
    // What is not kept is of a try that did not come to its end, or of a run that was removed elsewhere.
    await removeCopy(path);
    if (kept === undefined) return false;
    await copyToFile(objects, kept.name, path, random);
    await publishFile(tagPath(path), kept.tag);
    return true;
  }

  async #local(run: string, name: string): Promise<string> {
    assertRunName(run);
    if (name.includes('/') || name.startsWith('.')) {
      throw new RepriseError('INVALID', `${name} cannot name a file of a run`);
    }
    const folder = join(this.#options.folder, run);
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await this.#dropCopies(run);
    return join(folder, name);
  }

  async #dropCopies(run: string): Promise<void> {
    const { folder } = this.#options;
    const copies: { name: string; usedMs: number }[] = [];
    for (const name of (await readdir(folder)).filter((one) => one !== run)) {
      const stats = await stat(join(folder, name)).catch(() => undefined);
      if (stats !== undefined) copies.push({ name, usedMs: stats.mtimeMs });
    }
    copies.sort((left, right) => right.usedMs - left.usedMs);
    for (const { name } of copies.slice(RUN_COPIES_MAX - 1)) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

function objectName(run: string, name: string): string {
  return `runs/${run}/${name}`;
}

/** Says which putting of the object the copy is of. */
function tagPath(path: string): string {
  return `${path}.tag`;
}

async function removeCopy(path: string): Promise<void> {
  await rm(tagPath(path), { force: true });
  await rm(path, { force: true });
}
