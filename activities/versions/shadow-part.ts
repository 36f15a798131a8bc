import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import type { ModelDelta } from '../../model/delta.ts';

/** Takes the state of a version that is held: whole at first, then what changed. */
export interface VersionReader {
  take(delta: ModelDelta): void | Promise<void>;
}

/** Who reads versions that are held. */
export interface VersionReaders {
  /** Who reads a partition of a version now; undefined where nobody does. */
  of(version: string, partition: number): VersionReader | undefined;
  /** Says that a version is held no more: whoever reads it begins anew. */
  forget(version: string): void;
}

/** One partition of a version that is held beside the live one: its runtime, moved by one at a time. */
export class ShadowPart {
  readonly runtime: PartitionRuntime;
  readonly #ending = new AbortController();
  #queue: Promise<unknown> = Promise.resolve();
  #isFollowing = false;
  #reader: VersionReader | undefined;

  constructor(runtime: PartitionRuntime) {
    this.runtime = runtime;
  }

  /** Aborts when the part follows no more. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Ends what moves the part at its next slice boundary, for good. */
  end(): void {
    this.#ending.abort();
  }

  /** True for the first who asks, while the part has not ended: who is told so lets it follow. */
  beginFollowing(): boolean {
    if (this.#isFollowing || this.#ending.signal.aborted) return false;
    this.#isFollowing = true;
    return true;
  }

  /** Tells whether a reader was given the state as it stands here; true where there is none. */
  isReadBy(reader: VersionReader | undefined): boolean {
    return reader === undefined || reader === this.#reader;
  }

  /** Gives a reader who comes new the whole state; who calls it moves the part. Returns what takes the changes. */
  async sinkOf(
    reader: VersionReader | undefined,
  ): Promise<((delta: ModelDelta) => void | Promise<void>) | undefined> {
    if (!this.isReadBy(reader)) await reader?.take(await this.runtime.takeWhole());
    this.#reader = reader;
    return reader && ((delta) => reader.take(delta));
  }

  /** Runs work while nobody else moves the part; calls are served in turn. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

/** Runs work while parts stand still together; undefined where they don't in time, or where one of them has ended. */
export async function standStill<T>(
  parts: readonly ShadowPart[],
  waitMsMax: number,
  work: (runtimes: readonly PartitionRuntime[]) => Promise<T>,
): Promise<T | undefined> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const entered = parts.map(
    (part) =>
      new Promise<void>((enter) => {
        void part.exclusive(() => {
          enter();
          return released;
        });
      }),
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, waitMsMax, false);
  });
  try {
    const isStill = await Promise.race([Promise.all(entered).then(() => true), late]);
    if (!isStill || parts.some(({ signal }) => signal.aborted)) return undefined;
    return await work(parts.map(({ runtime }) => runtime));
  } finally {
    clearTimeout(timer);
    release();
  }
}
