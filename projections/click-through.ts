import type { AnswerLabel } from './answer.ts';
import type { RecommendationFacts } from './recommendation-id.ts';

/** Rows that answers are counted in, by version and scenario; what comes after goes into one row of all others. */
export const clickThroughRowsMax = 1_000;

/** Answers that are remembered as clicked, so that a second click on one is none of a second answer. */
export const clickedAnswersMax = 20_000;

/** What stands for the version of the row of all others. */
const OTHERS = '(others)';

/** The characters at the end of an id that tell answers apart: most of its signature. */
const MARK_CHARACTERS = 20;

/** Answers of one version and scenario, and what came of them. */
export interface ClickThroughRow {
  readonly model: string;
  /** Empty where answers were asked for without one. */
  readonly scenario: string;
  /** Answers that were given. */
  readonly impressions: number;
  /** Answers with at least one click. */
  readonly clicked: number;
  /** Events of positive polarity that name an answer. */
  readonly clicks: number;
  /** Events of negative polarity that name an answer: skips and dislikes. */
  readonly dismissals: number;
}

/** An event that names an answer. */
export interface Reaction {
  readonly recommendationId: string;
  readonly facts: Pick<RecommendationFacts, 'version' | 'label'>;
  readonly polarity: 'positive' | 'negative';
}

/** Counts as they are kept. */
export interface ClickThroughState {
  readonly rows: readonly ClickThroughRow[];
  /** The ends of the ids of clicked answers, oldest first. */
  readonly clicked: readonly string[];
}

type Row = { -readonly [K in keyof ClickThroughRow]: ClickThroughRow[K] };

/** Counts answers and reactions to them, by the version that answered and the scenario that it was asked by. */
export class ClickThrough {
  readonly #rows = new Map<string, Row>();
  readonly #clicked = new Set<string>();
  #last: Row | undefined;

  constructor({ rows, clicked }: ClickThroughState = { rows: [], clicked: [] }) {
    for (const row of rows) this.#rows.set(keyOf(row.model, row.scenario), { ...row });
    for (const mark of clicked) this.#clicked.add(mark);
  }

  /** Counts an answer that was given. */
  given(model: string, scenario = ''): void {
    this.#row(model, scenario).impressions += 1;
  }

  /** Adds what was counted elsewhere, and not here as well. */
  add(rows: readonly ClickThroughRow[]): void {
    for (const { model, scenario, ...counted } of rows) {
      const row = this.#row(model, scenario);
      row.impressions += counted.impressions;
      row.clicked += counted.clicked;
      row.clicks += counted.clicks;
      row.dismissals += counted.dismissals;
    }
  }

  /** Counts a reaction; tells whether it is the first click on its answer. */
  reacted({ recommendationId, facts, polarity }: Reaction): boolean {
    const row = this.#row(facts.version, scenarioOf(facts.label));
    if (polarity === 'negative') {
      row.dismissals += 1;
      return false;
    }
    row.clicks += 1;
    const mark = recommendationId.slice(-MARK_CHARACTERS);
    if (this.#clicked.has(mark)) return false;
    row.clicked += 1;
    this.#remember(mark);
    return true;
  }

  /** The counts, by version and scenario. */
  rows(): readonly ClickThroughRow[] {
    const rows = [...this.#rows.values()].map((row) => ({ ...row }));
    return rows.sort((a, b) => compare(a.model, b.model) || compare(a.scenario, b.scenario));
  }

  /** All that it takes to go on counting elsewhere. */
  state(): ClickThroughState {
    return { rows: this.rows(), clicked: [...this.#clicked] };
  }

  #row(model: string, scenario: string): Row {
    const last = this.#last;
    if (last?.model === model && last.scenario === scenario) return last;
    const known = this.#rows.get(keyOf(model, scenario)) ?? this.#newRow(model, scenario);
    this.#last = known;
    return known;
  }

  #newRow(model: string, scenario: string): Row {
    if (this.#rows.size >= clickThroughRowsMax && model !== OTHERS) return this.#row(OTHERS, '');
    const row = { model, scenario, impressions: 0, clicked: 0, clicks: 0, dismissals: 0 };
    this.#rows.set(keyOf(model, scenario), row);
    return row;
  }

  #remember(mark: string): void {
    this.#clicked.add(mark);
    if (this.#clicked.size <= clickedAnswersMax) return;
    const [oldest] = this.#clicked;
    if (oldest !== undefined) this.#clicked.delete(oldest);
  }
}

function scenarioOf(label: AnswerLabel | null): string {
  return label?.scenario ?? '';
}

function keyOf(model: string, scenario: string): string {
  return `${model}\0${scenario}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
