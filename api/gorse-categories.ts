import type { AskedRules } from '../projections/rules/asked-rules.ts';
import type { RuleAudience, RuleReader } from './rules.ts';
import { refusal } from './validation.ts';

/** What of a request names a category: its path, or its query. */
export interface AskedCategory {
  readonly inPath?: string;
  readonly inQuery?: string | undefined;
}

/** The category that a request names; undefined where it wants all. */
export function categoryOf({ inPath = '', inQuery = '' }: AskedCategory): string | undefined {
  if (inPath !== '' && inQuery !== '' && inPath !== inQuery) {
    const reason = 'names another category than the path: name one of them';
    throw refusal('the query', [{ field: 'category', reason }]);
  }
  const category = inPath === '' ? inQuery : inPath;
  return category === '' ? undefined : category;
}

/** The rules that list items of one category alone; undefined where all are wanted. */
export function categoryRules(
  reader: RuleReader,
  audience: RuleAudience,
  category: string | undefined,
): AskedRules | undefined {
  if (category === undefined) return undefined;
  // JSON writes text as CEL reads it. `has` lets a catalogue without any categories answer with nothing.
  const filter = `has(item.categories) && ${JSON.stringify(category)} in item.categories`;
  return reader.read({ filter }, audience);
}
