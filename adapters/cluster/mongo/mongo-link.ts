import { MongoServerSelectionError } from 'mongodb';
import type { MongoClient } from 'mongodb';
import { withinMs } from '../time-bound.ts';

/** Bounds of the operations of a client. */
export interface MongoLinkBounds {
  /** How long a server is looked for before an operation fails. */
  readonly serverSelectionMsMax: number;
  /** How long an operation may take; past it the driver has lost it. */
  readonly operationMsMax: number;
}

/** How long a monitor of the driver may wait for what a server has to tell, where the server streams it. */
const STREAMED_MS = 10_000;

/** A question of a monitor that has no answer yet. */
interface Asked {
  readonly atMs: number;
  readonly isStreamed: boolean;
}

/**
 * Runs the operations of a client, and opens it again where the driver hangs. What the driver (7.9) writes to a socket
 * that the other side has ended, and that was not told closed yet, waits for a drain that never comes. Where a monitor is
 * what asked, no server can be selected any more until the process ends; where an operation did, it never returns.
 */
export class MongoLink {
  readonly #client: MongoClient;
  readonly #bounds: MongoLinkBounds;
  readonly #where: string;
  readonly #asked = new Map<string, Asked>();
  #isOpen = true;
  #isClosed = false;
  #opening: Promise<void> | undefined;

  /** Takes a client that is connected. */
  constructor(client: MongoClient, bounds: MongoLinkBounds, where: string) {
    this.#client = client;
    this.#bounds = bounds;
    this.#where = where;
    client.on('serverHeartbeatStarted', ({ connectionId, awaited }) => {
      this.#asked.set(connectionId, { atMs: performance.now(), isStreamed: awaited });
    });
    client.on('serverHeartbeatSucceeded', ({ connectionId }) => this.#asked.delete(connectionId));
    client.on('serverHeartbeatFailed', ({ connectionId }) => this.#asked.delete(connectionId));
  }

  /** Runs an operation within its bound; what fails because the driver hangs has the client opened again. */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    if (!this.#isOpen && !this.#isClosed) await this.#open();
    const { operationMsMax } = this.#bounds;
    const startMs = performance.now();
    try {
      const late = `MongoDB at ${this.#where} did not answer within ${String(operationMsMax)} ms: try again`;
      return await withinMs(operationMsMax, late, operation());
    } catch (error) {
      const isLost = performance.now() - startMs >= operationMsMax;
      if (isLost || (error instanceof MongoServerSelectionError && this.#isMonitorHanging())) {
        // Whoever comes next waits for it, or tries again.
        this.#open().catch(() => undefined);
      }
      throw error;
    }
  }

  /** Closes the client for good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening?.catch(() => undefined);
    await this.#client.close();
  }

  /** Tells whether a monitor has been asking since before the selection that failed began. */
  #isMonitorHanging(): boolean {
    const nowMs = performance.now();
    const { serverSelectionMsMax } = this.#bounds;
    return [...this.#asked.values()].some(
      ({ atMs, isStreamed }) =>
        nowMs - atMs >= serverSelectionMsMax + (isStreamed ? STREAMED_MS : 0),
    );
  }

  #open(): Promise<void> {
    this.#opening ??= this.#openAgain().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openAgain(): Promise<void> {
    if (this.#isClosed) return;
    this.#isOpen = false;
    await this.#client.close();
    this.#asked.clear();
    await this.#client.connect();
    this.#isOpen = true;
  }
}
