import type { AcceptedEvents, IncomingEvent } from '../../events/incoming.ts';
import type { IdentityStore } from '../../events/identity.ts';
import type { InteractionTypes } from '../../events/interaction-type.ts';
import type { Journal } from '../../events/journal.ts';
import { ORIGIN, parsePosition } from '../../events/position.ts';
import { AnswerCounts } from '../../projections/answer-counts.ts';
import type { ArmNames, GivenAnswer } from '../../projections/answer-counts.ts';
import type { ClickThroughRow, Reaction } from '../../projections/click-through.ts';
import type { RecommendationFacts } from '../../projections/recommendation-id.ts';
import { journalReactions } from './journal-reactions.ts';
import type { ReactionRecord, ReactionStore } from './reaction-store.ts';

/** How long counts may be newer than what is kept of them. */
export const countsKeptMsMax = 5_000;

/** Reactions that are remembered, so that one that two requests bring at once is counted once. */
export const recentReactionsMax = 10_000;

/** What counting reactions needs. */
export interface ReactionDeps {
  readonly journal: Pick<Journal, 'read' | 'head' | 'partitions'>;
  readonly identities: Pick<IdentityStore, 'reveal'>;
  readonly types: InteractionTypes;
  /** What a recommendation's id says; undefined where it was not made here. */
  readonly factsOf: (recommendationId: string) => RecommendationFacts | undefined;
  /** Tells users apart without naming them. */
  readonly markOf: (user: string) => string;
  /** The experiments that are counted. */
  readonly arms: ArmNames;
  readonly store: ReactionStore;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly yieldNow: () => Promise<void>;
  /** Told of every answer and reaction as it is counted, but not of those from before the start. */
  readonly onCounted?: (what: 'impression' | Reaction['polarity'], row: CountedUnder) => void;
}

/** What something is counted under. */
export interface CountedUnder {
  readonly model: string;
  readonly scenario: string;
}

/** The counts as they are told. */
export interface ClickThroughTold {
  readonly sinceMs: number;
  /** False while reactions of the journal that came before the start are still read. */
  readonly isComplete: boolean;
  readonly rows: readonly ClickThroughRow[];
}

/** Passes events on. */
type Accept = (incoming: readonly IncomingEvent[]) => Promise<AcceptedEvents>;

/**
 * Counts answers as they are given, and reactions as they are accepted. What is kept says how far the journal's
 * reactions are in it, so that those past it are read again after a kill: every reaction counts once. Answers are in no
 * journal: a kill loses those since counts were kept.
 */
export class Reactions {
  readonly counts: AnswerCounts;
  readonly #deps: ReactionDeps;
  readonly #sinceMs: number;
  readonly #accepts = new Set<Promise<unknown>>();
  /** Positions of reactions that were counted while requests with reactions have been under way. */
  readonly #recent = new Set<string>();
  /** Up to where reactions were counted when these counts were kept. */
  readonly #heads: readonly number[];
  /** Reactions that come in wait for this: what is under way is let out first. */
  #emptying: Promise<unknown> | undefined;
  #isComplete = false;
  #isChanged = true;

  private constructor(deps: ReactionDeps, { heads, sinceMs, counts }: Partial<ReactionRecord>) {
    this.#deps = deps;
    this.counts = new AnswerCounts(deps.markOf, deps.arms, counts);
    this.#heads = heads ?? [];
    this.#sinceMs = sinceMs ?? Math.floor(deps.clock());
  }

  /** Goes on from what was kept; where nothing was, all reactions of the journal are read by {@link catchUp}. */
  static async open(deps: ReactionDeps): Promise<Reactions> {
    const { store, journal } = deps;
    const kept = await store.read();
    // A journal that was put back from an older backup has other events past its head.
    const fits =
      kept?.heads.length === journal.partitions &&
      kept.heads.every((head, partition) => head <= journal.head(partition));
    return new Reactions(deps, fits ? kept : {});
  }

