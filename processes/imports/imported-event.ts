import { hash } from 'node:crypto';

import type { ImportedItem, ImportedRow } from './row.ts';

/** An event in the form of POST /v1/events. */
export interface ImportedEvent {
  readonly id: string;
  readonly type: string;
  readonly user: string;
  readonly item: string;
  readonly value?: number;
  /** Unix milliseconds. */
  readonly time: number;
  readonly source?: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** A publication of an item with the id of its event. */
export interface ImportedPublication extends ImportedItem {
  readonly id: string;
}

/** How rows without a type of their own become events. */
export interface ImportRules {
  /** Type of a row. */
  readonly type: string;
  /** Rows with a value below this one become `dislike`; undefined leaves them as they are. */
  readonly positiveFrom: number | undefined;
  /** The source of rows that name none; none where it is left out. */
  readonly source?: string | undefined;
  /** The latest time that the journal lets in, Unix milliseconds; a row behind it is broken. */
  readonly timeMsMax?: number;
}

/** The type that `positiveFrom` gives to rows with lower values. */
export const NEGATIVE_TYPE = 'dislike';

/**
 * Makes the event of a row: `occurrence` counts rows of the same content before it, so that the same file gives
 * the same ids again; `previousTimeMs` stands in for a blank time.
 */
export function importedEvent(
  row: ImportedRow,
  rules: ImportRules,
  occurrence: number,
  previousTimeMs: number,
): ImportedEvent {
  const source = row.source ?? rules.source;
  return {
    id: row.id ?? rowId(row.content, occurrence),
    type: rowType(row, rules),
    user: row.user,
    item: row.item,
    ...(row.value === undefined ? {} : { value: row.value }),
    time: row.timeMs ?? previousTimeMs,
    ...(source === undefined ? {} : { source }),
    ...(row.context === undefined ? {} : { context: row.context }),
  };
}

/** The id of the nth row of a content: 128 bits of SHA-256 in hex. */
export function rowId(content: string, occurrence: number): string {
  return hash('sha256', `${content}\0${String(occurrence)}`).slice(0, 32);
}

function rowType(row: ImportedRow, rules: ImportRules): string {
  if (row.type !== undefined) return row.type;
  const { positiveFrom } = rules;
  if (positiveFrom !== undefined && row.value !== undefined && row.value < positiveFrom) {
    return NEGATIVE_TYPE;
  }
  return rules.type;
}
