import type { Columns } from './column-names.ts';
import { splitLine } from './delimited-line.ts';
import type { BrokenLine, ImportedRow, RowParser, RowSink } from './row.ts';
import { idFaultOf, lineCharactersMax } from './row.ts';
import { parseNumber, parseTimeMs } from './row-time.ts';

/** Most lines that one quoted record may span; a quote open for longer makes its first line broken. */
export const quotedRecordLinesMax = 16;

/** How the rows of a delimited file look. */
export interface DelimitedLayout {
  readonly delimiter: string;
  readonly columns: Columns;
  /** False for formats that know no quoting: a `"` there is part of the field. */
  readonly quoting: boolean;
}

interface OpenLine {
  readonly text: string;
  readonly line: number;
}

/** Reads rows of a file with one record a line and a delimiter between fields. */
export class DelimitedRows implements RowParser {
  readonly #layout: DelimitedLayout;
  readonly #sink: RowSink;
  /** Lines of a record whose quote is not closed yet. */
  #open: OpenLine[] = [];

  constructor(layout: DelimitedLayout, sink: RowSink) {
    this.#layout = layout;
    this.#sink = sink;
  }

  push(text: string, line: number): void {
    if (this.#open.length > 0) {
      this.#continue(text, line);
      return;
    }
    if (text.trim() === '') return;
    const { delimiter, quoting, columns } = this.#layout;
    const fields = quoting ? splitLine(text, delimiter) : text.split(delimiter);
    if (fields === 'open' && text.length < lineCharactersMax) this.#open.push({ text, line });
    else if (typeof fields === 'string')
      this.#sink.broken({ line, reason: 'a quote is misplaced' });
    else this.#take(readRow(fields, columns, line));
  }

  end(): void {
    while (this.#open.length > 0) this.#giveUp();
  }

  #continue(text: string, line: number): void {
    this.#open.push({ text, line });
    const first = this.#open[0] as OpenLine;
    const fields = splitLine(
      this.#open.map((open) => open.text).join('\n'),
      this.#layout.delimiter,
    );
    if (typeof fields !== 'string' && fields.length === this.#layout.columns.count) {
      this.#open = [];
      this.#take(readRow(fields, this.#layout.columns, first.line));
    } else if (fields !== 'open' || this.#open.length >= quotedRecordLinesMax) {
      this.#giveUp();
    }
  }

  /** Reports the first open line as broken and reads the lines after it as lines of their own. */
  #giveUp(): void {
    const [first, ...rest] = this.#open;
    this.#open = [];
    if (first === undefined) return;
    this.#sink.broken({ line: first.line, reason: 'a quote is not closed' });
    for (const { text, line } of rest) this.push(text, line);
  }

  #take(result: ImportedRow | BrokenLine): void {
    if ('reason' in result) this.#sink.broken(result);
    else this.#sink.row(result);
  }
}

/** Reads one record's fields; says what is wrong with them where it can't. */
export function readRow(
  fields: readonly string[],
  columns: Columns,
  line: number,
): ImportedRow | BrokenLine {
  if (fields.length !== columns.count) {
    return {
      line,
      reason: `${String(fields.length)} fields where ${String(columns.count)} are expected`,
    };
  }
  const user = fields[columns.user] as string;
  const item = fields[columns.item] as string;
  const fault = idFaultOf('user', user) ?? idFaultOf('item', item);
  if (fault !== undefined) return { line, reason: fault };
  const valueText = columns.value === undefined ? '' : (fields[columns.value] as string).trim();
  const value = valueText === '' ? undefined : parseNumber(valueText);
  if (valueText !== '' && value === undefined) {
    return { line, reason: `value ${quote(valueText)} is not a number` };
  }
  const timeText = columns.time === undefined ? '' : (fields[columns.time] as string).trim();
  const timeMs = timeText === '' ? undefined : parseTimeMs(timeText);
  if (timeText !== '' && timeMs === undefined) {
    return { line, reason: `time ${quote(timeText)} is neither a Unix time nor ISO 8601` };
  }
  return {
    line,
    user,
    item,
    value,
    timeMs,
    content: `${user}\0${item}\0${valueText}\0${timeText}`,
  };
}

/** Shortens a field for a message. */
function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
