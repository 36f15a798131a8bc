import { RepriseError } from './error.ts';
import type { BlockRow } from './blocks/block-content.ts';
import type { Appended } from './journal.ts';
import type { Partition } from './position.ts';

/** An event that waits to be appended, its body encoded. */
export interface QueuedRow extends BlockRow {
  readonly partition: Partition | 'all';
  readonly body: Uint8Array;
}

/** What one caller appends: whole or not at all. */
export interface QueuedBatch {
  readonly rows: readonly QueuedRow[];
  resolve(appended: readonly Appended[]): void;
  reject(error: unknown): void;
}

/** Bounds of the queue before the journal. */
export interface AppendQueueBounds {
  readonly appendQueueEventsMax: number;
  readonly appendQueueBytesMax: number;
  /** Events that one transaction gathers, unless one batch alone has more. */
  readonly groupEventsMax: number;
}

/** The queue's usual bounds. */
export const APPEND_QUEUE_BOUNDS: AppendQueueBounds = {
  appendQueueEventsMax: 200_000,
  appendQueueBytesMax: 256 * 1024 * 1024,
  groupEventsMax: 8_192,
};

/**
 * Gathers concurrent appends into groups, one transaction each: while one group is on its way to the disk, the next
 * one fills up, so a flush is shared by everyone who waited for it.
 */
export class AppendQueue {
  readonly #bounds: AppendQueueBounds;
  readonly #write: (group: readonly QueuedBatch[]) => Promise<void>;
  #batches: QueuedBatch[] = [];
  #events = 0;
  #bytes = 0;
  #running: Promise<void> | undefined;

  /** `write` makes a group durable and answers its batches; it never rejects. */
  constructor(bounds: AppendQueueBounds, write: (group: readonly QueuedBatch[]) => Promise<void>) {
    this.#bounds = bounds;
    this.#write = write;
  }

  /** Queues a batch; resolves when it is durable, rejects with UNAVAILABLE where the queue is full. */
  add(rows: readonly QueuedRow[]): Promise<readonly Appended[]> {
    const bytes = bytesOf(rows);
    const { appendQueueEventsMax, appendQueueBytesMax } = this.#bounds;
    if (rows.length > appendQueueEventsMax || bytes > appendQueueBytesMax) {
      const message = `a batch holds more than ${String(appendQueueEventsMax)} events or ${String(
        appendQueueBytesMax,
      )} bytes: split it`;
      return Promise.reject(new RepriseError('TOO_LARGE', message));
    }
    const isFull =
      this.#events + rows.length > appendQueueEventsMax ||
      this.#bytes + bytes > appendQueueBytesMax;
    if (isFull) {
      const message = 'the queue before the journal is full: send again in a moment, and slower';
      return Promise.reject(new RepriseError('UNAVAILABLE', message, { queued: this.#events }));
    }
    this.#events += rows.length;
    this.#bytes += bytes;
    return new Promise((resolve, reject) => {
      this.#batches.push({ rows, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Resolves when everything queued so far was answered. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #drain(): Promise<void> {
    // What arrives in the same turn of the event loop goes into the same group.
    await Promise.resolve();
    while (this.#batches.length > 0) {
      const group = this.#takeGroup();
      await this.#write(group);
      for (const { rows } of group) {
        this.#events -= rows.length;
        this.#bytes -= bytesOf(rows);
      }
    }
    this.#running = undefined;
  }

  #takeGroup(): readonly QueuedBatch[] {
    let events = 0;
    let taken = 0;
    for (const { rows } of this.#batches) {
      if (taken > 0 && events + rows.length > this.#bounds.groupEventsMax) break;
      events += rows.length;
      taken += 1;
    }
    const group = this.#batches.slice(0, taken);
    this.#batches = this.#batches.slice(taken);
    return group;
  }
}

function bytesOf(rows: readonly QueuedRow[]): number {
  return rows.reduce((sum, row) => sum + row.body.length, 0);
}
