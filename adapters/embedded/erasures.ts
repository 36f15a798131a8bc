import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErasureRecord, ErasureStore } from '../../activities/erasure-record.ts';
import { RepriseError } from '../../events/error.ts';
import { publishFile } from '../published-file.ts';
import { isMissing } from '../tensor-file.ts';

/** Opens the erasures of a folder, which need not be there yet: a JSON file each. */
export function openErasures({ folder }: { readonly folder: string }): ErasureStore {
  return new FolderErasures(folder);
}

class FolderErasures implements ErasureStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async list(): Promise<readonly ErasureRecord[]> {
    const records: ErasureRecord[] = [];
    for (const name of await this.#names()) {
      const record = await this.get(name);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  async get(erasure: string): Promise<ErasureRecord | undefined> {
    if (!isName(erasure)) return undefined;
    const path = this.#path(erasure);
    try {
      return JSON.parse(await readFile(path, 'utf8')) as ErasureRecord;
    } catch (error) {
      if (isMissing(error)) return undefined;
      const message = `${path} cannot be read: restore it from a backup`;
      throw new RepriseError('DAMAGED', message, { path }, error);
    }
  }

  async write(record: ErasureRecord): Promise<void> {
    if (!isName(record.erasure)) throw new RangeError(`${record.erasure} names no erasure`);
    await mkdir(this.#folder, { recursive: true });
    await publishFile(this.#path(record.erasure), `${JSON.stringify(record, undefined, 2)}\n`);
  }

  /** Oldest first. */
  async #names(): Promise<readonly string[]> {
    try {
      const files = await readdir(this.#folder);
      const names = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5));
      return names.filter(isName).sort((left, right) => numberOf(left) - numberOf(right));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  #path(erasure: string): string {
    return join(this.#folder, `${erasure}.json`);
  }
}

function isName(name: string): boolean {
  return /^e[1-9]\d{0,8}$/.test(name);
}

function numberOf(name: string): number {
  return Number(name.slice(1));
}
