import type { Gate, PartitionRuntime, Switch } from '../../actors/runtime/partition.ts';
import type { EventBlock } from '../../events/blocks/block.ts';
import type { Journal } from '../../events/journal.ts';
import type { Sequence } from '../../events/position.ts';
import type { ModelDelta } from '../../model/delta.ts';
import type { MergeExchange } from '../merges/merge-exchange.ts';

/** Gives the runtime of a version, standing exactly at a sequence: base + replay, or a shadow that has caught up. */
export interface VersionSource {
  runtimeAt(version: string, partition: number, sequence: Sequence): Promise<PartitionRuntime>;
  /** Tells whether a version can't be built any more, because its base held users who were erased. */
  isRetired?(version: string): Promise<boolean>;
}

/** What the follower needs from outside. */
export interface FollowerDeps {
  readonly journal: Pick<Journal, 'read' | 'head' | 'changed'>;
  readonly runtime: PartitionRuntime;
  /** Where promotions lead; undefined keeps the runtime's version whatever is promoted (shadows, datasets). */
  readonly versions: VersionSource | undefined;
  /** Where partitions give and take at barriers; absent where there is one partition only. */
  readonly merges?: MergeExchange;
  /**
   * Takes the deltas, in order, each starting where the one before ended; undefined where nobody reads them. Where it
   * returns a promise, as for a whole state that it takes in slices, the follower waits for it.
   */
  readonly sink: ((delta: ModelDelta) => void | Promise<void>) | undefined;
  /** True where the sink keeps nothing of a delta that is not whole, and is done with it when it returns: it is lent. */
  readonly lendsDeltas?: boolean;
  readonly yieldNow: () => Promise<void>;
  /** Milliseconds that one slice holds the thread. */
  readonly sliceMsMax: number;
  readonly clock: () => number;
  readonly onProgress?: (position: Sequence, head: Sequence) => void;
  /** Told of the runtime that goes on after a promotion, before it consumes anything. */
  readonly onSwitch?: (runtime: PartitionRuntime) => void;
  /** Given the runtime that a promotion took out of service, when nobody reads it any more: it stands at the promotion. */
  readonly onRetired?: (runtime: PartitionRuntime) => void;
}

/**
 * Events of a learner that is asked itself that share one delta while more of them wait: such a step touches hundreds of
 * rows, and to tell of them after each slice costs some 25 µs an event on 3,500 items, more with more.
 */
export const ASKED_DELTA_EVENTS_MAX = 256;

/** Where the follower ends. */
export interface FollowerOptions {
  /** The last sequence to consume; without it the follower waits at the head for more. */
  readonly until?: Sequence;
  /** Ends the follower at the next slice boundary. */
  readonly signal: AbortSignal;
  /** Places to stand still at on the way. */
  readonly stops?: Stops;
}

/** Places on the way at which the sink has been given all that changed, and somebody looks. */
export interface Stops {
  /** Ascending; those that lie behind are passed over. */
  readonly places: readonly Sequence[];
  readonly look: (runtime: PartitionRuntime) => void | Promise<void>;
}

/**
 * Feeds a partition's journal to its runtime in slices of `sliceMsMax` until `until`, an abort, or for ever; returns
 * the runtime that it ended with, which is another one after a promotion. What stops the runtime is thrown.
 */
export async function follow(
  deps: FollowerDeps,
  options: FollowerOptions,
): Promise<PartitionRuntime> {
  const follower = new Follower(deps, options);
  await follower.run();
  return follower.runtime;
}

class Follower {
  runtime: PartitionRuntime;
  readonly #deps: FollowerDeps;
  readonly #options: FollowerOptions;
  readonly #blocks: ReadAhead;
  #sliceEndMs = 0;
  /** Which of the stops comes next. */
  #nextStop = 0;
  /** The position that the sink stands at; undefined until the runtime's first delta. */
  #given: Sequence | undefined;
  /** True while askers are kept away, for the sink does not know yet what was run. */
  #isUntold = false;

