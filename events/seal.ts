import { createCipheriv, createDecipheriv } from 'node:crypto';
import { RepriseError } from './error.ts';

/** What is sealed under a user's key: the event's own id and its free-form context. */
export interface Sealed {
  readonly id: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** Length of a seal's nonce in bytes. */
export const NONCE_BYTES = 12;

const TAG_BYTES = 16;
const SEAL_VERSION = 1;
const CIPHER = 'aes-256-gcm';

/**
 * Seals an event's id and context by AES-256-GCM under the user's key (32 bytes) with a nonce that is never used
 * twice, bound to the event key, so that it can't be moved to another event. Layout: version, nonce, text, tag.
 */
export function seal(
  content: Sealed,
  userKey: Uint8Array,
  nonce: Uint8Array,
  eventKey: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv(CIPHER, userKey, nonce);
  cipher.setAAD(eventKey);
  const text = cipher.update(JSON.stringify(content), 'utf8');
  cipher.final();
  const sealed = new Uint8Array(1 + NONCE_BYTES + text.length + TAG_BYTES);
  sealed[0] = SEAL_VERSION;
  sealed.set(nonce, 1);
  sealed.set(text, 1 + NONCE_BYTES);
  sealed.set(cipher.getAuthTag(), 1 + NONCE_BYTES + text.length);
  return sealed;
}

/** Opens what {@link seal} sealed; throws DAMAGED where key, event or bytes are not those of the sealing. */
export function unseal(sealed: Uint8Array, userKey: Uint8Array, eventKey: Uint8Array): Sealed {
  try {
    if (sealed[0] !== SEAL_VERSION) throw new Error(`unknown version ${String(sealed[0])}`);
    const end = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv(CIPHER, userKey, sealed.subarray(1, 1 + NONCE_BYTES));
    decipher.setAAD(eventKey);
    decipher.setAuthTag(sealed.subarray(end));
    const text = decipher.update(sealed.subarray(1 + NONCE_BYTES, end));
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
