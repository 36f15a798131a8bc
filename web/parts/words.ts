/** Writes a whole number with its thousands apart. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** Writes a duration in milliseconds as briefly as it is exact enough. */
export function wordsOfMs(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${String(Math.round(ms))} ms`;
  return `${(ms / 1_000).toFixed(1)} s`;
}

const STEPS: readonly (readonly [seconds: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

/** Writes how long ago something was. */
export function wordsOfAgo(time: string | null, nowMs: number): string {
  if (time === null) return 'at an unknown time';
  const seconds = Math.round((Date.parse(time) - nowMs) / 1_000);
  if (Math.abs(seconds) < 2) return 'just now';
  for (const [size, unit] of STEPS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return 'just now';
}

const PAST_TENSE: Readonly<Record<string, string>> = {
  play: 'played',
  skip: 'skipped',
  like: 'liked',
  dislike: 'disliked',
  view: 'viewed',
  add: 'added',
  buy: 'bought',
};

/** What somebody did, in the past tense. */
export function pastOf(type: string): string {
  return PAST_TENSE[type] ?? type;
}

/** Writes a score as it is shown. */
export function wordsOfScore(score: number): string {
  return score.toFixed(3);
}

/** Writes bytes in the unit that they are read in. */
export function wordsOfBytes(bytes: number): string {
  if (bytes < 1_048_576) return `${(bytes / 1_024).toFixed(0)} KiB`;
  return bytes < 1_073_741_824
    ? `${(bytes / 1_048_576).toFixed(1)} MiB`
    : `${(bytes / 1_073_741_824).toFixed(2)} GiB`;
}
