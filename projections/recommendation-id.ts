import { timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { hasCode, RepriseError } from '../events/error.ts';
import { sequence } from '../events/position.ts';
import type { Position } from '../events/position.ts';
import { SURROGATE_BYTES } from '../events/surrogate.ts';
import { sign } from './answer-signature.ts';
import type { AnswerLabel, BasedOn } from './answer.ts';

/** What a recommendation's id holds: all that it takes to explain the answer later. Nothing is stored for it. */
export interface RecommendationFacts {
  readonly basedOn: BasedOn;
  readonly exclude: 'seen' | 'none';
  readonly n: number;
  /** The user's surrogate, 16 bytes; null where the user had none. */
  readonly surrogate: Uint8Array | null;
  /** The positions that the answer was read at. */
  readonly positions: readonly Position[];
  readonly version: string;
  /** The index release that proposed candidates; null where the search was exact. */
  readonly release: string | null;
  /** The item at hand, where one was given. */
  readonly item: string | null;
  /** The rules that the answer obeyed, as text; null where there were none. */
  readonly rules: string | null;
  /** What the answer and reactions to it are counted under; null where there is neither scenario nor experiment. */
  readonly label: AnswerLabel | null;
  /** First 16 bytes of SHA-256 over the answer's item ids and scores. */
  readonly answerHash: Uint8Array;
}

const FORMAT = 1;
const HASH_BYTES = 16;
const SIGNATURE_BYTES = 16;
const BASES = ['user', 'item', 'popular'] as const satisfies readonly BasedOn[];
const NO_SEEN = 4;
const HAS_SURROGATE = 8;
const HAS_RELEASE = 16;
const HAS_ITEM = 32;
const HAS_RULES = 64;
const HAS_LABEL = 128;
/** Names hold no NUL, so the parts of a label can't be read in two ways. */
const LABEL_SEPARATOR = '\0';

/** Grows only where many positions or long names need it; one writer, for encoding is synchronous. */
let scratch = Buffer.alloc(1024);

/**
 * Writes the facts of an answer as base64url: format, flags, n, positions, names, hash, and the first 16 bytes of an
 * HMAC-SHA256 over them. About 130 characters for one partition.
 */
export function encodeRecommendationId(facts: RecommendationFacts, key: KeyObject): string {
  const { version, release, item, rules } = facts;
  const label = labelText(facts.label);
  const optional =
    (release?.length ?? 0) + (item?.length ?? 0) + (rules?.length ?? 0) + (label?.length ?? 0);
  const namesBytes = 3 * (version.length + optional);
  const bytesMax = 128 + facts.positions.length * 8 + namesBytes;
  if (scratch.length < bytesMax) scratch = Buffer.alloc(bytesMax);
  const out = scratch;
  out[0] = FORMAT;
  out[1] = flagsOf(facts);
  out[2] = facts.n;
  let at = out.writeUInt16LE(facts.positions.length, 3);
  for (const position of facts.positions) {
    at = out.writeUInt16LE(position.partition, at);
    // The sequence is at least −1; one more makes it a natural number of 48 bits.
    at = out.writeUIntLE(position.sequence + 1, at, 6);
  }
  if (facts.surrogate !== null) {
    out.set(facts.surrogate, at);
    at += SURROGATE_BYTES;
  }
  at = writeName(out, at, version);
  if (release !== null) at = writeName(out, at, release);
  if (item !== null) at = writeName(out, at, item);
  if (rules !== null) at = writeName(out, at, rules);
  if (label !== null) at = writeName(out, at, label);
  out.set(facts.answerHash, at);
  at += HASH_BYTES;
  sign(out.subarray(0, at), key, out, at, SIGNATURE_BYTES);
  return out.toString('base64url', 0, at + SIGNATURE_BYTES);
}

/** Reads an id back; throws INVALID where it was not written under this key, or was changed since. */
export function decodeRecommendationId(id: string, key: KeyObject): RecommendationFacts {
  const bytes = Buffer.from(id, 'base64url');
  const end = bytes.length - SIGNATURE_BYTES;
  if (end < 1 || bytes[0] !== FORMAT || bytes.toString('base64url') !== id) throw notOurs();
  const signature = Buffer.alloc(SIGNATURE_BYTES);
  sign(bytes.subarray(0, end), key, signature, 0, SIGNATURE_BYTES);
  if (!timingSafeEqual(signature, bytes.subarray(end))) throw notOurs();
  const flags = bytes[1] ?? 0;
  const positions: Position[] = [];
  let at = 5;
  for (let left = bytes.readUInt16LE(3); left > 0; left -= 1) {
    const partition = bytes.readUInt16LE(at);
    positions.push({ partition, sequence: sequence(bytes.readUIntLE(at + 2, 6) - 1) });
    at += 8;
  }
  const take = (length: number): Uint8Array => {
    at += length;
    return Uint8Array.from(bytes.subarray(at - length, at));
  };
  const name = (): string => {
    const length = bytes.readUInt16LE(at);
    at += 2;
    return Buffer.from(take(length)).toString();
  };
  return {
    basedOn: BASES[flags & 3] ?? 'popular',
    exclude: (flags & NO_SEEN) === 0 ? 'seen' : 'none',
    n: bytes[2] ?? 0,
    positions,
    surrogate: (flags & HAS_SURROGATE) === 0 ? null : take(SURROGATE_BYTES),
    version: name(),
    release: (flags & HAS_RELEASE) === 0 ? null : name(),
    item: (flags & HAS_ITEM) === 0 ? null : name(),
    rules: (flags & HAS_RULES) === 0 ? null : name(),
    label: (flags & HAS_LABEL) === 0 ? null : labelOf(name()),
    answerHash: take(HASH_BYTES),
  };
}

/** Reads ids that were written under a key; undefined where one was not, or was changed since. */
export function answerReader(key: KeyObject): (id: string) => RecommendationFacts | undefined {
  return (id) => {
    try {
      return decodeRecommendationId(id, key);
    } catch (error) {
      if (hasCode(error, 'INVALID')) return undefined;
      throw error;
    }
  };
}

function flagsOf(facts: RecommendationFacts): number {
  return (
    BASES.indexOf(facts.basedOn) |
    (facts.exclude === 'none' ? NO_SEEN : 0) |
    (facts.surrogate === null ? 0 : HAS_SURROGATE) |
    (facts.release === null ? 0 : HAS_RELEASE) |
    (facts.item === null ? 0 : HAS_ITEM) |
    (facts.rules === null ? 0 : HAS_RULES) |
    (facts.label === null ? 0 : HAS_LABEL)
  );
}

function labelText(label: AnswerLabel | null): string | null {
  if (label === null) return null;
  return [label.scenario, label.experiment, label.arm].join(LABEL_SEPARATOR);
}

function labelOf(text: string): AnswerLabel {
  const [scenario = '', experiment = '', arm = ''] = text.split(LABEL_SEPARATOR);
  return { scenario, experiment, arm };
}

function writeName(out: Buffer, at: number, name: string): number {
  const length = out.write(name, at + 2);
  out.writeUInt16LE(length, at);
  return at + 2 + length;
}

function notOurs(): RepriseError {
  return new RepriseError(
    'INVALID',
    'recommendationId was not made by this instance, or was changed since: pass one as it was answered',
    { field: 'recommendationId' },
  );
}
