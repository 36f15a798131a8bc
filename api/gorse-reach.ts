import { answerItemsMax } from './schema/fields.ts';
import { refusal } from './validation.ts';

/** A part of a ranking as Gorse's clients ask for it. */
export interface GorseWindow {
  readonly n: number;
  readonly offset: number;
}

/** How many of the best have to be known for a part of a ranking; throws a 400 where that is too many. */
export function gorseReach({ n, offset }: GorseWindow): number {
  if (n + offset <= answerItemsMax) return n + offset;
  const reason = `and offset must be at most ${String(answerItemsMax)} together`;
  throw refusal('the query', [{ field: 'n', reason }]);
}
