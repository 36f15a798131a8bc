import type { Readable } from 'node:stream';

import { RepriseError } from '../../events/error.ts';
import { eventKey } from '../../events/event-key.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import type { StreamEvent } from '../../model/stream/stream-learner.ts';
import { EventSource } from '../imports/event-source.ts';
import type { LinedEvent } from '../imports/event-source.ts';
import type { BrokenLine } from '../imports/row.ts';

/** Most events of one stream that is evaluated: all of them are held in memory. */
export const streamEventsMax = 20_000_000;

/** Broken lines that are told; the rest are counted. */
const brokenLinesTold = 1_000;

/** How a file is read as a stream. */
export interface StreamRules {
  /** Rows with a lower value are passed over; undefined takes all. */
  readonly positiveFrom: number | undefined;
  /** What becomes of a stream out of time order: it is sorted, rows of one time staying in their order, or refused. */
  readonly order: 'sort' | 'refuse';
}

/** A file as a stream of events with dense rows. */
export interface InteractionStream {
  readonly events: readonly StreamEvent[];
  readonly users: number;
  readonly items: number;
  /** Rows passed over for their value. */
  readonly passedOver: number;
  /** Lines that could not be read. */
  readonly broken: number;
  /** The first of them. */
  readonly errors: readonly BrokenLine[];
}

/** Reads a file in any format that `import` reads; a blank time takes that of the row before, as there. */
export async function readInteractionStream(
  source: Readable,
  rules: StreamRules,
  signal: AbortSignal,
): Promise<InteractionStream> {
  const reading = new StreamReading(rules);
  const rows = new EventSource({ type: 'play', positiveFrom: undefined });
  for await (const { events, broken } of rows.read(source)) {
    signal.throwIfAborted();
    for (const line of broken) reading.noteBroken(line);
    for (const event of events) reading.take(event);
  }
  return reading.finish();
}

/** An event before its rows have numbers. */
type Unnumbered = Omit<StreamEvent, 'userRow' | 'itemRow'> & { user: string; item: string };

class StreamReading {
  readonly #rules: StreamRules;
  readonly #events: Unnumbered[] = [];
  readonly #errors: BrokenLine[] = [];
  #ordered = true;
  #passedOver = 0;
  #broken = 0;

  constructor(rules: StreamRules) {
    this.#rules = rules;
  }

  noteBroken(line: BrokenLine): void {
    this.#broken++;
    if (this.#errors.length < brokenLinesTold) this.#errors.push(line);
  }

  take({ line, event }: LinedEvent): void {
    const { user, item, time: timeMs, value } = event;
    const type = Object.hasOwn(DEFAULT_INTERACTION_TYPES, event.type)
      ? DEFAULT_INTERACTION_TYPES[event.type]
      : undefined;
    if (type === undefined) {
      this.noteBroken({ line, reason: `type ${JSON.stringify(event.type)} is not known` });
      return;
    }
    const { positiveFrom } = this.#rules;
    if (positiveFrom !== undefined && value !== undefined && value < positiveFrom) {
      this.#passedOver++;
      return;
    }
    this.#checkOrder(line, timeMs);
    const key = new DataView(eventKey(event.id).slice().buffer);
    this.#events.push({
      user,
      item,
      timeMs,
      weight: type.weight,
      positive: type.polarity === 'positive' ? 1 : 0,
      key0: key.getUint32(0, true),
      key1: key.getUint32(4, true),
    });
  }

  finish(): InteractionStream {
    if (this.#events.length === 0) throw new RepriseError('INVALID', this.#emptiness());
    // A stable sort: rows of one time stay in their order.
    if (!this.#ordered) this.#events.sort((left, right) => left.timeMs - right.timeMs);
    const users = new Map<string, number>();
    const items = new Map<string, number>();
    const events = this.#events.map(({ user, item, ...rest }): StreamEvent => {
      return { userRow: rowOf(users, user), itemRow: rowOf(items, item), ...rest };
    });
    return {
      events,
      users: users.size,
      items: items.size,
      passedOver: this.#passedOver,
      broken: this.#broken,
      errors: this.#errors,
    };
  }

  #checkOrder(line: number, timeMs: number): void {
    if (this.#events.length >= streamEventsMax) {
      const most = String(streamEventsMax);
      throw new RepriseError('TOO_LARGE', `more than ${most} events: evaluate a part of the file`);
    }
    const before = this.#events.at(-1);
    if (before === undefined || timeMs >= before.timeMs) return;
    if (this.#rules.order === 'refuse') {
      throw new RepriseError(
        'INVALID',
        `the stream is out of time order: line ${String(line)} lies before the row above it; give --order sort`,
        { line },
      );
    }
    this.#ordered = false;
  }

  #emptiness(): string {
    if (this.#passedOver > 0)
      return `all ${String(this.#passedOver)} rows lie below --positive-from: give a lower value`;
    const [first] = this.#errors;
    return first === undefined
      ? 'the file has no rows: there is nothing to evaluate'
      : `no line of the file could be read; line ${String(first.line)}: ${first.reason}`;
  }
}

/** The row of an id: numbered by first appearance. */
function rowOf(rows: Map<string, number>, id: string): number {
  const known = rows.get(id);
  if (known !== undefined) return known;
  rows.set(id, rows.size);
  return rows.size - 1;
}