  /** Reads the reactions that came before the start and are not in what was kept; `to` are the heads of the start. */
  async catchUp(to: readonly number[], signal: AbortSignal): Promise<void> {
    for (const [partition, head] of to.entries()) {
      const from = this.#heads[partition] ?? ORIGIN;
      for await (const found of journalReactions(this.#deps, partition, from, head)) {
        if (signal.aborted) return;
        const reaction = this.#reaction(found.recommendationId, found.type);
        if (reaction === undefined) continue;
        // Where the answers of an experiment are not counted any more, clicks on them say nothing.
        if (this.#heads.length === 0) this.counts.clickThrough.reacted(reaction);
        else this.counts.reacted(reaction, found.user);
      }
      if (signal.aborted) return;
    }
    this.#isComplete = true;
    this.#isChanged = true;
  }

  /** Notes that something else of the counts changed: an experiment began or ended. */
  changed(): void {
    this.#isChanged = true;
  }

  /** Counts an answer that was given. */
  given(answer: GivenAnswer): void {
    this.counts.given(answer);
    this.#isChanged = true;
    const { model, label } = answer;
    this.#deps.onCounted?.('impression', { model, scenario: label?.scenario ?? '' });
  }

  /** Passes events on to a door, and counts those that name an answer and were not there before. */
  async accept(incoming: readonly IncomingEvent[], door: Accept): Promise<AcceptedEvents> {
    if (incoming.every((event) => event.recommendationId === undefined)) return door(incoming);
    while (this.#emptying !== undefined) await this.#emptying;
    const accepting = this.#accept(incoming, door);
    this.#accepts.add(accepting);
    try {
      return await accepting;
    } finally {
      this.#accepts.delete(accepting);
      if (this.#accepts.size === 0) this.#recent.clear();
      else if (this.#recent.size >= recentReactionsMax) void this.#empty(() => undefined);
    }
  }

  /** The counts as they stand. */
  tell(): ClickThroughTold {
    const rows = this.counts.clickThrough.rows();
    return { sinceMs: this.#sinceMs, isComplete: this.#isComplete, rows };
  }

  /** Keeps the counts where they changed; one keeping at a time. */
  async keep(): Promise<void> {
    // Before the journal is read, the counts say nothing of its heads.
    if (!this.#isComplete || !this.#isChanged) return;
    const record = await this.#empty((): ReactionRecord => {
      this.#isChanged = false;
      // Nothing is under way: what the journal holds is counted, and what is counted it holds.
      return { heads: this.#journalHeads(), sinceMs: this.#sinceMs, counts: this.counts.state() };
    });
    try {
      await this.#deps.store.write(record);
    } catch (error) {
      this.#isChanged = true;
      throw error;
    }
  }

  /** Does something while no request with reactions is under way; those that come meanwhile wait. */
  async #empty<T>(work: () => T): Promise<T> {
    while (this.#accepts.size > 0) {
      this.#emptying ??= Promise.allSettled(this.#accepts).finally(() => {
        this.#emptying = undefined;
      });
      await this.#emptying;
    }
    return work();
  }

  #journalHeads(): readonly number[] {
    const { journal } = this.#deps;
    return Array.from({ length: journal.partitions }, (_, partition) => journal.head(partition));
  }

  async #accept(incoming: readonly IncomingEvent[], door: Accept): Promise<AcceptedEvents> {
    const heads = this.#journalHeads();
    const accepted = await door(incoming);
    const inBatch = new Set<string>();
    for (const [at, event] of incoming.entries()) {
      const text = accepted.positions[at] ?? '';
      const position = parsePosition(text);
      if (position === undefined || inBatch.has(text)) continue;
      inBatch.add(text);
      if (event.recommendationId === undefined) continue;
      // What stood in the journal before, or came by another request meanwhile, is counted already.
      const isOld = position.sequence <= (heads[position.partition] ?? ORIGIN);
      if (isOld || this.#recent.has(text)) continue;
      const reaction = this.#reaction(event.recommendationId, event.type);
      if (reaction === undefined) continue;
      this.#recent.add(text);
      this.#count(reaction, event.user);
    }
    return accepted;
  }

  #count(reaction: Reaction, user: string): void {
    this.counts.reacted(reaction, user);
    this.#isChanged = true;
    const { version, label } = reaction.facts;
    const under = { model: version, scenario: label?.scenario ?? '' };
    this.#deps.onCounted?.(reaction.polarity, under);
  }

  #reaction(recommendationId: string, type: string): Reaction | undefined {
    const facts = this.#deps.factsOf(recommendationId);
    const { polarity } = this.#deps.types[type] ?? {};
    if (facts === undefined || polarity === undefined) return undefined;
    return { recommendationId, facts, polarity };
  }
}
