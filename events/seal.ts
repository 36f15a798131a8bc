import { createDecipheriv } from 'node:crypto';
import { TAG_BYTES, encryptInPlace } from './chacha20-poly1305.ts';
import { RepriseError } from './error.ts';

/** What is sealed under a user's key: the event's own id and its free-form context. */
export interface Sealed {
  readonly id: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** Length of a seal's nonce in bytes. */
export const NONCE_BYTES = 12;

/** The ciphers by seal version, version 1 first. Append only: what was ever sealed stays readable. */
const CIPHERS = ['aes-256-gcm', 'chacha20-poly1305'] as const;
const SEAL_VERSION = 2;
/** Version and nonce stand before the text. */
const TEXT_AT = 1 + NONCE_BYTES;
/** The bytes of one allocation, which many seals share. */
const SLAB_BYTES = 65_536;
/** What a seal takes at most beside its text: what stands before it, the tag, and what aligns both. */
const ROOM_BYTES = 48;

let slab = slabOf(SLAB_BYTES);
let used = 0;

/**
 * Seals an event's id and context by ChaCha20-Poly1305 under the user's key (32 bytes) with a nonce (12 bytes, from
 * `nonceAt` on) that is never used twice, bound to the event key (16 bytes), so that it can't be moved to another event.
 * Layout: version, nonce, text, tag.
 */
export function seal(
  content: Sealed,
  userKey: Uint8Array,
  nonces: Uint8Array,
  eventKey: Uint8Array,
  nonceAt = 0,
): Uint8Array {
  const json = JSON.stringify(content);
  // UTF-8 has at most three bytes a UTF-16 unit.
  const bytesMax = 3 * json.length + ROOM_BYTES;
  if (used + bytesMax > slab.bytes.length) {
    slab = slabOf(Math.max(SLAB_BYTES, bytesMax));
    used = 0;
  }
  const { bytes } = slab;
  const textAt = (used + TEXT_AT + 3) & -4;
  const start = textAt - TEXT_AT;
  bytes[start] = SEAL_VERSION;
  for (let i = 0; i < NONCE_BYTES; i += 1) bytes[start + 1 + i] = nonces[nonceAt + i] as number;
  const length = bytes.write(json, textAt, 'utf8');
  encryptInPlace(slab, textAt, length, { key: userKey, nonces, nonceAt, associated: eventKey });
  used = textAt + length + TAG_BYTES;
  return new Uint8Array(bytes.buffer, start, used - start);
}

/** Opens what {@link seal} sealed; throws DAMAGED where key, event or bytes are not those of the sealing. */
export function unseal(sealed: Uint8Array, userKey: Uint8Array, eventKey: Uint8Array): Sealed {
  try {
    const cipher = CIPHERS[(sealed[0] ?? 0) - 1];
    if (cipher === undefined) throw new Error(`unknown version ${String(sealed[0])}`);
    const end = sealed.length - TAG_BYTES;
    const nonce = sealed.subarray(1, TEXT_AT);
    const decipher = createDecipheriv(cipher as 'aes-256-gcm', userKey, nonce, {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(eventKey);
    decipher.setAuthTag(sealed.subarray(end));
    const text = decipher.update(sealed.subarray(TEXT_AT, end));
    return JSON.parse(Buffer.concat([text, decipher.final()]).toString('utf8')) as Sealed;
  } catch (cause) {
    throw new RepriseError(
      'DAMAGED',
      'a sealed event id does not open under its user key: restore journal and identity from the same backup',
      {},
      cause,
    );
  }
}

function slabOf(length: number): {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly words: Int32Array;
} {
  const memory = new ArrayBuffer((length + 3) & -4);
  return { bytes: Buffer.from(memory), words: new Int32Array(memory) };
}
