import { z } from 'zod';

import { HttpProblem } from './problem.ts';

/** The parameters that one query string may hold. */
export const queryParametersMax = 100;

type Form = 'text' | 'number' | 'list' | 'record';

/** A number: what is more than whole is refused where its schema has whole ones. */
const NUMBER = /^-?\d{1,15}(\.\d{1,15})?$/;

/** A value of a record: `context.NAME`, or `context[NAME]` as OpenAPI's deepObject has it. */
const MEMBER = /^(\w+)(?:\.([^.[\]]+)|\[([^.[\]]+)\])$/;

/** Decodes one percent-encoded part of a URL; throws a 400 that names the field where it is malformed. */
export function decodePart(raw: string, field: string): string {
  if (!raw.includes('%')) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    const reason = 'must be percent-encoded UTF-8';
    throw new HttpProblem('MALFORMED', `${field} ${reason}`, { errors: [{ field, reason }] });
  }
}

function formOf(schema: unknown): Form {
  const type = (schema as { type?: unknown }).type;
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'object') return 'record';
  return type === 'array' ? 'list' : 'text';
}

/** Reads the query strings of one route: digits become numbers, repeats become lists and names with a dot become records where its schema has them. */
export class QueryReader {
  readonly #forms: ReadonlyMap<string, Form>;

  constructor(schema: z.ZodObject) {
    const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    this.#forms = new Map(
      Object.entries(properties).map(([name, property]) => [name, formOf(property)]),
    );
  }

  /** Reads a raw query string (without `?`) into an object without prototype. */
  read(raw: string): Record<string, unknown> {
    const values = Object.create(null) as Record<string, unknown>;
    if (raw === '') return values;
    const pairs = raw.split('&', queryParametersMax + 1);
    if (pairs.length > queryParametersMax) {
      throw new HttpProblem(
        'MALFORMED',
        `the query holds more than ${String(queryParametersMax)} parameters`,
      );
    }
    for (const pair of pairs) this.#put(values, pair);
    return values;
  }

  #put(values: Record<string, unknown>, pair: string): void {
    if (pair === '') return;
    const equals = pair.indexOf('=');
    const whole = decodePart(equals < 0 ? pair : pair.slice(0, equals), 'the query');
    const [name, member] = this.#named(whole);
    const rawValue = equals < 0 ? '' : pair.slice(equals + 1);
    const text = decodePart(rawValue.replaceAll('+', ' '), whole);
    const form = this.#forms.get(name) ?? 'text';
    const before = values[name];
    if (member !== undefined) {
      const record = (before ?? Object.create(null)) as Record<string, string>;
      if (record[member] !== undefined) throw givenTwice(whole);
      record[member] = text;
      values[name] = record;
    } else if (form === 'list') {
      const list = Array.isArray(before) ? (before as string[]) : [];
      values[name] = [...list, ...text.split(',')];
    } else if (before !== undefined) {
      throw givenTwice(name);
    } else {
      values[name] = form === 'number' && NUMBER.test(text) ? Number(text) : text;
    }
  }

  /** The parameter that a name means, and the member of it where it is a record. */
  #named(name: string): readonly [name: string, member?: string] {
    const [, record = '', dotted, bracketed] = MEMBER.exec(name) ?? [];
    const member = dotted ?? bracketed;
    return member !== undefined && this.#forms.get(record) === 'record' ? [record, member] : [name];
  }
}

function givenTwice(field: string): HttpProblem {
  const reason = 'must be given once';
  return new HttpProblem('MALFORMED', `${field} ${reason}`, { errors: [{ field, reason }] });
}
