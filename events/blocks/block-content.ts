import { CODEC_VERSION } from './block-header.ts';
import { layOut, writeCounts } from './block-layout.ts';
import type { ContentCounts, ContentLayout } from './block-layout.ts';
import { appendSources, gatherSources } from './source-column.ts';
import { FACT_KINDS } from '../fact.ts';
import type { Fact, Surrogate } from '../fact.ts';
import type { EventKey } from '../journal.ts';
import { SURROGATE_BYTES, writeSurrogate } from '../surrogate.ts';
import { payloadVersion } from './upcasting.ts';
import type { Payload } from './upcasting.ts';

/** One event of a block: its key and what happened. */
export interface BlockRow {
  readonly key: EventKey;
  readonly fact: Fact;
  /** The fact's {@link encodeBody}, where it was made already. */
  readonly body?: Uint8Array;
}

const KIND_CODES = new Map(FACT_KINDS.map((kind, code) => [kind, code]));

/** Gives distinct strings dense numbers in the order of their first appearance. */
class Dictionary {
  readonly words: string[] = [];
  readonly #numbers = new Map<string, number>();

  number(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    this.#numbers.set(word, this.words.length);
    return this.words.push(word) - 1;
  }
}

/** The columns of a block that is being encoded. */
interface Gathered {
  readonly users: Dictionary;
  readonly items: Dictionary;
  readonly types: Dictionary;
  readonly user: Uint32Array;
  readonly item: Uint32Array;
  readonly type: Uint16Array;
  readonly kind: Uint8Array;
  readonly timeMs: Float64Array;
  readonly value: Float64Array;
  readonly bodies: Uint8Array[];
  bodyBytes: number;
  hasValues: boolean;
}

/** The codec version of blocks whose events name no source. */
const PLAIN_CODEC = 1;

/** A block's content, and the codec version that it is written in. */
export interface EncodedContent {
  readonly codec: number;
  readonly content: Uint8Array;
}

/**
 * Encodes the events of a block column by column, in the oldest version that holds them: a log without sources reads as
 * it always did. Little-endian, like every machine that Reprise runs on.
 */
export function encodeContent(rows: readonly BlockRow[]): EncodedContent {
  const content = encodeColumns(rows);
  const sources = rows.some(({ fact }) => sourceOf(fact) !== undefined)
    ? gatherSources(rows.map(({ fact }) => sourceOf(fact)))
    : undefined;
  if (sources === undefined) return { codec: PLAIN_CODEC, content };
  return { codec: CODEC_VERSION, content: appendSources(content, sources) };
}

function sourceOf(fact: Fact): string | undefined {
  return fact.kind === 'InteractionRecorded' ? fact.source : undefined;
}

function encodeColumns(rows: readonly BlockRow[]): Uint8Array {
  const gathered = gather(rows);
  const items = gathered.items.words;
  const types = gathered.types.words;
  const counts: ContentCounts = {
    rows: rows.length,
    users: gathered.users.words.length,
    items: items.length,
    types: types.length,
    values: gathered.hasValues ? rows.length : 0,
    itemBytes: totalBytes(items),
    typeBytes: totalBytes(types),
    bodyBytes: gathered.bodyBytes,
  };
  const at = layOut(counts);
  const content = new Uint8Array(at.total);
  const text = Buffer.from(content.buffer);
  writeCounts(content, counts);
  writeColumns(content, at, gathered);
  rows.forEach((row, i) => {
    content.set(row.key, at.keys + 16 * i);
  });
  gathered.users.words.forEach((user, i) => {
    writeSurrogate(user as Surrogate, text, at.users + SURROGATE_BYTES * i);
  });
  writeWords(text, at.itemText, at.itemEnds, items);
  writeWords(text, at.typeText, at.typeEnds, types);
  writePieces(content, at.bodies, at.bodyEnds, gathered.bodies);
  return content;
}

