import { idFault } from '../../events/id.ts';

/** One row of a file to import, read and checked, before it has an id and a type. */
export interface ImportedRow {
  /** Line of the file, from 1; of a record over several lines, its first. */
  readonly line: number;
  readonly user: string;
  readonly item: string;
  /** The rating, count or price; undefined where blank. */
  readonly value: number | undefined;
  /** Unix milliseconds; undefined where blank. */
  readonly timeMs: number | undefined;
  /** What makes two rows the same row: their fields as written, hashed into the event's id. */
  readonly content: string;
  /** The event's own id, in formats that carry one: it is kept. */
  readonly id?: string;
  /** The event's own type, in formats that carry one: it is kept. */
  readonly type?: string;
  /** The event's own source, in formats that carry one: it is kept. */
  readonly source?: string;
  /** Free-form fields of the event, in formats that carry them. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/** A line that could not be imported, and why. */
export interface BrokenLine {
  readonly line: number;
  readonly reason: string;
}

/** An item's metadata, in formats that carry them; null withdraws the item. */
export interface ImportedItem {
  readonly line: number;
  readonly item: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** What makes two publications the same one: hashed into the id of the event. */
  readonly content: string;
}

/** Takes what a parser finds. */
export interface RowSink {
  row(row: ImportedRow): void;
  item(item: ImportedItem): void;
  broken(broken: BrokenLine): void;
}

/** Turns lines into rows; a record may span lines, so `end` closes what is open. */
export interface RowParser {
  push(text: string, line: number): void;
  end(): void;
}

/** Longest line that is read, in characters; a longer one is reported as broken. */
export const lineCharactersMax = 262_144;

/** Says why a text is no id, naming the field; undefined where it is one. */
export function idFaultOf(field: string, text: string): string | undefined {
  if (text.trim() === '') return `${field} is blank`;
  // The decoder writes this character for bytes that are no UTF-8.
  if (text.includes('\uFFFD')) return `${field} is not valid UTF-8`;
  const fault = idFault(text);
  return fault === undefined ? undefined : `${field} ${fault}`;
}
