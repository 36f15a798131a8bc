/** Lays out rows of cells in columns, the first row as a header; numbers stand to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...all.map((row) => displayWidth(row[column] ?? ''))),
  );
  const numeric = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^-?[\d.,]*%?$/.test(row[column] ?? '')),
  );
  return all.map((row) =>
    header
      .map((_, column) => {
        const cell = row[column] ?? '';
        const gap = ' '.repeat((widths[column] ?? 0) - displayWidth(cell));
        return numeric[column] === true ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Lays out names and their values under each other. */
export function pairs(rows: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd());
}

/** Writes a whole number with commas between thousands. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** Counts the user-visible characters of a text, so that accents do not shift the columns. */
function displayWidth(text: string): number {
  let width = 0;
  for (const _ of new Intl.Segmenter('en').segment(text)) width += 1;
  return width;
}
