import { lastAppendedBy } from '../../events/append-time.ts';
import { RepriseError } from '../../events/error.ts';
import type { IdentityStore } from '../../events/identity.ts';
import { IMPRESSION } from '../../events/interaction-type.ts';
import type { InteractionTypes } from '../../events/interaction-type.ts';
import type { Journal } from '../../events/journal.ts';
import { formatPosition, ORIGIN } from '../../events/position.ts';
import type { Partition } from '../../events/position.ts';
import { ItemRates } from '../../model/off-policy/item-rates.ts';
import type { ScoredItem } from '../../projections/answer.ts';
import type { RecommendationFacts } from '../../projections/recommendation-id.ts';
import { decodeRules } from '../../projections/rules/asked-rules.ts';
import type { AskedRules } from '../../projections/rules/asked-rules.ts';
import type { AnswerProofs } from './answer-proof.ts';
import { journalReactions } from '../feedback/journal-reactions.ts';
import type { VersionRegistry } from '../versions/version-registry.ts';

/** Answers that one log of exploration tells. */
export const exploredAnswersMax = 10_000;

/** Which exploring answers are told, and what they are compared with. */
export interface ExploredQuery {
  /** When the first event about an answer was appended at the earliest, Unix milliseconds. */
  readonly fromMs?: number | undefined;
  /** When the last one was at the latest. */
  readonly toMs?: number | undefined;
  /** The scenario that they were asked by; all where absent. */
  readonly scenario?: string | undefined;
  /** The rules that are evaluated, leaving nothing to chance; those of each answer itself where absent. */
  readonly target?: AskedRules | undefined;
}

/** An item that was shown at a place of an exploring answer, as `evaluate off-policy` reads it. */
export interface ExploredChoice {
  /** The answer; the choices of one answer stand together. */
  readonly answer: string;
  readonly at: readonly string[];
  /** From 0. */
  readonly place: number;
  readonly item: string;
  /** The probability with which the item stood at this place. */
  readonly propensity: number;
  /** 1 where the rules that are evaluated have the item at this place, else 0. */
  readonly target: number;
  /** 1 where a positive event about the item named the answer, else 0. */
  readonly reward: number;
  /** How often the item is clicked where it is shown, by the other half of the log. */
  readonly predicted: number;
  /** The same of the item that the rules that are evaluated have at this place. */
  readonly predictedTarget: number;
}

/** An answer that can't be told, for it could not be made again as it was. */
export interface UnprovenAnswer {
  readonly answer: string;
  readonly unproven: string;
}

/** What logs of exploration are read from. */
export interface ExploredDeps {
  readonly journal: Pick<Journal, 'read' | 'head' | 'partitions'>;
  readonly identities: Pick<IdentityStore, 'reveal'>;
  readonly registry: Pick<VersionRegistry, 'get'>;
  readonly proofs: Pick<AnswerProofs, 'remake'>;
  readonly factsOf: (recommendationId: string) => RecommendationFacts | undefined;
  readonly yieldNow: () => Promise<void>;
}

/** What the journal says of an exploring answer. */
interface Reported {
  readonly id: string;
  readonly facts: RecommendationFacts;
  readonly rules: AskedRules;
  readonly shown: Set<string>;
  readonly clicked: Set<string>;
}

/**
 * Tells what this instance explored, from its journal: the answers that events name, each made again at its place for its
 * propensities, and what came of the items that were shown. Answers that no event names were shown to nobody.
 */
export class ExploredAnswers {
  readonly #deps: ExploredDeps;

  constructor(deps: ExploredDeps) {
    this.#deps = deps;
  }

  /** The choices, answer by answer in the order of their places; throws INVALID where there are too many answers. */
  async *tell(
    query: ExploredQuery,
    signal: AbortSignal,
  ): AsyncGenerator<ExploredChoice | UnprovenAnswer, void, undefined> {
    const answers = await this.#reported(query, signal);
    const rates = [new ItemRates(), new ItemRates()] as const;
    for (const answer of answers) {
      const own = rates[halfOf(answer)];
      for (const item of answer.shown) own.add(item, answer.clicked.has(item) ? 1 : 0);
    }
    for (const answer of answers) {
      signal.throwIfAborted();
      // Rates that an answer took part in would foretell it too well.
      yield* this.#choices(answer, query.target, rates[halfOf(answer) === 0 ? 1 : 0]);
    }
  }