/** Encodes the part of a fact that has no column: an interaction's sealed bytes, any other fact's payload. */
export function encodeBody(fact: Fact): Uint8Array {
  if (fact.kind === 'InteractionRecorded') return fact.sealed;
  const json = Buffer.from(JSON.stringify(payloadOf(fact)));
  const body = new Uint8Array(1 + json.length);
  body[0] = payloadVersion(fact.kind);
  body.set(json, 1);
  return body;
}

function gather(rows: readonly BlockRow[]): Gathered {
  const gathered: Gathered = {
    users: new Dictionary(),
    items: new Dictionary(),
    types: new Dictionary(),
    user: new Uint32Array(rows.length),
    item: new Uint32Array(rows.length),
    type: new Uint16Array(rows.length),
    kind: new Uint8Array(rows.length),
    timeMs: new Float64Array(rows.length),
    value: new Float64Array(rows.length).fill(NaN),
    bodies: [],
    bodyBytes: 0,
    hasValues: false,
  };
  rows.forEach((row, i) => {
    gatherRow(gathered, row, i);
  });
  if (gathered.types.words.length > 0xffff) {
    throw new RangeError('a block holds at most 65,535 distinct interaction types');
  }
  return gathered;
}

function gatherRow(
  gathered: Gathered,
  { fact, body = encodeBody(fact) }: BlockRow,
  i: number,
): void {
  gathered.kind[i] = KIND_CODES.get(fact.kind) ?? 0;
  gathered.timeMs[i] = fact.timeMs;
  if ('user' in fact) gathered.user[i] = gathered.users.number(fact.user);
  if ('item' in fact) gathered.item[i] = gathered.items.number(fact.item);
  if (fact.kind === 'InteractionRecorded') {
    gathered.type[i] = gathered.types.number(fact.type);
    gathered.value[i] = fact.value;
    gathered.hasValues ||= !Number.isNaN(fact.value);
  }
  gathered.bodies.push(body);
  gathered.bodyBytes += body.length;
}

/** The fields of a fact that have no column; the decoder puts kind, time, user and item back. */
function payloadOf(fact: Exclude<Fact, { kind: 'InteractionRecorded' }>): Payload {
  switch (fact.kind) {
    case 'ItemPublished':
      return { metadata: fact.metadata };
    case 'UserErased':
    case 'EventRedacted':
      return {};
    case 'ModelPromoted': {
      const { version, baseSha256, start, settings } = fact;
      return { version, baseSha256, start, settings };
    }
    case 'IndexReleased': {
      const { release, version, sha256, recall10 } = fact;
      return { release, version, sha256, recall10 };
    }
    case 'BarrierSet':
      return { barrier: fact.barrier };
    case 'ShadowAssigned':
      return { version: fact.version };
    case 'QuarantineSet': {
      const { quarantine, users, source, from, to } = fact;
      return { quarantine, users, ...(source !== undefined && { source }), from, to };
    }
    case 'QuarantineLifted':
      return { quarantine: fact.quarantine };
  }
}

function writeColumns(content: Uint8Array, at: ContentLayout, gathered: Gathered): void {
  const copy = (column: ArrayBufferView, offset: number): void => {
    content.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), offset);
  };
  copy(gathered.timeMs, at.timeMs);
  if (gathered.hasValues) copy(gathered.value, at.value);
  copy(gathered.user, at.user);
  copy(gathered.item, at.item);
  copy(gathered.type, at.type);
  copy(gathered.kind, at.kind);
}

function writePieces(
  content: Uint8Array,
  textAt: number,
  endsAt: number,
  pieces: readonly Uint8Array[],
): void {
  const ends = new Uint32Array(content.buffer, endsAt, pieces.length);
  let end = 0;
  pieces.forEach((piece, i) => {
    content.set(piece, textAt + end);
    end += piece.length;
    ends[i] = end;
  });
}

function writeWords(
  content: Buffer,
  textAt: number,
  endsAt: number,
  words: readonly string[],
): void {
  const ends = new Uint32Array(content.buffer, endsAt, words.length);
  let end = 0;
  words.forEach((word, i) => {
    end += content.write(word, textAt + end);
    ends[i] = end;
  });
}

function totalBytes(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + Buffer.byteLength(word), 0);
}
