/** How closely an answer has to be the documented one. */
export type Closeness = 'exact' | 'shape';

/** Fields whose values are of the run: the clock, the machine, randomness. Their types are compared. */
const VARYING: ReadonlySet<string> = new Set([
  'recommendationId',
  'createdAt',
  'uptimeSeconds',
  'residentBytes',
  'seconds',
  'eventsPerSecond',
]);

/** Parses JSON documents, one in all or one a line. */
export function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  }
}

/** Lists where an answer is not the documented one; empty where it is. */
export function differences(
  documented: unknown,
  actual: unknown,
  closeness: Closeness,
  place = '$',
): readonly string[] {
  if (Array.isArray(documented) && Array.isArray(actual)) {
    return arrayDifferences(documented, actual, closeness, place);
  }
  if (isObject(documented) && isObject(actual)) {
    return objectDifferences(documented, actual, closeness, place);
  }
  const isAlike =
    closeness === 'exact' ? documented === actual : typeof documented === typeof actual;
  return isAlike ? [] : [`${place}: ${JSON.stringify(actual)}, not ${JSON.stringify(documented)}`];
}

function arrayDifferences(
  documented: readonly unknown[],
  actual: readonly unknown[],
  closeness: Closeness,
  place: string,
): readonly string[] {
  if (closeness === 'exact' && documented.length !== actual.length) {
    return [`${place}: ${String(actual.length)} entries, not ${String(documented.length)}`];
  }
  return actual.flatMap((entry, i) =>
    differences(documented[i] ?? documented[0], entry, closeness, `${place}[${String(i)}]`),
  );
}

function objectDifferences(
  documented: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
  closeness: Closeness,
  place: string,
): readonly string[] {
  const names = new Set([...Object.keys(documented), ...Object.keys(actual)]);
  return [...names].flatMap((name) => {
    const at = `${place}.${name}`;
    if (!Object.hasOwn(documented, name)) return [`${at} is answered and not documented`];
    if (!Object.hasOwn(actual, name)) return [`${at} is documented and not answered`];
    const close = VARYING.has(name) ? 'shape' : closeness;
    return differences(documented[name], actual[name], close, at);
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Lists the documented lines that an output lacks, in order. Widths of columns don't count, nor do digits behind
 * a decimal point, durations and speeds; `…` as a line stands for any others.
 */
export function missingLines(documented: string, actual: string): readonly string[] {
  const lines = actual.split('\n').map(normal);
  let at = 0;
  return documented
    .split('\n')
    .filter((line) => line.trim() !== '…')
    .filter((line) => {
      const found = lines.indexOf(normal(line), at);
      if (found >= 0) at = found + 1;
      return found < 0;
    });
}

function normal(line: string): string {
  return line
    .replace(/[\d.,]+ (s|MiB|events\/s)\b/g, '# $1')
    .replace(/\s+/g, ' ')
    .trim();
}
