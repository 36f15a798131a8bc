import { z } from 'zod';

/** Five fields of cron: numbers, `*`, ranges, lists, steps, and names of days and months. */
const CRON = /^[\d*/,A-Za-z-]+( [\d*/,A-Za-z-]+){4}$/;

/** A span of time: `30m`, `6h`, `1d`. */
const SPAN = /^[1-9]\d{0,3}[mhd]$/;

/** When a schedule runs: `off`, a span such as `6h`, or five fields of cron in UTC. */
export const scheduleTimes = z
  .string()
  .refine(
    (text) => text === 'off' || SPAN.test(text) || CRON.test(text),
    'must be off, a span such as 30m, 6h or 1d, or five fields of cron in UTC such as "17 3 * * *"',
  );

/** Whether times are a span; they are cron else. */
export function isSpan(times: string): times is `${number}m` | `${number}h` | `${number}d` {
  return SPAN.test(times);
}
