import type { SentEvent } from './server.ts';

/** Two groups of users who play items of their own group; a number fixes an event for ever. */
export function madeEvent(number: number, prefix = 'e'): SentEvent {
  const user = (number * 7) % 41;
  const item = (number * 13 + Math.floor(number / 97)) % 60;
  return {
    id: `${prefix}-${String(number)}`,
    type: number % 11 === 10 ? 'skip' : 'play',
    user: `user-${String(user)}`,
    item: `${user % 2 === 0 ? 'even' : 'odd'}-${String(item)}`,
    time: new Date(1_700_000_000_000 + number * 1_000).toISOString(),
  };
}

/** Made events from one number to before another. */
export function madeEvents(from: number, to: number, prefix = 'e'): readonly SentEvent[] {
  return Array.from({ length: to - from }, (_, i) => madeEvent(from + i, prefix));
}

/** Made events as the text of a CSV file. */
export function madeCsv(rows: number): string {
  const lines = madeEvents(0, rows).map(({ user, item, time }, i) =>
    [user, item, String(1 + (i % 5)), String(Date.parse(time) / 1_000)].join(','),
  );
  return `userId,movieId,rating,timestamp\n${lines.join('\n')}\n`;
}
