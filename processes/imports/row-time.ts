const ISO_TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/;
const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** Largest magnitude that is taken for Unix seconds; above it a number is milliseconds (year 5138 in seconds). */
const secondsMax = 1e11;
/** Largest magnitude that is taken for Unix milliseconds; above it a number is microseconds. */
const millisecondsMax = 1e14;
/** Largest magnitude that is taken for Unix microseconds. */
const microsecondsMax = 1e17;

/** Reads a number as Unix seconds, milliseconds or microseconds by its magnitude, into whole milliseconds. */
export function unixTimeMs(value: number): number | undefined {
  const magnitude = Math.abs(value);
  if (magnitude < secondsMax) return Math.round(value * 1000);
  if (magnitude < millisecondsMax) return Math.round(value);
  if (magnitude < microsecondsMax) return Math.round(value / 1000);
  return undefined;
}

/**
 * Reads a time as files write it: Unix seconds, milliseconds or microseconds, or ISO 8601 (UTC where no zone is
 * given). Returns Unix milliseconds, undefined where the text is no time.
 */
export function parseTimeMs(text: string): number | undefined {
  if (NUMBER.test(text)) return unixTimeMs(Number(text));
  const match = ISO_TIME.exec(text);
  if (match === null) return undefined;
  const [, date = '', time = '00:00', zone = 'Z'] = match;
  const ms = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}${colonZone(zone)}`);
  return Number.isNaN(ms) ? undefined : ms;
}

function colonZone(zone: string): string {
  return zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
}

/** Reads a decimal number; undefined where the text is none. */
export function parseNumber(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
