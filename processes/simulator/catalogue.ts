import { draw, drawIndex, WeightedChoice } from './draw.ts';
import { inventedArtist, inventedTitle } from './invented-name.ts';

/** An invented track. */
export interface CatalogueItem {
  readonly id: string;
  readonly metadata: {
    readonly title: string;
    readonly artist: string;
    readonly genre: string;
    readonly year: number;
    readonly durationSeconds: number;
  };
}

/** Items of an instance's demo. */
export const DEMO_ITEMS = 10_000;

/** Kinds of music that the simulated listeners tell apart. */
export const GENRES = [
  ...['ambient', 'bossa', 'brass', 'breakbeat', 'chamber', 'choral', 'country', 'disco', 'drone'],
  ...['dub', 'electro', 'folk', 'funk', 'garage', 'house', 'jazz', 'lo-fi', 'metal', 'piano'],
  ...['post-rock', 'soul', 'surf', 'swing', 'synth'],
] as const;

const ITEMS_PER_ARTIST = 12;
/** How steeply the plays fall from the best-known item of a genre to the least known. */
const POPULARITY_SLOPE = 1.1;
const SECOND_GENRE_SHARE = 0.2;

/** A seeded catalogue of invented tracks, with what the simulator needs to pick from it. */
export interface Catalogue {
  readonly items: readonly CatalogueItem[];
  /** Indices of each genre's items, the best-known first, and how they are drawn. */
  readonly genres: readonly GenreShelf[];
  /** Indices of each artist's items. */
  readonly artists: readonly (readonly number[])[];
  /** The artist of each item. */
  readonly artistOf: readonly number[];
  /** Artists whose first genre this is. */
  readonly artistsOfGenre: readonly (readonly number[])[];
}

/** The items of a genre and their popularity. */
export interface GenreShelf {
  readonly items: readonly number[];
  readonly choice: WeightedChoice;
}

/** Makes the catalogue of a seed: the same seed and size give the same items. */
export function createCatalogue(seed: number, size: number): Catalogue {
  const artistCount = Math.max(1, Math.ceil(size / ITEMS_PER_ARTIST));
  const names = Array.from({ length: artistCount }, (_, artist) => inventedArtist(seed, artist));
  const shelves: number[][] = GENRES.map(() => []);
  const artists: number[][] = names.map(() => []);
  const artistOf: number[] = [];
  const items = Array.from({ length: size }, (_, index): CatalogueItem => {
    const artist = drawIndex(artistCount, seed, 10, index);
    const genre = genreOf(seed, artist, draw(seed, 11, index) < SECOND_GENRE_SHARE);
    (artists[artist] as number[]).push(index);
    artistOf.push(artist);
    (shelves[genre] as number[]).push(index);
    return {
      id: `track-${String(index + 1).padStart(5, '0')}`,
      metadata: {
        title: inventedTitle(seed, index),
        artist: names[artist] as string,
        genre: GENRES[genre] as string,
        year: 1970 + drawIndex(56, seed, 12, index),
        durationSeconds: 120 + drawIndex(240, seed, 13, index),
      },
    };
  });
  const artistsOfGenre: number[][] = GENRES.map(() => []);
  for (const [artist, own] of artists.entries()) {
    if (own.length > 0) (artistsOfGenre[genreOf(seed, artist, false)] as number[]).push(artist);
  }
  const genres = shelves.map((own) => shelf(seed, own));
  return { items, genres, artists, artistOf, artistsOfGenre };
}

function genreOf(seed: number, artist: number, second: boolean): number {
  return drawIndex(GENRES.length, seed, 14, artist, second ? 1 : 0);
}

/** Ranks a genre's items by a draw, so that an item's number says nothing of how known it is. */
function shelf(seed: number, own: readonly number[]): GenreShelf {
  const items = [...own].sort((a, b) => draw(seed, 15, a) - draw(seed, 15, b));
  return {
    items,
    choice: new WeightedChoice(items.map((_, rank) => 1 / (rank + 3) ** POPULARITY_SLOPE)),
  };
}
