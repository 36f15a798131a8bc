import type { Position } from '../../events/position.ts';
import { RuleBook } from '../../projections/rules/rule-book.ts';
import type { FactHistory } from '../replay/fact-history.ts';

/** What rules say of items as they were published up to a place of the journal; nothing is read before a rule is asked. */
export function pastRules(
  history: FactHistory,
  place: Position,
  yieldNow: () => Promise<void>,
): RuleBook {
  return new RuleBook({
    source: { all: () => history.metadataAt(place.sequence) },
    place: () => place,
    yieldNow,
    takesUnknown: true,
  });
}
