import type { WholeStates } from '../../../../processes/cluster/checkpoint-states.ts';
import type { ModelDelta } from '../../../../model/delta.ts';
import type { DeltaEvent, DeltaReader } from '../../../../projections/delta-feed.ts';
import { sequence } from '../../../../events/position.ts';
import { DeltaPlace } from '../../../../adapters/cluster/redis/delta-place.ts';
import { DeltaWorld } from '../../../projections/delta-world.ts';

/** What a user of the world does, with the vector that it leaves. */
export interface FeedEvent {
  readonly user: string;
  readonly item: string;
  readonly vector: readonly number[];
}

/** One partition's mover, the stream of its deltas and its checkpoints, all of which a test can spoil. */
export class FeedWorld {
  /** What the mover has; replaced at a promotion. */
  mover = new DeltaWorld();
  readonly #deltas: ModelDelta[] = [];
  #checkpoint: ModelDelta | undefined;
  #wake: (() => void)[] = [];
  /** Loads fail with this while it is set. */
  failure: Error | undefined;
  wishes = 0;
  /** Whether a wish is heard. */
  isHeard = true;

  /** Lets the mover consume events and tell of them. */
  happen(events: readonly FeedEvent[]): void {
    consume(this.mover, events);
    this.#deltas.push(this.mover.take());
    this.#woken();
  }

  /** Another version takes over where the mover stands: its whole state goes into the stream. */
  promote(version: string, consumed: readonly FeedEvent[]): void {
    this.mover = new DeltaWorld({ version });
    consume(this.mover, consumed);
    this.#deltas.push(this.mover.whole());
    this.#woken();
  }

  checkpoint(): void {
    this.#checkpoint = this.mover.whole();
  }

  /** Forgets the deltas that were told so far, as a flush or a trim does. */
  flush(): void {
    this.#deltas.length = 0;
  }

  /** Forgets some of them. */
  lose(at: number): void {
    this.#deltas.splice(at % Math.max(1, this.#deltas.length), 1);
  }

  readonly states: WholeStates = {
    newest: async (_partition, past) => {
      await Promise.resolve();
      if (this.failure !== undefined) throw this.failure;
      if (past === undefined) return { delta: this.#checkpoint ?? new DeltaWorld().whole() };
      const found = this.#checkpoint;
      if (found === undefined || found.to < past.sequence) return undefined;
      const isPast = found.to > past.sequence || found.version !== past.version;
      return isPast ? { delta: found } : undefined;
    },
    // Where deltas are read no learner is asked for.
    before: () => Promise.reject(new Error('there are no learners')),
  };

  readonly wisher = {
    wish: (): Promise<void> => {
      this.wishes += 1;
      if (this.isHeard) this.checkpoint();
      return Promise.resolve();
    },
  };

  readonly reader: Pick<DeltaReader, 'read'> = {
    read: (_partition, after, version, signal) => this.#read(after, version, signal),
  };

  async *#read(after: number, version: string, signal: AbortSignal): AsyncIterable<DeltaEvent> {
    const place = new DeltaPlace(sequence(after), version);
    while (!signal.aborted) {
      for (const delta of [...this.#deltas]) {
        const verdict = place.take(delta);
        if (verdict === 'gap') {
          yield { kind: 'gap', partition: 0 };
          return;
        }
        if (verdict === 'next') yield { kind: 'delta', delta };
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#wake.push(wake);
        signal.addEventListener('abort', wake);
      });
    }
  }

  #woken(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

function consume(world: DeltaWorld, events: readonly FeedEvent[]): void {
  for (const { user, item, vector } of events) {
    world.happen({ user, item });
    world.user(user, vector);
    world.item(item, vector, vector[0] ?? 0);
  }
}