  async *#choices(
    { id, facts, rules, shown, clicked }: Reported,
    target: AskedRules | undefined,
    rates: ItemRates,
  ): AsyncGenerator<ExploredChoice | UnprovenAnswer, void, undefined> {
    const made = await this.#deps.proofs.remake(facts);
    if (!made.isEqual) {
      const unproven = 'a replay to its place gives another answer now';
      yield { answer: id, unproven };
      return;
    }
    const wanted = await this.#deps.proofs.remake(facts, evaluated(rules, target));
    const at = facts.positions.map(formatPosition);
    for (const [place, { id: item, propensity }] of made.items.entries()) {
      if (propensity === undefined || !shown.has(item)) continue;
      const other: ScoredItem | undefined = wanted.items[place];
      yield {
        ...{ answer: id, at, place, item, propensity },
        target: other?.id === item ? 1 : 0,
        reward: clicked.has(item) ? 1 : 0,
        predicted: rates.of(item),
        predictedTarget: other === undefined ? 0 : rates.of(other.id),
      };
    }
  }

  /** The exploring answers that events of the window name, in the order of their places. */
  async #reported(query: ExploredQuery, signal: AbortSignal): Promise<readonly Reported[]> {
    const { journal } = this.#deps;
    const answers = new Map<string, Reported | null>();
    let explored = 0;
    for (let partition = 0; partition < journal.partitions; partition += 1) {
      const { from, to } = await this.#range(partition, query);
      for await (const found of journalReactions(this.#deps, partition, from, to)) {
        signal.throwIfAborted();
        const { recommendationId: id, type, item } = found;
        if (!answers.has(id)) {
          const made = this.#exploring(id, query);
          answers.set(id, made ?? null);
          explored += made === undefined ? 0 : 1;
          if (explored > exploredAnswersMax) throw tooMany();
        }
        const answer = answers.get(id);
        if (answer === undefined || answer === null) continue;
        const types = await this.#typesOf(answer.facts.version);
        if (type !== IMPRESSION && types?.[type] === undefined) continue;
        answer.shown.add(item);
        if (types?.[type]?.polarity === 'positive') answer.clicked.add(item);
      }
    }
    return [...answers.values()].filter((one) => one !== null).sort(byPlace);
  }

  #exploring(id: string, { scenario }: ExploredQuery): Reported | undefined {
    const facts = this.#deps.factsOf(id);
    if (facts === undefined || facts.rules === null) return undefined;
    if (scenario !== undefined && facts.label?.scenario !== scenario) return undefined;
    const { rules } = decodeRules(facts.rules);
    if (rules.exploration === undefined) return undefined;
    return { id, facts, rules, shown: new Set(), clicked: new Set() };
  }

  async #range(
    partition: Partition,
    { fromMs, toMs }: ExploredQuery,
  ): Promise<{ readonly from: number; readonly to: number }> {
    const { journal, yieldNow } = this.#deps;
    const lastBy = (timeMs: number): Promise<number> =>
      lastAppendedBy(journal, partition, timeMs, yieldNow);
    return {
      from: fromMs === undefined ? ORIGIN : await lastBy(fromMs - 1),
      to: toMs === undefined ? journal.head(partition) : await lastBy(toMs),
    };
  }

  async #typesOf(version: string): Promise<InteractionTypes | undefined> {
    return (await this.#deps.registry.get(version))?.definition.types;
  }
}

/** What is evaluated for an answer: the rules, without chance, as of the moment that it was asked in. */
function evaluated(own: AskedRules, target: AskedRules | undefined): AskedRules {
  const { exploration: _, ...rules } = target ?? own;
  return { ...rules, context: { ...rules.context, ...own.context } };
}

/** One of two halves of the log, by what can't be chosen. */
function halfOf({ facts }: Reported): 0 | 1 {
  return ((facts.answerHash[0] ?? 0) & 1) === 0 ? 0 : 1;
}

function byPlace(a: Reported, b: Reported): number {
  const [one, other] = [a.facts.positions[0], b.facts.positions[0]];
  const partition = (one?.partition ?? 0) - (other?.partition ?? 0);
  const sequence = (one?.sequence ?? 0) - (other?.sequence ?? 0);
  return partition || sequence || (a.id < b.id ? -1 : 1);
}

function tooMany(): RepriseError {
  return new RepriseError(
    'INVALID',
    `from and to hold more than ${String(exploredAnswersMax)} exploring answers: ask for less at a time, or name a scenario`,
    { field: 'from' },
  );
}
