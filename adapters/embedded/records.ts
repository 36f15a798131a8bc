import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErasureStore } from '../../activities/forgetting/erasure-record.ts';
import type { QuarantineStore } from '../../activities/forgetting/quarantine-record.ts';
import { RepriseError } from '../../events/error.ts';
import { publishFile } from '../published-file.ts';
import { isMissing } from '../tensor-file.ts';

/** Opens the erasures of a folder, which need not be there yet: `e1.json`, `e2.json` and so on. */
export function openErasures({ folder }: { readonly folder: string }): ErasureStore {
  return new FolderRecords(folder, 'e', ({ erasure }) => erasure);
}

/** Opens the quarantines of a folder, which need not be there yet: `q1.json`, `q2.json` and so on. */
export function openQuarantines({ folder }: { readonly folder: string }): QuarantineStore {
  return new FolderRecords(folder, 'q', ({ quarantine }) => quarantine);
}

/** Records of one kind, a JSON file each, named by a letter and a number. */
class FolderRecords<R> {
  readonly #folder: string;
  readonly #letter: string;
  readonly #nameOf: (record: R) => string;

  constructor(folder: string, letter: string, nameOf: (record: R) => string) {
    this.#folder = folder;
    this.#letter = letter;
    this.#nameOf = nameOf;
  }

  async list(): Promise<readonly R[]> {
    const records: R[] = [];
    for (const name of await this.#names()) {
      const record = await this.get(name);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  async get(name: string): Promise<R | undefined> {
    if (!this.#isName(name)) return undefined;
    const path = this.#path(name);
    try {
      return JSON.parse(await readFile(path, 'utf8')) as R;
    } catch (error) {
      if (isMissing(error)) return undefined;
      const message = `${path} cannot be read: restore it from a backup`;
      throw new RepriseError('DAMAGED', message, { path }, error);
    }
  }

  async write(record: R): Promise<void> {
    const name = this.#nameOf(record);
    if (!this.#isName(name)) throw new RangeError(`${name} names no record here`);
    await mkdir(this.#folder, { recursive: true });
    await publishFile(this.#path(name), `${JSON.stringify(record, undefined, 2)}\n`);
  }

  /** Oldest first. */
  async #names(): Promise<readonly string[]> {
    try {
      const files = await readdir(this.#folder);
      const names = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5));
      const own = names.filter((name) => this.#isName(name));
      return own.sort((left, right) => Number(left.slice(1)) - Number(right.slice(1)));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  #path(name: string): string {
    return join(this.#folder, `${name}.json`);
  }

  #isName(name: string): boolean {
    return name.startsWith(this.#letter) && /^.[1-9]\d{0,8}$/.test(name);
  }
}
