import type { ImportedItem, ImportedRow, RowParser, RowSink } from './row.ts';
import { idFault, lineCharactersMax } from './row.ts';
import { parseTimeMs, unixTimeMs } from './row-time.ts';

/** Kinds of exported fact that an import passes over: they are made by the instance, not told to it. */
const PASSED_OVER = new Set(['UserErased', 'ModelPromoted', 'IndexReleased']);

/** Reads events written one JSON object a line, as POST /v1/events takes them and as `export` writes them. */
export class EventLines implements RowParser {
  readonly #sink: RowSink;

  constructor(sink: RowSink) {
    this.#sink = sink;
  }

  push(text: string, line: number): void {
    if (text.trim() === '') return;
    const result = readLine(text, line);
    if (result === undefined) return;
    if (typeof result === 'string') this.#sink.broken({ line, reason: result });
    else if ('metadata' in result) this.#sink.item(result);
    else this.#sink.row(result);
  }

  end(): void {
    // Every line stands for itself: nothing is open.
  }
}

type Line = ImportedRow | ImportedItem | string | undefined;

/** Reads one line: a row, an item, what is wrong with it, or undefined for a fact that is passed over. */
function readLine(text: string, line: number): Line {
  if (text.length >= lineCharactersMax)
    return `longer than ${String(lineCharactersMax)} characters`;
  const fields = parseObject(text);
  if (fields === undefined) return 'not a JSON object';
  const { kind } = fields;
  if (typeof kind === 'string' && PASSED_OVER.has(kind)) return undefined;
  return kind === 'ItemPublished' ? readItem(fields, line) : readEvent(fields, line);
}

type Fields = Readonly<Record<string, unknown>>;

function readItem({ item, metadata }: Fields, line: number): ImportedItem | string {
  if (typeof item !== 'string') return 'item is missing or no text';
  const fault = idFault('item', item);
  if (fault !== undefined) return fault;
  if (metadata !== null && !isObject(metadata)) return 'metadata is no object';
  return { line, item, metadata };
}

function readEvent(event: Fields, line: number): ImportedRow | string {
  const { id, type, user, item, value, context } = event;
  if (typeof user !== 'string') return 'user is missing or no text';
  if (typeof item !== 'string') return 'item is missing or no text';
  if (!isOptionalText(id)) return 'id is no text';
  if (!isOptionalText(type)) return 'type is no text';
  const fault =
    idFault('user', user) ??
    idFault('item', item) ??
    (id === undefined ? undefined : idFault('id', id));
  if (fault !== undefined) return fault;
  if (value !== undefined && value !== null && typeof value !== 'number')
    return 'value is no number';
  if (!isOptionalObject(context)) return 'context is no object';
  const time = readTime(event['time'] ?? event['timeMs'] ?? event['timestamp']);
  if (typeof time === 'string') return time;
  return {
    line,
    user,
    item,
    value: value ?? undefined,
    timeMs: time,
    content: `${user}\0${item}\0${String(value ?? '')}\0${String(time ?? '')}\0${type ?? ''}`,
    ...(id === undefined ? {} : { id }),
    ...(type === undefined ? {} : { type }),
    ...(context === undefined ? {} : { context }),
  };
}

function readTime(time: unknown): number | undefined | string {
  if (time === undefined || time === null || time === '') return undefined;
  const ms =
    typeof time === 'number'
      ? unixTimeMs(time)
      : typeof time === 'string'
        ? parseTimeMs(time)
        : undefined;
  return ms ?? 'time is neither a Unix time nor ISO 8601';
}

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

function isOptionalObject(value: unknown): value is Fields | undefined {
  return value === undefined || isObject(value);
}
