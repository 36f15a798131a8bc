import type { IdentityStore } from '../../events/identity.ts';
import type { InteractionTypes } from '../../events/interaction-type.ts';
import type { Journal } from '../../events/journal.ts';
import { ORIGIN } from '../../events/position.ts';
import { AnswerCounts } from '../../projections/answer-counts.ts';
import type { AnswerCountsState } from '../../projections/answer-counts.ts';
import type { Reaction } from '../../projections/click-through.ts';
import type { RecommendationFacts } from '../../projections/recommendation-id.ts';
import type { ExperimentRecord } from './experiment-record.ts';
import { ofRuns, runName, underRuns } from './experiment-runs.ts';
import { armNames } from './experiments.ts';
import { journalReactions } from './journal-reactions.ts';
import type { Kept, KeptRecord } from '../kept-record.ts';
import { OneAtATime } from '../one-at-a-time.ts';
import { countsKeptMsMax } from './reactions.ts';
import { isCounts } from './summed-answers.ts';

/** Events that are read before what was counted of them is kept. */
export const foldEventsMax = 20_000;

/** The reactions of a journal up to some place in each partition. */
export interface KeptReactions {
  readonly format: 1;
  /** The last sequence of each partition whose reactions are counted. */
  readonly heads: readonly number[];
  /** Trials stand under the names of their runs; no answers are counted in it but those clicked. */
  readonly counts: AnswerCountsState;
}

/** What folding needs. */
export interface ReactionFoldDeps {
  readonly record: KeptRecord<KeptReactions>;
  readonly journal: Pick<Journal, 'read'>;
  /** Where each partition of the journal ends, as far as this process knows. */
  readonly heads: () => readonly number[];
  /** Where each ends now: what others appended, too. */
  readonly headsOfNow: () => Promise<readonly number[]>;
  readonly identities: Pick<IdentityStore, 'reveal'>;
  readonly types: InteractionTypes;
  /** What a recommendation's id says; undefined where it was not made here. */
  readonly factsOf: (recommendationId: string) => RecommendationFacts | undefined;
  /** Tells users apart without naming them, the same in every process. */
  readonly markOf: (user: string) => string;
  /** The experiments as they stand now. */
  readonly runs: () => Promise<readonly ExperimentRecord[]>;
  /** Milliseconds that only go forwards. */
  readonly clock: () => number;
  readonly yieldNow: () => Promise<void>;
  /** Told of what was counted, once it is kept. */
  readonly onCounted?: (reaction: Reaction) => void;
  /** {@link foldEventsMax} where absent. */
  readonly eventsMax?: number;
}

/** What a process holds of the counts: what the record held at a revision, at places that no reaction came before since. */
interface Held {
  readonly revision: number;
  /** The places that stand in the record. */
  readonly kept: readonly number[];
  readonly heads: readonly number[];
  readonly counts: AnswerCounts;
  readonly runs: readonly ExperimentRecord[];
}

/**
 * Folds the reactions of a journal into one record that many processes share. Places and counts are written together,
 * over the revision that they go on from: where two fold at once one of them is refused, so every reaction counts once,
 * whoever folds, however often an event is sent, and wherever a process is killed.
 */
export class ReactionFold {
  readonly #deps: ReactionFoldDeps;
  readonly #turns = new OneAtATime();
  #held: Held | undefined;
  #written: number | undefined;
  #writtenMs = -Infinity;

  constructor(deps: ReactionFoldDeps) {
    this.#deps = deps;
  }

  /** The revision that this process wrote last; undefined before the first. */
  get written(): number | undefined {
    return this.#written;
  }

  /** Goes on in the journal; resolves to whether it came to the heads that it found. */
  fold(signal: AbortSignal): Promise<boolean> {
    return this.#turns.do(() => this.#fold(() => Promise.resolve(this.#deps.heads()), signal));
  }

