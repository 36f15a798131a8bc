import { unwatchFile, watchFile } from 'node:fs';

import type { KeysPort } from '../../api/deps.ts';
import { KeyRing, keyDigest } from '../../api/key-ring.ts';
import type { ApiKey, Caller } from '../../api/key-ring.ts';
import { RepriseError } from '../../events/error.ts';
import type { Logger } from '../logger.ts';
import { readApiKeys } from './api-keys-file.ts';

/** How long a key that was added or revoked takes at most to count. */
export const keysReadMsMax = 1_000;

/** What the keys of a process come from. */
export interface LiveKeysOptions {
  /** The file of keys; undefined where none is read. */
  readonly path: string | undefined;
  /** True where the file must be there: it was named, and without it anybody might get in. */
  readonly isFileNeeded: boolean;
  /** The key of the environment, which may do everything. */
  readonly adminKey: string | undefined;
  /** The space whose keys these are: those of others open nothing; the main one where absent. */
  readonly space?: string | undefined;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'error' | 'info'>;
}

/** The keys of a process: that of its environment, and those of a file, which is read again when it changes. */
export class LiveKeys implements KeysPort {
  readonly #options: LiveKeysOptions;
  readonly #own: readonly ApiKey[];
  #ring: KeyRing;
  /** Keys of other spaces: they are known by name, and open nothing here. */
  #others: KeyRing | undefined;
  #hasFile = false;

  private constructor(options: LiveKeysOptions) {
    const { adminKey, clock } = options;
    this.#options = options;
    this.#own =
      adminKey === undefined
        ? []
        : [{ name: 'REPRISE_API_KEY', scope: 'admin', sha256: keyDigest(adminKey) }];
    this.#ring = new KeyRing(this.#own, clock);
  }

  /** Reads the keys and goes on watching their file; throws INVALID where it is no file of keys. */
  static async open(options: LiveKeysOptions): Promise<LiveKeys> {
    const { path, isFileNeeded } = options;
    const keys = new LiveKeys(options);
    if (path === undefined) return keys;
    await keys.#read(path);
    if (isFileNeeded && !keys.#hasFile) {
      throw new RepriseError(
        'INVALID',
        `there are no API keys at ${path}: make one by reprise keys create`,
      );
    }
    watchFile(path, { interval: keysReadMsMax, persistent: false }, keys.#changed);
    return keys;
  }

  /** Tells whether a key is asked for: one is in the environment, or there is a file, be it empty. */
  get areAsked(): boolean {
    return this.#hasFile || this.#own.length > 0;
  }

  find(sent: string): Caller | undefined {
    return this.#ring.find(sent);
  }

  /** The other space whose key this is; undefined where it is a key of none, or of this one. */
  spaceOf(sent: string): string | undefined {
    return this.#others?.find(sent)?.space;
  }

  close(): void {
    if (this.#options.path !== undefined) unwatchFile(this.#options.path, this.#changed);
  }

  readonly #changed = (): void => {
    const { logger, path } = this.#options;
    if (path === undefined) return;
    this.#read(path).then(
      () => {
        logger.info({ path }, 'the API keys were read again');
      },
      (error: unknown) => {
        // Keys that cannot be read leave those that were known: nobody gets in who could not before.
        logger.error(
          { err: error, path },
          'the API keys cannot be read; those known before count on',
        );
      },
    );
  };

  async #read(path: string): Promise<void> {
    const { clock, space } = this.#options;
    const keys = await readApiKeys(path);
    this.#hasFile = keys !== undefined;
    const own = (keys ?? []).filter((key) => key.space === space);
    const others = (keys ?? []).filter((key) => key.space !== space);
    this.#ring = new KeyRing([...this.#own, ...own], clock);
    this.#others = others.length === 0 ? undefined : new KeyRing(others, clock);
  }
}
