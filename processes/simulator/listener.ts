import type { Catalogue } from './catalogue.ts';
import { GENRES } from './catalogue.ts';
import { draw, drawIndex } from './draw.ts';

/** How much of a listener's playing goes to each of their favourite genres, the dearest first. */
export const FAVOURITE_SHARES = [0.6, 0.25, 0.15] as const;

/** A favourite genre is kept for this many drift periods; the favourites change in turn, never all at once. */
const periodsKept = FAVOURITE_SHARES.length;

/** A listener's taste: what they would play at a time, without any state. */
export interface Listener {
  readonly index: number;
  readonly seed: number;
  /** Milliseconds between one change of taste and the next. */
  readonly driftMs: number;
}

/** The favourite genres of a listener in a drift period, the dearest first. */
export function favouriteGenres(listener: Listener, period: number): readonly number[] {
  return FAVOURITE_SHARES.map((_, place) => {
    const kept = Math.floor((period + place) / periodsKept);
    return drawIndex(GENRES.length, listener.seed, 20, listener.index, place, kept);
  });
}

/**
 * The genre that a listener plays at a time: as time passes within a period, the next period's favourites take
 * over bit by bit. `share` and `blend` are draws in [0, 1).
 */
export function genreAt(
  listener: Listener,
  timeMs: number,
  share: number,
  blend: number,
): { genre: number; period: number } {
  const periods = timeMs / listener.driftMs;
  const current = Math.floor(periods);
  const period = blend < periods - current ? current + 1 : current;
  const favourites = favouriteGenres(listener, period);
  let place = 0;
  let sum = FAVOURITE_SHARES[0] as number;
  while (share >= sum && place < FAVOURITE_SHARES.length - 1) {
    place += 1;
    sum += FAVOURITE_SHARES[place] as number;
  }
  return { genre: favourites[place] as number, period };
}

/** The artist of a genre that a listener keeps coming back to in a period; undefined where the genre has none. */
export function favouriteArtist(
  catalogue: Catalogue,
  listener: Listener,
  genre: number,
  period: number,
): number | undefined {
  const artists = catalogue.artistsOfGenre[genre] ?? [];
  if (artists.length === 0) return undefined;
  const unit = draw(listener.seed, 21, listener.index, genre, Math.floor(period / periodsKept));
  return artists[Math.floor(unit * artists.length)];
}
