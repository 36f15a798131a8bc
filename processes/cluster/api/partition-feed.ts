import { follow } from '../../../activities/replay/follower.ts';
import type { VersionSource } from '../../../activities/replay/follower.ts';
import type { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import { hasCode, RepriseError } from '../../../events/error.ts';
import type { Partition } from '../../../events/position.ts';
import { sequence } from '../../../events/position.ts';
import type { ModelDelta } from '../../../model/delta.ts';
import type { StatePlace, WholeState } from '../checkpoint-states.ts';
import type { ServingFeedDeps } from './serving-feed.ts';

/** How one partition's feed stands, and since when (Unix milliseconds). */
export interface FeedStand {
  /** `loading` before the first state, `reloading` where deltas are missing, `failing` where neither can be read. */
  readonly state: 'loading' | 'following' | 'reloading' | 'failing';
  readonly sinceMs: number;
  readonly why?: string;
}

/** Makes a whole state at exactly the place where the feed stands. */
export type MakeWhole = (at: StatePlace) => Promise<WholeState>;

/** What one partition's feed works with. */
export interface PartitionFeedDeps extends ServingFeedDeps {
  /** Runs what holds a whole state after what did so before. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

interface Replacement {
  readonly make: MakeWhole;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** How often a newer checkpoint is looked for: soon at first, then once a second. */
const LOOK_MS_MIN = 100;
const LOOK_MS_MAX = 1_000;
/** Looks after which the wish for a checkpoint is said again: who heard it may be gone. */
const LOOKS_A_WISH = 4;
/** The pause after a failure. */
const RETRY_MS = 500;

/** Keeps one partition of the read side at its mover's heels. */
export class PartitionFeed {
  readonly #partition: Partition;
  readonly #deps: PartitionFeedDeps;
  #place: StatePlace | undefined;
  /** Goes on with the state that serves, where its answers read the learner itself. */
  #learner: PartitionRuntime | undefined;
  /** True while the learner has consumed a promotion, and the promoted version is not there yet. */
  #isSwitching = false;
  #needsWhole = true;
  #stand: FeedStand;
  /** Ends the reading under way, for a replacement. */
  #reading = new AbortController();
  #replacements: Replacement[] = [];

  constructor(partition: Partition, deps: PartitionFeedDeps) {
    this.#partition = partition;
    this.#deps = deps;
    this.#stand = { state: 'loading', sinceMs: deps.clock() };
  }

  get stand(): FeedStand {
    return this.#stand;
  }

  /** Feeds until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#needsWhole) await this.#load(signal);
        await this.#replaceAll();
        if (!this.#needsWhole) await this.#follow(signal);
      } catch (error) {
        this.#failed(error);
        await this.#deps.sleep(RETRY_MS, signal);
      }
    }
    const over = new RepriseError('UNAVAILABLE', 'this process is ending: ask another one');
    for (const { reject } of this.#replacements.splice(0)) reject(over);
  }

  /** Replaces the state that serves by another one of the same place. */
  replace(make: MakeWhole): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#replacements.push({ make, resolve, reject });
      this.#reading.abort();
    });
  }

  /** Takes the newest state that lies past what serves; where there is none, wishes for one and looks again. */
  async #load(signal: AbortSignal): Promise<void> {
    const { wishes, sleep } = this.#deps;
    let lookMs = LOOK_MS_MIN;
    for (let looks = 0; !signal.aborted; looks += 1) {
      const isMissed = this.#place !== undefined || looks > 0;
      if (isMissed && looks % LOOKS_A_WISH === 0) {
        // Without a wish the mover's own cadence has to do.
        await wishes.wish(this.#partition).catch((error: unknown) => this.#log(error));
      }
      if (await this.#deps.inTurn(() => this.#takeNewest())) return;
      await sleep(lookMs, signal);
      lookMs = Math.min(2 * lookMs, LOOK_MS_MAX);
    }
  }

  async #takeNewest(): Promise<boolean> {
    const whole = await this.#deps.states.newest(this.#partition, this.#place);
    if (whole === undefined) return false;
    await this.#take(whole);
    this.#needsWhole = false;
    return true;
  }

  async #replaceAll(): Promise<void> {
    while (!this.#needsWhole) {
      const next = this.#replacements.shift();
      if (next === undefined) return;
      try {
        await this.#deps.inTurn(() => this.#replaceBy(next.make));
        next.resolve();
      } catch (error) {
        next.reject(error);
      }
    }
  }

  async #replaceBy(make: MakeWhole): Promise<void> {
    const at = this.#place;
    if (at === undefined) throw new Error('nothing is served that could be replaced');
    const made = await make(at);
    const { whole, to, version } = made.delta;
    if (!whole || to !== at.sequence || version !== at.version) {
      throw new RangeError(`a state at ${String(to)} is no state at ${String(at.sequence)}`);
    }
    await this.#take(made);
  }

  /** Folds deltas until one is missing, or a replacement is asked for. */
  async #follow(signal: AbortSignal): Promise<void> {
    const at = this.#place;
    if (at === undefined) return;
    this.#reading = new AbortController();
    // A replacement that came before this moment aborted the reading before.
    if (this.#replacements.length > 0) return;
    this.#standsAs('following');
    const reading = AbortSignal.any([signal, this.#reading.signal]);
    if (this.#learner !== undefined) {
      await this.#learn(this.#learner, reading);
      return;
    }
    const { reader } = this.#deps;
    const deltas = reader.read(this.#partition, sequence(at.sequence), at.version, reading);
    for await (const event of deltas) {
      if (event.kind === 'gap') {
        this.#missing('deltas are missing: a checkpoint is awaited');
        return;
      }
      try {
        await this.#apply(event.delta);
      } catch (error) {
        this.#log(error);
        this.#missing('a delta does not fit: a checkpoint is awaited');
        return;
      }
    }
    // A reader that ends by itself is asked again, not in a hurry.
    if (!reading.aborted) await this.#deps.sleep(LOOK_MS_MIN, signal);
  }

  /**
   * Lets the learner follow the journal, over promotions, until it cannot go on: then a newer state is taken. Answers are
   * by the version before until the promoted one stands at its promotion.
   */
  async #learn(learner: PartitionRuntime, reading: AbortSignal): Promise<void> {
    const { learning, yieldNow, passesPromotions = false } = this.#deps;
    const promoted: VersionSource = {
      runtimeAt: (version, _partition, at) => {
        this.#isSwitching = true;
        return this.#promoted({ version, sequence: at }, reading);
      },
    };
    const onSwitch = (runtime: PartitionRuntime): void => {
      this.#isSwitching = false;
      this.#learner = runtime;
    };
    const versions = passesPromotions ? undefined : promoted;
    // Called before anything else happens: answers read the learner and what is applied here as one.
    const sink = (delta: ModelDelta): Promise<void> => this.#apply(delta);
    try {
      await follow(
        { ...learning, runtime: learner, versions, sink, yieldNow, onSwitch },
        { signal: reading },
      );
    } catch (error) {
      // A learner that has consumed a promotion is not gone on with, whatever ended it.
      if (!this.#isSwitching) {
        // The process ends, or is about to replace this state.
        if (reading.aborted) return;
        // What is down for a while stops no learner.
        if (learner.stopped === undefined && hasCode(error, 'UNAVAILABLE')) throw error;
      }
      this.#log(error);
      const why = error instanceof Error ? error.message : String(error);
      this.#missing(`the learner cannot go on, a checkpoint is awaited: ${why}`);
    }
  }

  /** The learner of a promoted version at its promotion: what movers kept of it, replayed to there. */
  async #promoted(place: StatePlace, signal: AbortSignal): Promise<PartitionRuntime> {
    const { states, learning, yieldNow, inTurn } = this.#deps;
    return inTurn(async () => {
      const kept = await states.before?.(this.#partition, place);
      // Who answers by another kind of version reads deltas.
      if (kept?.isAsked !== true) {
        throw new RepriseError('CONFLICT', `version ${place.version} was promoted`);
      }
      return follow(
        { ...learning, runtime: kept, versions: undefined, sink: undefined, yieldNow },
        { until: sequence(place.sequence), signal },
      );
    });
  }

  async #take({ delta, learner }: WholeState): Promise<void> {
    await this.#apply(delta);
    this.#learner = learner;
    this.#isSwitching = false;
  }

  async #apply(delta: ModelDelta): Promise<void> {
    const { serving, yieldNow, clock, onApplied } = this.#deps;
    const beganMs = clock();
    if (delta.whole) await serving.applyWhole(delta, yieldNow);
    else serving.apply(delta);
    const { partition, to: sequence, version } = delta;
    onApplied?.({ partition, sequence, version, beganMs, endedMs: clock() });
    this.#place = { version: delta.version, sequence: delta.to };
  }

  #missing(why: string): void {
    this.#needsWhole = true;
    this.#standsAs('reloading', why);
  }

  #failed(error: unknown): void {
    this.#log(error);
    this.#standsAs('failing', error instanceof Error ? error.message : String(error));
  }

  /** Since when it stands so is kept while it does not follow: an answer tells since when it is stale. */
  #standsAs(state: FeedStand['state'], why?: string): void {
    const { state: before, sinceMs: since } = this.#stand;
    const goesOn = before === state || (state !== 'following' && before !== 'following');
    const sinceMs = goesOn ? since : this.#deps.clock();
    this.#stand = { state, sinceMs, ...(why !== undefined && { why }) };
  }

  #log(error: unknown): void {
    if (this.#stand.state === 'failing') return;
    this.#deps.logger.warn({ err: error, partition: this.#partition }, 'the feed is in trouble');
  }
}
