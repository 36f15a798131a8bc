/** What became of a line: its fields, a quote still open at its end, or text after a closing quote. */
export type SplitLine = readonly string[] | 'open' | 'malformed';

/** Splits a line into its fields, with RFC 4180 quoting: `"` around a field, `""` for a quote inside one. */
export function splitLine(text: string, delimiter: string): SplitLine {
  if (!text.includes('"')) return text.split(delimiter);
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at, delimiter);
    if (field === undefined) return 'open';
    fields.push(field.text);
    if (field.end === text.length) return fields;
    if (!text.startsWith(delimiter, field.end)) return 'malformed';
    at = field.end + delimiter.length;
  }
}

function plainField(text: string, from: number, delimiter: string): { text: string; end: number } {
  const found = text.indexOf(delimiter, from);
  const end = found === -1 ? text.length : found;
  return { text: text.slice(from, end), end };
}

function quotedField(text: string, from: number): { text: string; end: number } | undefined {
  let end = from + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end === -1) return undefined;
    if (text[end + 1] !== '"') break;
    end += 2;
  }
  return { text: text.slice(from + 1, end).replaceAll('""', '"'), end: end + 1 };
}
