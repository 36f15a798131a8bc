import { createHash, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** The longest key that an HMAC takes as it is. */
const SIGNING_KEY_BYTES_MAX = 64;

/** The key of all APIs: one of them reads what another signed. One that is too long is hashed, as HMAC has it. */
export function signingKeyOf(base64: string): KeyObject {
  const bytes = Buffer.from(base64, 'base64');
  const fits = bytes.length <= SIGNING_KEY_BYTES_MAX;
  return createSecretKey(fits ? bytes : createHash('sha256').update(bytes).digest());
}
