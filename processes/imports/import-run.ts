import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

import { EventSource } from './event-source.ts';
import type { ImportBatch, LinedEvent } from './event-source.ts';
import type { CursorStore, ImportCursor } from './import-cursor.ts';
import type { ImportedEvent, ImportedPublication, ImportRules } from './imported-event.ts';
import type { BrokenLine } from './row.ts';

/** Events of one request. */
export const requestEventsMax = 5_000;
/** Publications of items under way at a time: they share the journal's commits. */
export const publishingMax = 64;
/** Broken lines that a report lists; the rest are counted. */
export const brokenLinesMax = 1_000;

/** What became of events that were sent. */
export interface Sent {
  readonly accepted: number;
  readonly duplicates: number;
  /** Events that were refused for what they say: index in what was sent, and why. */
  readonly refused: readonly { readonly index: number; readonly reason: string }[];
}

/** Where an import sends what it reads. */
export interface ImportSink {
  /** Sends events in order; resolves when those that were not refused are durable. */
  send(events: readonly ImportedEvent[]): Promise<Sent>;
  /** Publishes an item's metadata; the same id again changes nothing. */
  publish(item: ImportedPublication): Promise<void>;
}

/** What an import read and what became of it. */
export interface ImportReport {
  readonly format: string;
  /** Rows that were events. */
  readonly events: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly users: number;
  readonly items: number;
  readonly published: number;
  /** Lines that were not imported. */
  readonly broken: number;
  /** The first of them. */
  readonly errors: readonly BrokenLine[];
}

/** What an import needs. */
export interface ImportDeps {
  /** Opens the file from its start. */
  readonly open: () => Readable;
  readonly rules: ImportRules;
  readonly sink: ImportSink;
  readonly cursor: CursorStore;
  /** Called after every request with the rows that are done. */
  readonly onProgress: (rows: number) => void;
  readonly signal: AbortSignal;
}

/** Imports a file in its order; goes on where an import of the same file was cut off. */
export async function runImport(deps: ImportDeps): Promise<ImportReport> {
  const cursor = await deps.cursor.load();
  const run = new ImportRun(deps, cursor);
  if (await run.read()) return run.report();
  // The file is not the one that the cursor was kept for: nothing was sent yet, so start at its first row.
  await deps.cursor.clear();
  const fresh = new ImportRun(deps, undefined);
  await fresh.read();
  return fresh.report();
}

class ImportRun {
  readonly #deps: ImportDeps;
  readonly #source: EventSource;
  readonly #digest = createHash('sha256');
  /** Rows that an earlier run put into the journal; they are read and not sent. */
  #skip: ImportCursor | undefined;
  #pending: LinedEvent[] = [];
  #sending: Promise<void> = Promise.resolve();
  #rows = 0;
  #accepted = 0;
  #duplicates = 0;
  #published = 0;
  #broken = 0;
  #anyRefused = false;
  readonly #errors: BrokenLine[] = [];

  constructor(deps: ImportDeps, skip: ImportCursor | undefined) {
    this.#deps = deps;
    this.#skip = skip;
    this.#source = new EventSource(deps.rules);
  }

  /** Reads and sends everything; false where the rows to pass over are not those of the cursor. */
  async read(): Promise<boolean> {
    const { open, signal, cursor } = this.#deps;
    const stream = open();
    try {
      for await (const batch of this.#source.read(stream)) {
        signal.throwIfAborted();
        if (!(await this.#takeBatch(batch))) return false;
      }
      if (this.#pending.length > 0 && !(await this.#flush(this.#pending))) return false;
      this.#pending = [];
      await this.#sending;
    } finally {
      stream.destroy();
      await this.#sending.catch(() => undefined);
    }
    if (this.#skip !== undefined) return false;
    await cursor.clear();
    return true;
  }

  report(): ImportReport {
    return {
      format: this.#source.format ?? '',
      events: this.#accepted + this.#duplicates,
      accepted: this.#accepted,
      duplicates: this.#duplicates,
      users: this.#source.users,
      items: this.#source.items,
      published: this.#published,
      broken: this.#broken,
      errors: [...this.#errors].sort((a, b) => a.line - b.line),
    };
  }

  async #takeBatch(batch: ImportBatch): Promise<boolean> {
    for (const broken of batch.broken) this.#noteBroken(broken);
    for (const event of batch.events) this.#pending.push(event);
    let from = 0;
    while (this.#pending.length - from >= requestEventsMax) {
      const part = this.#pending.slice(from, from + requestEventsMax);
      from += requestEventsMax;
      if (!(await this.#flush(part))) return false;
    }
    if (from > 0) this.#pending = this.#pending.slice(from);
    // The cursor counts rows alone, so publications are sent again; those that are known change nothing.
    await this.#publish(batch.items);
    return true;
  }

  /** Publishes items many at a time, but those of one item in their order. */
  async #publish(items: readonly ImportedPublication[]): Promise<void> {
    let together = new Map<string, ImportedPublication>();
    const publish = async (): Promise<void> => {
      await Promise.all([...together.values()].map((item) => this.#deps.sink.publish(item)));
      this.#published += together.size;
      together = new Map();
    };
    for (const item of items) {
      if (together.has(item.item) || together.size >= publishingMax) await publish();
      together.set(item.item, item);
    }
    await publish();
  }

  /** Sends a part while the next one is read; parts stay in order. False where the cursor does not fit. */
  async #flush(part: readonly LinedEvent[]): Promise<boolean> {
    this.#digest.update(part.map(({ event }) => event.id).join('\n'));
    this.#rows += part.length;
    const cursor = { rows: this.#rows, digest: this.#digest.copy().digest('hex') };
    if (this.#skip !== undefined) return this.#passOver(part.length, cursor);
    await this.#sending;
    this.#sending = this.#send(part, cursor);
    // The failure is thrown where the part is awaited; until then it must not count as unhandled.
    this.#sending.catch(() => undefined);
    return true;
  }

  #passOver(rows: number, cursor: ImportCursor): boolean {
    const skip = this.#skip as ImportCursor;
    if (cursor.rows > skip.rows) return false;
    if (cursor.rows === skip.rows) {
      if (cursor.digest !== skip.digest) return false;
      this.#skip = undefined;
    }
    this.#duplicates += rows;
    this.#deps.onProgress(cursor.rows);
    return true;
  }

  async #send(part: readonly LinedEvent[], cursor: ImportCursor): Promise<void> {
    const sent = await this.#deps.sink.send(part.map(({ event }) => event));
    this.#accepted += sent.accepted;
    this.#duplicates += sent.duplicates;
    for (const { index, reason } of sent.refused) {
      this.#noteBroken({ line: part[index]?.line ?? 0, reason });
      this.#anyRefused = true;
    }
    // A later run has to report refused rows again, so it must not pass over them.
    if (!this.#anyRefused) await this.#deps.cursor.save(cursor);
    this.#deps.onProgress(cursor.rows);
  }

  #noteBroken(broken: BrokenLine): void {
    this.#broken += 1;
    if (this.#errors.length < brokenLinesMax) this.#errors.push(broken);
  }
}