  constructor(deps: FollowerDeps, options: FollowerOptions) {
    this.runtime = deps.runtime;
    this.#deps = deps;
    this.#options = options;
    this.#blocks = new ReadAhead(deps.journal, deps.runtime.partition);
    this.#given = deps.runtime.takenAt;
  }

  async run(): Promise<void> {
    try {
      await this.#run();
    } finally {
      // Whatever else failed, a state that is whole answers on.
      if (this.#isUntold && this.runtime.stopped === undefined) await this.#give();
    }
  }

  async #run(): Promise<void> {
    await this.#contributeAgain();
    await this.#give();
    await this.#stop();
    this.#startSlice();
    while (!this.#isOver) {
      const more = await this.#consume();
      if (!more) await this.#waitAtHead();
      else if (this.#deps.clock() >= this.#sliceEndMs) await this.#endSlice(this.#isUntold);
    }
    await this.#give();
  }

  get #isOver(): boolean {
    const { signal, until } = this.#options;
    return signal.aborted || (until !== undefined && this.runtime.position >= until);
  }

  get #isAtHead(): boolean {
    const { partition, position } = this.runtime;
    return this.#options.until === undefined && this.#deps.journal.head(partition) <= position;
  }

  /** Runs what is prepared, or the next block; false where there is none. */
  async #consume(): Promise<boolean> {
    const { runtime } = this;
    if (runtime.preparedTo === runtime.position) {
      // At the head as it is known the wait finds what is new: to ask for a block first would be one question more.
      if (this.#isAtHead) return false;
      const block = await this.#blocks.read(runtime.position);
      if (block === undefined) return false;
      await runtime.prepare(block);
      this.#blocks.readAhead(runtime.preparedTo);
      // Decoding two blocks may have been a slice's work: what they hold is run in the next one.
      if (this.#deps.clock() >= this.#sliceEndMs) return true;
    }
    const outcome = runtime.run(this.#sliceEndMs, this.#end);
    // Who asks the learner itself must not find it ahead of what the sink knows: nothing may come between.
    if (runtime.isAsked && this.#given !== undefined) await this.#tell();
    if (typeof outcome === 'object') {
      await ('switch' in outcome ? this.#follow(outcome) : this.#pass(outcome));
    }
    await this.#stop();
    return true;
  }

  /** The last sequence to consume before anything else is done: the next stop, or the end. */
  get #end(): Sequence | undefined {
    const { until, stops } = this.#options;
    const stop = stops?.places[this.#nextStop];
    return stop === undefined || (until !== undefined && until < stop) ? until : stop;
  }

  /** Stands still where a stop is, and passes over those that lie behind. */
  async #stop(): Promise<void> {
    const { stops } = this.#options;
    if (stops === undefined) return;
    const { position } = this.runtime;
    for (;;) {
      const stop = stops.places[this.#nextStop];
      if (stop === undefined || stop > position) return;
      this.#nextStop += 1;
      if (stop < position) continue;
      await this.#give();
      await stops.look(this.runtime);
    }
  }

  /** Passes a barrier; where the merge that it takes is not there yet, the partition stands still before it. */
  async #pass({ needs }: Gate): Promise<void> {
    const { runtime } = this;
    const { merges } = this.#deps;
    if (merges === undefined) throw new RangeError('a barrier is passed with the other partitions');
    await this.#give();
    const name = { version: runtime.definition.version, barrier: needs ?? 0 };
    const { partition } = runtime;
    const before =
      needs === undefined ? undefined : await merges.take(name, partition, this.#options.signal);
    if (needs !== undefined && before === undefined) return;
    const contribution = await runtime.passBarrier(before);
    // Who asks the learner itself waits until the sink knows of the barrier: not for a store.
    if (runtime.isAsked) await this.#give();
    if (contribution !== undefined) await merges.contribute(contribution);
    await this.#endSlice();
  }

  /** What a runtime contributed before it came here may be what others wait for. */
  async #contributeAgain(): Promise<void> {
    const { contribution } = this.runtime;
    if (contribution !== undefined) await this.#deps.merges?.contribute(contribution);
  }

  /** Goes on with the runtime of the version that was promoted, from exactly there. */
  async #follow({ switch: promoted, at }: Switch): Promise<void> {
    const { versions } = this.#deps;
    if (versions === undefined || promoted.version === this.runtime.definition.version) return;
    // It served once and was replaced: the promotion of what took its place comes later.
    if ((await versions.isRetired?.(promoted.version)) === true) return;
    await this.#give();
    const { partition } = this.runtime;
    const next = await versions.runtimeAt(promoted.version, partition, at);
    if (next.position !== at || next.partition !== partition) {
      throw new RangeError(
        `version ${promoted.version} was given at ${String(next.partition)}:${String(next.position)}, not at ${String(partition)}:${String(at)}`,
      );
    }
    const retired = this.runtime;
    this.runtime = next;
    this.#deps.onSwitch?.(next);
    this.#given = undefined;
    await this.#contributeAgain();
    await this.#give();
    this.#deps.onRetired?.(retired);
  }

  /** Gives the sink what was run, or, while much more is to be run at once, keeps askers away until it is given. */
  async #tell(): Promise<void> {
    const { runtime } = this;
    const { sink, journal } = this.#deps;
    const untold = runtime.position - (this.#given ?? runtime.position);
    const isAtEnd = (this.#options.until ?? journal.head(runtime.partition)) <= runtime.position;
    if (sink !== undefined && !isAtEnd && untold < ASKED_DELTA_EVENTS_MAX) {
      runtime.keepAway();
      this.#isUntold = true;
      return;
    }
    await this.#give();
    // Those who were kept away are answered before more is run.
    if (!isAtEnd) this.#sliceEndMs = -Infinity;
  }

  /** Gives the sink what it has not seen: the whole state to begin with, then what changed. */
  async #give(): Promise<void> {
    const { runtime } = this;
    const { sink, journal, onProgress } = this.#deps;
    if (this.#given === runtime.position) return;
    this.#isUntold = false;
    if (sink !== undefined) {
      const isFirst = this.#given === undefined;
      const isLent = this.#deps.lendsDeltas === true;
      await sink(isFirst ? await runtime.takeWhole() : runtime.takeDelta(isLent));
    }
    this.#given = runtime.position;
    onProgress?.(runtime.position, journal.head(runtime.partition));
  }

  async #endSlice(isUntold = false): Promise<void> {
    if (!isUntold) await this.#give();
    await this.#deps.yieldNow();
    this.#startSlice();
  }

  async #waitAtHead(): Promise<void> {
    await this.#give();
    const { partition, position } = this.runtime;
    await this.#deps.journal.changed(partition, position, this.#options.signal);
    this.#startSlice();
  }

  #startSlice(): void {
    this.#sliceEndMs = this.#deps.clock() + this.#deps.sliceMsMax;
  }
}

/** Reads blocks, the next one while the last one runs: one block ahead, no more. */
class ReadAhead {
  readonly #journal: FollowerDeps['journal'];
  readonly #partition: number;
  #after: Sequence | undefined;
  #block: Promise<EventBlock | undefined> | undefined;

  constructor(journal: FollowerDeps['journal'], partition: number) {
    this.#journal = journal;
    this.#partition = partition;
  }

  /** The block that holds the sequence after this one; undefined at the head. */
  read(after: Sequence): Promise<EventBlock | undefined> {
    const ahead = this.#after === after ? this.#block : undefined;
    this.#after = undefined;
    this.#block = undefined;
    return ahead ?? this.#journal.read(this.#partition, after);
  }

  /** Starts to read the block after this sequence, where there is one already. */
  readAhead(after: Sequence): void {
    if (this.#journal.head(this.#partition) <= after) return;
    this.#after = after;
    this.#block = this.#journal.read(this.#partition, after);
    // A failure is thrown when the block is asked for; until then nobody awaits it.
    this.#block.catch(() => undefined);
  }
}
