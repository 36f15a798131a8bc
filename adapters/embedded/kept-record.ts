import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Kept, KeptRecord } from '../../activities/kept-record.ts';
import { RepriseError } from '../../events/error.ts';
import { publishFile } from '../published-file.ts';
import { isMissing } from '../tensor-file.ts';

/** How to open a kept value. */
export interface KeptFileOptions<T> {
  /** The JSON file; neither it nor its folder need be there yet. */
  readonly path: string;
  /** Checks what was read; throws where it is none of ours. */
  readonly parse: (value: unknown) => T;
}

/** Opens a value that is kept in a JSON file, which is written whole. One opening of a file changes it at a time. */
export function openKeptRecord<T>(options: KeptFileOptions<T>): KeptRecord<T> {
  return new KeptFile(options);
}

class KeptFile<T> implements KeptRecord<T> {
  readonly #options: KeptFileOptions<T>;
  /** The file has no number of its own: changes are counted from the first look. */
  #changes = 0;

  constructor(options: KeptFileOptions<T>) {
    this.#options = options;
  }

  async read(): Promise<Kept<T> | undefined> {
    const text = await this.#text();
    if (text === undefined) return undefined;
    const { path, parse } = this.#options;
    try {
      return { value: parse(JSON.parse(text)), revision: this.#changes + 1 };
    } catch (error) {
      throw damaged(path, error);
    }
  }

  async revision(): Promise<number> {
    return (await this.#text()) === undefined ? 0 : this.#changes + 1;
  }

  async write(value: T, over: number): Promise<boolean> {
    const standing = await this.revision();
    if (standing !== over) return false;
    const { path } = this.#options;
    await mkdir(dirname(path), { recursive: true });
    await publishFile(path, `${JSON.stringify(value, undefined, 2)}\n`);
    this.#changes = standing;
    return true;
  }

  async #text(): Promise<string | undefined> {
    const { path } = this.#options;
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw damaged(path, error);
    }
  }
}

function damaged(path: string, cause: unknown): RepriseError {
  const message = `${path} cannot be read: restore it from a backup, or remove it to start without`;
  return new RepriseError('DAMAGED', message, { path }, cause);
}
