import { draw, drawIndex } from './draw.ts';

const ONSETS = [
  ...['b', 'br', 'd', 'dr', 'f', 'fl', 'g', 'gl', 'h', 'j', 'k', 'kr', 'l', 'm', 'n', 'p', 'pl'],
  ...['qu', 'r', 's', 'sk', 'st', 't', 'tr', 'v', 'w', 'y', 'z', 'zh'],
];
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ae', 'ei', 'io', 'ou', 'ua'];
const CODAS = ['', '', 'l', 'm', 'n', 'r', 's', 'nd', 'rk', 'sk', 'th', 'x'];

const QUALITIES = [
  ...['Amber', 'Borrowed', 'Bright', 'Broken', 'Careful', 'Copper', 'Distant', 'Early', 'Electric'],
  ...['Empty', 'Faded', 'Gentle', 'Glass', 'Hidden', 'Hollow', 'Idle', 'Ivory', 'Late', 'Lost'],
  ...[
    'Low',
    'Lunar',
    'Narrow',
    'Northern',
    'Open',
    'Paper',
    'Quiet',
    'Restless',
    'Salted',
    'Second',
  ],
  ...['Silver', 'Slow', 'Soft', 'Spare', 'Tidal', 'Unsent', 'Upper', 'Velvet', 'Warm', 'Winter'],
];
const THINGS = [
  ...[
    'Alphabet',
    'Antenna',
    'Arcade',
    'Balcony',
    'Bicycle',
    'Canal',
    'Carousel',
    'Cinema',
    'Compass',
  ],
  ...[
    'Corridor',
    'Delta',
    'Elevator',
    'Engine',
    'Ferry',
    'Garden',
    'Harbour',
    'Hillside',
    'Kitchen',
  ],
  ...[
    'Lantern',
    'Letter',
    'Machine',
    'Meadow',
    'Mirror',
    'Museum',
    'Orchard',
    'Parade',
    'Pendulum',
  ],
  ...[
    'Platform',
    'Postcard',
    'Quarry',
    'Radio',
    'River',
    'Satellite',
    'Signal',
    'Station',
    'Stairwell',
  ],
  ...['Telegram', 'Thread', 'Umbrella', 'Viaduct', 'Window', 'Workshop'],
];

/** Invents a pronounceable word that means nothing, the same for the same place. */
export function inventedWord(seed: number, ...place: readonly number[]): string {
  const syllables = 2 + drawIndex(2, seed, ...place, 0);
  let word = '';
  for (let i = 1; i <= syllables; i += 1) {
    word += pick(ONSETS, seed, ...place, i, 0) + pick(VOWELS, seed, ...place, i, 1);
  }
  word += pick(CODAS, seed, ...place, 9);
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Invents an artist's name out of invented words. */
export function inventedArtist(seed: number, artist: number): string {
  const first = inventedWord(seed, artist, 1);
  const form = draw(seed, artist, 2);
  if (form < 0.25) return first;
  const second = inventedWord(seed, artist, 3);
  if (form < 0.75) return `${first} ${second}`;
  return form < 0.9 ? `The ${first} ${pick(THINGS, seed, artist, 4)}s` : `${first} & ${second}`;
}

/** Invents a title: everyday words, sometimes with an invented one. */
export function inventedTitle(seed: number, item: number): string {
  const quality = pick(QUALITIES, seed, item, 1);
  const thing = pick(THINGS, seed, item, 2);
  const form = draw(seed, item, 3);
  if (form < 0.45) return `${quality} ${thing}`;
  if (form < 0.6) return `${thing} for ${inventedWord(seed, item, 4)}`;
  if (form < 0.75) return `The ${thing} at ${inventedWord(seed, item, 4)}`;
  if (form < 0.9) return `${thing} and ${pick(THINGS, seed, item, 5)}`;
  return `${quality} ${thing} (${inventedWord(seed, item, 4)} version)`;
}

function pick(list: readonly string[], seed: number, ...place: readonly number[]): string {
  return list[drawIndex(list.length, seed, ...place)] as string;
}
