import type { Partition, Sequence } from './position.ts';

interface Follower {
  readonly partition: Partition;
  readonly after: Sequence;
  readonly wake: () => void;
}

/** Those who wait for a partition's head to move. */
export class Followers {
  readonly #waiting = new Set<Follower>();

  /** The partitions that somebody waits for. */
  awaited(): ReadonlySet<Partition> {
    return new Set([...this.#waiting].map(({ partition }) => partition));
  }

  /** Resolves at a wake whose head is past `after`, or when the signal aborts. */
  async wait(partition: Partition, after: Sequence, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const follower: Follower = {
        partition,
        after,
        wake: () => {
          this.#waiting.delete(follower);
          signal.removeEventListener('abort', follower.wake);
          resolve();
        },
      };
      this.#waiting.add(follower);
      signal.addEventListener('abort', follower.wake, { once: true });
    });
  }

  /** Wakes those whose partition's head went past what they have. */
  wake(head: (partition: Partition) => Sequence): void {
    for (const follower of [...this.#waiting]) {
      if (head(follower.partition) > follower.after) follower.wake();
    }
  }

  /** Wakes everybody: the journal closes. */
  wakeAll(): void {
    for (const follower of [...this.#waiting]) follower.wake();
  }
}