  /** Goes on to the heads of now, or until so much time has passed; tells the counts by experiment. */
  look(
    msMax: number,
    signal: AbortSignal,
  ): Promise<{ readonly isComplete: boolean; readonly counts: AnswerCountsState }> {
    const { clock, record, runs, headsOfNow } = this.#deps;
    return this.#turns.do(async () => {
      const endMs = clock() + msMax;
      let isComplete = await this.#fold(headsOfNow, signal);
      while (!isComplete && !signal.aborted && clock() < endMs) {
        isComplete = await this.#fold(headsOfNow, signal);
      }
      const held = this.#held ?? this.#heldOf(await record.read(), await runs());
      return { isComplete, counts: held.counts.state() };
    });
  }

  async #fold(headsOf: ReactionFoldDeps['headsOfNow'], signal: AbortSignal): Promise<boolean> {
    const { record, runs: runsOfNow, clock, onCounted } = this.#deps;
    const last = await this.#newest();
    const kept = last === undefined ? await record.read() : undefined;
    const ends = await headsOf();
    // Asked after record and heads: an experiment that is counted there, or that an answer there names, has begun by then.
    const runs = await runsOfNow();
    const held = last === undefined ? this.#heldOf(kept, runs) : followed(last, runs);
    // Counts that a failure leaves half changed are read anew.
    this.#held = undefined;
    const { counted, heads } = await this.#count(held, ends);
    if (signal.aborted) return false;
    const isWhole = heads.every((head, partition) => head >= (ends[partition] ?? ORIGIN));
    const isMoved = heads.some((head, partition) => head !== (held.kept[partition] ?? ORIGIN));
    const isDue = clock() - this.#writtenMs >= countsKeptMsMax;
    if (counted.length === 0 && !(isMoved && isDue)) {
      this.#held = { ...held, heads };
      return isWhole;
    }
    const counts = underRuns(held.counts.state(), runs);
    if (!(await record.write({ format: 1, heads, counts }, held.revision))) return false;
    this.#held = { ...held, heads, kept: heads, revision: held.revision + 1 };
    this.#written = held.revision + 1;
    this.#writtenMs = clock();
    for (const reaction of counted) onCounted?.(reaction);
    return isWhole;
  }

  /** What is held, where nobody wrote since. */
  async #newest(): Promise<Held | undefined> {
    const held = this.#held;
    if (held === undefined) return undefined;
    return (await this.#deps.record.revision()) === held.revision ? held : undefined;
  }

  /** Counts what the journal holds past the places held, up to these ends and within the bound. */
  async #count(
    { heads: from, counts }: Held,
    ends: readonly number[],
  ): Promise<{ readonly counted: readonly Reaction[]; readonly heads: readonly number[] }> {
    const counted: Reaction[] = [];
    const heads: number[] = [];
    let room = this.#deps.eventsMax ?? foldEventsMax;
    for (const [partition, end] of ends.entries()) {
      const start = from[partition] ?? ORIGIN;
      const to = Math.max(start, Math.min(end, start + room));
      for await (const found of journalReactions(this.#deps, partition, start, to)) {
        const reaction = this.#reaction(found.recommendationId, found.type);
        if (reaction === undefined) continue;
        counts.reacted(reaction, found.user);
        counted.push(reaction);
      }
      room -= to - start;
      heads.push(to);
    }
    return { counted, heads };
  }

  #reaction(recommendationId: string, type: string): Reaction | undefined {
    const facts = this.#deps.factsOf(recommendationId);
    const { polarity } = this.#deps.types[type] ?? {};
    if (facts === undefined || polarity === undefined) return undefined;
    return { recommendationId, facts, polarity };
  }

  #heldOf(kept: Kept<KeptReactions> | undefined, runs: readonly ExperimentRecord[]): Held {
    const state = kept && ofRuns(kept.value.counts, runs);
    const counts = new AnswerCounts(this.#deps.markOf, armNames(runs), state);
    const heads = kept?.value.heads ?? [];
    return { revision: kept?.revision ?? 0, kept: heads, heads, counts, runs };
  }
}

/** Goes on with the experiments of now: those that began are counted from here on, those that ended no more. */
function followed(held: Held, runs: readonly ExperimentRecord[]): Held {
  const before = new Set(held.runs.map(runName));
  const names = new Set(runs.map(({ experiment }) => experiment));
  for (const { experiment } of held.runs) {
    if (!names.has(experiment)) held.counts.end(experiment);
  }
  for (const run of runs) {
    if (before.has(runName(run))) continue;
    held.counts.begin(
      run.experiment,
      run.arms.map(({ name }) => name),
    );
  }
  return { ...held, runs };
}

/** Checks reactions that were read; throws where they are none of ours. */
export function readReactions(value: unknown): KeptReactions {
  const { format, heads, counts } = (value ?? {}) as Partial<KeptReactions>;
  if (format === 1 && Array.isArray(heads) && isCounts(counts)) return value as KeptReactions;
  throw new TypeError('these are no counts of reactions of this version');
}
