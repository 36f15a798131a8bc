import type { AskedRules } from '../projections/rules/asked-rules.ts';

/** Which exploring answers are told, and what they are compared with. */
export interface ExploredQuery {
  /** When the first event that names an answer was appended at the earliest, Unix milliseconds. */
  readonly fromMs?: number | undefined;
  /** When the last one was at the latest. */
  readonly toMs?: number | undefined;
  /** The scenario that they were asked by; all where absent. */
  readonly scenario?: string | undefined;
  /** The rules that are evaluated; those of each answer itself, without chance, where absent. */
  readonly target?: AskedRules | undefined;
}

/** What the instance explored, and what came of it. */
export interface ExploredPort {
  /** One choice a row, answer by answer; throws INVALID, naming the field, where there are too many answers. */
  tell(query: ExploredQuery, signal: AbortSignal): AsyncIterable<object>;
}
