import { RepriseError } from '../../events/error.ts';
import type { Columns } from './column-names.ts';
import { COLUMN_NAMES, namedColumns } from './column-names.ts';
import { splitLine } from './delimited-line.ts';
import type { DelimitedLayout } from './delimited-rows.ts';
import { DelimitedRows } from './delimited-rows.ts';
import { EventLines } from './event-lines.ts';
import type { RowParser, RowSink } from './row.ts';
import { parseNumber, parseTimeMs } from './row-time.ts';

/** The formats that are told apart by their first line. */
export type FormatName =
  | 'csv' // a header names the columns; comma, semicolon or tab between them
  | 'movielens-dat' // user::item::rating::time
  | 'movielens-data' // user, item, rating, time between tabs, no header
  | 'triplets' // user, song, count between tabs, no header
  | 'ndjson'; // one event a line, in the form of POST /v1/events or of `export`

/** A format found, and how to read it. */
export interface Format {
  readonly name: FormatName;
  /** True when the first line is a header and no row. */
  readonly header: boolean;
  parser(sink: RowSink): RowParser;
}

const DELIMITERS = [',', ';', '\t'] as const;

/** Tells a file's format by its first line that is not blank; throws INVALID with the remedy where it can't. */
export function detectFormat(line: string): Format {
  if (line.startsWith('{')) {
    return { name: 'ndjson', header: false, parser: (sink) => new EventLines(sink) };
  }
  if (line.startsWith('['))
    throw unreadable('the file is a JSON array: write one object a line (NDJSON)');
  const double = line.split('::');
  if (double.length >= 3) {
    const columns = namedColumns(double);
    return columns === undefined
      ? delimited('movielens-dat', '::', positional(double.length), false)
      : delimited('movielens-dat', '::', columns, true);
  }
  return headed(line) ?? headless(line);
}

function headed(line: string): Format | undefined {
  for (const delimiter of DELIMITERS) {
    const cells = splitLine(line, delimiter);
    if (typeof cells === 'string' || cells.length < 2) continue;
    const columns = namedColumns(cells);
    if (columns !== undefined) return delimited('csv', delimiter, columns, true);
  }
  return undefined;
}

function headless(line: string): Format {
  const cells = line.split('\t');
  const [, , third = '', fourth] = cells.map((cell) => cell.trim());
  if (cells.length === 3 && parseNumber(third) !== undefined) {
    return delimited('triplets', '\t', positional(3), false);
  }
  if (cells.length === 4 && parseNumber(third) !== undefined && isTime(fourth)) {
    return delimited('movielens-data', '\t', positional(4), false);
  }
  const names = [COLUMN_NAMES.user, COLUMN_NAMES.item].map((list) => list.slice(0, 4).join(', '));
  throw unreadable(
    `the first line ${JSON.stringify(line.slice(0, 80))} tells no format: give the file a header line such as ` +
      `user,item,value,timestamp (user: ${String(names[0])} …; item: ${String(names[1])} …)`,
  );
}

function isTime(text: string | undefined): boolean {
  return text !== undefined && parseTimeMs(text) !== undefined;
}

function delimited(name: FormatName, delimiter: string, columns: Columns, header: boolean): Format {
  const layout: DelimitedLayout = { delimiter, columns, quoting: name === 'csv' };
  return { name, header, parser: (sink) => new DelimitedRows(layout, sink) };
}

function positional(count: number): Columns {
  return { user: 0, item: 1, value: 2, time: count > 3 ? 3 : undefined, count };
}

function unreadable(message: string): RepriseError {
  return new RepriseError('INVALID', message);
}
