import { createDecipheriv } from 'node:crypto';
import sodium from 'sodium-native';
import { RepriseError } from './error.ts';

/** What is sealed under a user's key: the event's own id, its free-form context and the answer that it reacts to. */
export interface Sealed {
  readonly id: string;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly recommendationId?: string;
}

/** Length of a seal's nonce in bytes. */
export const NONCE_BYTES = 12;

/** The ciphers by seal version, version 1 first. Append only: what was ever sealed stays readable. */
const CIPHERS = ['aes-256-gcm', 'chacha20-poly1305', 'chacha20-poly1305'] as const;
const SEAL_VERSION = 2;
/** Seals that hold a recommendation's id, so that whoever counts reactions opens no others. */
const REACTION_VERSION = 3;
/** Version and nonce stand before the text. */
const TEXT_AT = 1 + NONCE_BYTES;
/** The bytes of one allocation, which many seals share. */
const SLAB_BYTES = 65_536;
/** Length of the tag behind the text. */
const TAG_BYTES = 16;
/** What a seal takes beside its text. */
const ROOM_BYTES = TEXT_AT + TAG_BYTES;

let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
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
  if (used + bytesMax > slab.length) {
    slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytesMax));
    used = 0;
  }
  const start = used;
  const nonce = nonces.subarray(nonceAt, nonceAt + NONCE_BYTES);
  slab[start] = content.recommendationId === undefined ? SEAL_VERSION : REACTION_VERSION;
  slab.set(nonce, start + 1);
  const textAt = start + TEXT_AT;
  const end = textAt + slab.write(json, textAt, 'utf8');
  used = end + TAG_BYTES;
  // The text is encrypted where it stands. OpenSSL's ciphers cost ten times as much here: Node sets one up for every key.
  sodium.crypto_aead_chacha20poly1305_ietf_encrypt(
    slab.subarray(textAt, used),
    slab.subarray(textAt, end),
    eventKey,
    null,
    nonce,
    userKey,
  );
  return new Uint8Array(slab.buffer, start, used - start);
}

/** Whether a seal holds the id of a recommendation that its event reacts to; told without opening it. */
export function isReaction(sealed: Uint8Array): boolean {
  return sealed[0] === REACTION_VERSION;
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
    const opened = Buffer.concat([text, decipher.final()]).toString('utf8');
    const content = JSON.parse(opened) as Sealed;
    // The tag doesn't cover the version, and two of them have one cipher.
    if (isReaction(sealed) === (content.recommendationId !== undefined)) return content;
    throw new Error('the version is not that of the content');
  } catch (cause) {
    throw new RepriseError(
      'DAMAGED',
      'a sealed event id does not open under its user key: restore journal and identity from the same backup',
      {},
      cause,
    );
  }
}
