/** Titles that a search looks through before it lets other work run. */
export const searchSliceTitlesMax = 20_000;
/** Words of a search that count; those past it are left out. */
export const searchWordsMax = 8;

const MARKS = /\p{M}/gu;
/** What parts words: everything that is neither a letter nor a digit. */
const BREAKS = /[^\p{L}\p{N}]+/u;

/** How well a title fits: the smaller, the better; undefined where a word is not in it. */
type Rank = 0 | 1 | 2 | 3;

interface Found {
  readonly id: string;
  readonly title: string;
  readonly rank: Rank;
}

/** Writes text as it is compared: in lower case, without accents. */
export function foldText(text: string): string {
  return text.normalize('NFKD').replace(MARKS, '').toLowerCase();
}

/**
 * Finds the n items whose titles fit a search best: those that start with it, then those whose words start with its
 * words, then those that hold its words anywhere; among equals by title. An item whose id is the search comes first.
 */
export async function searchTitles(
  titles: ReadonlyMap<string, string>,
  search: string,
  n: number,
  yieldNow: () => Promise<void>,
): Promise<readonly string[]> {
  const wanted = foldText(search.trim());
  const words = wanted.split(BREAKS).filter(Boolean).slice(0, searchWordsMax);
  const best: Found[] = [];
  let looked = 0;
  for (const [id, title] of titles) {
    looked += 1;
    if (looked % searchSliceTitlesMax === 0) await yieldNow();
    const rank = id === search.trim() ? 0 : rankOf(foldText(title), wanted, words);
    if (rank !== undefined) keep(best, { id, title, rank }, n);
  }
  return best.map(({ id }) => id);
}

function rankOf(title: string, wanted: string, words: readonly string[]): Rank | undefined {
  if (words.length === 0 || !words.every((word) => title.includes(word))) return undefined;
  if (title.startsWith(wanted)) return 1;
  const own = title.split(BREAKS);
  return words.every((word) => own.some((one) => one.startsWith(word))) ? 2 : 3;
}

/** Puts what was found where it belongs among the n best. */
function keep(best: Found[], found: Found, n: number): void {
  const last = best[n - 1];
  if (last !== undefined && !isBefore(found, last)) return;
  let low = 0;
  for (let high = best.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (isBefore(found, best[middle] as Found)) high = middle;
    else low = middle + 1;
  }
  best.splice(low, 0, found);
  if (best.length > n) best.pop();
}

function isBefore(a: Found, b: Found): boolean {
  if (a.rank !== b.rank) return a.rank < b.rank;
  return a.title === b.title ? a.id < b.id : a.title < b.title;
}
