import type { ServerResponse } from 'node:http';

/** An answer that is ready to be written. */
export interface ReadyAnswer {
  readonly response: ServerResponse;
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly text: string;
  readonly encoding: 'latin1' | 'utf8';
}

/** The answers of this turn of the event loop, in the order in which they were made. */
let ready: ReadyAnswer[] = [];

function write({ response, status, headers, text, encoding }: ReadyAnswer): void {
  try {
    response.writeHead(status, headers).end(text, encoding);
  } catch {
    response.destroy(); // Its caller sees the answer break off; those of the others still go out.
  }
}

function writeAll(): void {
  const answers = ready;
  ready = [];
  for (const answer of answers) write(answer);
}

/**
 * Writes an answer when every request that came in by this turn of the event loop has been worked on. A write wakes the
 * caller's process, which costs more than to make the answer: written together, they wake it once.
 */
export function writeAtTurnEnd(answer: ReadyAnswer): void {
  if (ready.push(answer) === 1) setImmediate(writeAll);
}
