import type { Readable } from 'node:stream';

import { RepriseError } from '../../events/error.ts';
import type { Format, FormatName } from './format.ts';
import { detectFormat } from './format.ts';
import type { ImportedEvent, ImportedPublication, ImportRules } from './imported-event.ts';
import { importedEvent, rowId } from './imported-event.ts';
import { OccurrenceTable } from './occurrence-table.ts';
import type { BrokenLine, ImportedRow, RowParser, RowSink } from './row.ts';
import { readLines } from './text-lines.ts';

/** An event with the line that it came from. */
export interface LinedEvent {
  readonly line: number;
  readonly event: ImportedEvent;
}

/** What a stretch of the file held, in the file's order. */
export interface ImportBatch {
  readonly events: readonly LinedEvent[];
  readonly items: readonly ImportedPublication[];
  readonly broken: readonly BrokenLine[];
}

/** Reads a file's events in its order, a stretch at a time; counts what it met. Memory grows with distinct rows only. */
export class EventSource {
  readonly #rules: ImportRules;
  readonly #contents = new OccurrenceTable();
  readonly #users = new OccurrenceTable();
  readonly #items = new OccurrenceTable();
  #format: Format | undefined;
  #previousTimeMs = 0;
  #batch: Collected = emptyBatch();

  constructor(rules: ImportRules) {
    this.#rules = rules;
  }

  /** The format found, undefined until the first line was read. */
  get format(): FormatName | undefined {
    return this.#format?.name;
  }

  /** Distinct users in the rows read so far. */
  get users(): number {
    return this.#users.distinct;
  }

  /** Distinct items in the rows read so far. */
  get items(): number {
    return this.#items.distinct;
  }

  /** Reads a source to its end; a source that ends early gives its last lines and then throws. */
  async *read(source: Readable): AsyncGenerator<ImportBatch> {
    const sink: RowSink = {
      row: (row) => {
        this.#take(row);
      },
      item: (item) => {
        const id = rowId(item.content, this.#contents.count(item.content));
        this.#batch.items.push({ ...item, id });
      },
      broken: (broken) => this.#batch.broken.push(broken),
    };
    let parser: RowParser | undefined;
    for await (const { firstLine, lines } of readLines(source)) {
      for (let i = 0; i < lines.length; i += 1) {
        const text = lines[i] as string;
        if (parser !== undefined) parser.push(text, firstLine + i);
        else parser = this.#begin(text, firstLine + i, sink);
      }
      yield this.#handOver();
    }
    if (parser === undefined)
      throw new RepriseError('INVALID', 'the file is empty: nothing to import');
    parser.end();
    yield this.#handOver();
  }

  #begin(text: string, line: number, sink: RowSink): RowParser | undefined {
    if (text.trim() === '') return undefined;
    this.#format = detectFormat(text);
    const parser = this.#format.parser(sink);
    if (!this.#format.header) parser.push(text, line);
    return parser;
  }

  #take(row: ImportedRow): void {
    const fault = timeFault(row.timeMs, this.#rules.timeMsMax);
    if (fault !== undefined) {
      this.#batch.broken.push({ line: row.line, reason: fault });
      return;
    }
    this.#users.count(row.user);
    this.#items.count(row.item);
    const occurrence = row.id === undefined ? this.#contents.count(row.content) : 0;
    const event = importedEvent(row, this.#rules, occurrence, this.#previousTimeMs);
    this.#previousTimeMs = event.time;
    this.#batch.events.push({ line: row.line, event });
  }

  #handOver(): ImportBatch {
    const batch = this.#batch;
    this.#batch = emptyBatch();
    return batch;
  }
}

function timeFault(timeMs: number | undefined, timeMsMax: number | undefined): string | undefined {
  if (timeMs === undefined) return undefined;
  if (timeMs < 0) return 'time lies before 1970';
  if (timeMsMax !== undefined && timeMs > timeMsMax) {
    return `time ${new Date(timeMs).toISOString()} lies in the future`;
  }
  return undefined;
}

interface Collected {
  readonly events: LinedEvent[];
  readonly items: ImportedPublication[];
  readonly broken: BrokenLine[];
}

function emptyBatch(): Collected {
  return { events: [], items: [], broken: [] };
}
