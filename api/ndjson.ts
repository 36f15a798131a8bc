import type { IncomingMessage } from 'node:http';

import type { IncomingEvent } from '../events/incoming.ts';
import { boundedChunks, decodeUtf8, jsonBytesMax, ndjsonBytesMax, parseJson } from './body.ts';
import { HttpProblem } from './problem.ts';
import { eventSchema, ndjsonLinesMax, toIncoming } from './schema/events.ts';
import { check, refusal } from './validation.ts';

const NEWLINE = 10;
const nothingAccepted = { accepted: 0 };

/** What to do with a field that events don't have. */
export const unknownFieldRemedy = ': put free-form fields into context';

/** The events of a stream and the line of each, counted from 1. */
export interface NdjsonEvents {
  readonly events: readonly IncomingEvent[];
  readonly lines: readonly number[];
}

/** Collects the events of an NDJSON stream; throws at the first line that is none, naming its number. */
class LineReader implements NdjsonEvents {
  readonly events: IncomingEvent[] = [];
  /** The line of each event, counted from 1. */
  readonly lines: number[] = [];
  #line = 0;
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** Takes the next bytes of the stream, which may end within a line or a character. */
  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      this.#take(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** Takes the last line, which needs no newline. */
  end(): void {
    if (this.#restBytes > 0) this.#take(Buffer.alloc(0));
  }

  #keep(part: Buffer): void {
    this.#restBytes += part.length;
    if (this.#restBytes > jsonBytesMax) {
      const where = `line ${String(this.#line + 1)}`;
      throw new HttpProblem(
        'TOO_LARGE',
        `${where} is over ${String(jsonBytesMax)} bytes: nothing of the stream was accepted`,
        { extra: nothingAccepted },
      );
    }
    this.#rest.push(part);
  }

  #take(part: Buffer): void {
    const bytes = this.#rest.length === 0 ? part : Buffer.concat([...this.#rest, part]);
    this.#rest = [];
    this.#restBytes = 0;
    this.#line += 1;
    const text = decodeUtf8(bytes, this.#where()).trim();
    if (text !== '') this.#read(text);
  }

  #where(): string {
    return `nothing was accepted: line ${String(this.#line)}`;
  }

  #read(text: string): void {
    if (this.events.length === ndjsonLinesMax) {
      throw new HttpProblem(
        'TOO_LARGE',
        `nothing was accepted: the stream holds more than ${String(ndjsonLinesMax)} events: send it in parts`,
        { extra: nothingAccepted },
      );
    }
    const checked = check(eventSchema, parseJson(text, this.#where()), unknownFieldRemedy);
    if (!checked.ok) {
      const errors = checked.errors.map((error) => ({ ...error, line: this.#line }));
      throw refusal(this.#where(), errors, nothingAccepted);
    }
    this.events.push(toIncoming(checked.value));
    this.lines.push(this.#line);
  }
}

/**
 * Reads and checks a whole NDJSON stream before anything is appended: a bad line, or one line too many, leaves
 * nothing half-written. Empty lines are passed over.
 */
export async function readNdjson(request: IncomingMessage): Promise<NdjsonEvents> {
  const reader = new LineReader();
  const remedy = 'send it in parts; nothing was accepted';
  for await (const chunk of boundedChunks(request, ndjsonBytesMax, remedy)) reader.push(chunk);
  reader.end();
  return reader;
}
