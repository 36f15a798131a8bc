import type { ImportedItem, ImportedRow, RowParser, RowSink } from './row.ts';
import { idFaultOf, lineCharactersMax } from './row.ts';
import { parseTimeMs, unixTimeMs } from './row-time.ts';

/** Reads events written one JSON object a line, as POST /v1/events takes them and as `export` writes them. */
export class EventLines implements RowParser {
  readonly #sink: RowSink;

  constructor(sink: RowSink) {
    this.#sink = sink;
  }

  push(text: string, line: number): void {
    if (text.trim() === '') return;
    const result = readLine(text, line);
    if (typeof result === 'string') this.#sink.broken({ line, reason: result });
    else if ('metadata' in result) this.#sink.item(result);
    else this.#sink.row(result);
  }

  end(): void {
    // Every line stands for itself: nothing is open.
  }
}

/** Reads one line: a row, an item, or what is wrong with it. */
function readLine(text: string, line: number): ImportedRow | ImportedItem | string {
  if (text.length >= lineCharactersMax) {
    return `longer than ${String(lineCharactersMax)} characters`;
  }
  const fields = parseObject(text);
  if (fields === undefined) return 'not a JSON object';
  return typeof fields['published'] === 'string'
    ? readItem(fields['published'], fields, line)
    : readEvent(fields, line);
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads an exported publication of an item. */
function readItem(item: string, fields: Fields, line: number): ImportedItem | string {
  const { metadata, time } = fields;
  const fault = idFaultOf('published', item);
  if (fault !== undefined) return fault;
  if (metadata !== null && !isObject(metadata)) return 'metadata is no object';
  const content = `published\0${item}\0${JSON.stringify([metadata, time])}`;
  return { line, item, metadata, content };
}

function readEvent(event: Fields, line: number): ImportedRow | string {
  const { id, type, user, item, value, source, context } = event;
  if (typeof user !== 'string') return 'user is missing or no text';
  if (typeof item !== 'string') return 'item is missing or no text';
  if (!isOptionalText(id)) return 'id is no text';
  if (!isOptionalText(type)) return 'type is no text';
  if (!isOptionalText(source)) return 'source is no text';
  const fault =
    idFaultOf('user', user) ??
    idFaultOf('item', item) ??
    (id === undefined ? undefined : idFaultOf('id', id)) ??
    (source === undefined ? undefined : idFaultOf('source', source));
  if (fault !== undefined) return fault;
  if (value !== undefined && value !== null && typeof value !== 'number')
    return 'value is no number';
  if (!isOptionalObject(context)) return 'context is no object';
  const time = readTime(event);
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
    ...(source === undefined ? {} : { source }),
    ...(context === undefined ? {} : { context }),
  };
}

/** Reads the time: an export, known by its position, writes Unix milliseconds whatever their magnitude. */
function readTime(event: Fields): number | undefined | string {
  const time = event['time'] ?? event['timestamp'];
  if (time === undefined || time === null || time === '') return undefined;
  if (typeof time === 'number' && typeof event['position'] === 'string') return time;
  let ms: number | undefined;
  if (typeof time === 'number') ms = unixTimeMs(time);
  else if (typeof time === 'string') ms = parseTimeMs(time);
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
