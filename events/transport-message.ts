import { RepriseError } from './error.ts';
import { messageFault } from './message-fault.ts';
import type { SharedFact, UserErased } from './fact.ts';
import { isObject } from './free-form.ts';
import type { SentEvent } from './incoming.ts';
import { readPlainMessage } from './plain-message.ts';

/** What one message carries: a user's event, or a fact with its id: a shared one, or the erasure of a user. */
export type TransportMessage =
  { readonly event: SentEvent } | { readonly fact: SharedFact | UserErased; readonly id: string };

/** A message as it was read, or why it is none; the reason holds nothing of the message. */
export type DecodedMessage =
  | { readonly message: TransportMessage; readonly fault?: undefined }
  | { readonly message?: undefined; readonly fault: string };

/** The format version that messages are written in. */
export const MESSAGE_VERSION = 1;

/** The bytes that one message may have: room for an item's metadata, escaped, and for a model's promotion. */
export const MESSAGE_BYTES_MAX = 524_288;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Writes a message as UTF-8 JSON; throws TOO_LARGE where it is over the bound. */
export function encodeMessage(message: TransportMessage): Uint8Array {
  const value = Buffer.from(JSON.stringify({ v: MESSAGE_VERSION, ...message }));
  if (value.length <= MESSAGE_BYTES_MAX) return value;
  throw new RepriseError(
    'TOO_LARGE',
    `the message has ${String(value.length)} bytes, over ${String(MESSAGE_BYTES_MAX)}: send less context or metadata`,
    { bytes: value.length, bytesMax: MESSAGE_BYTES_MAX },
  );
}

/** Reads a message. Whatever the bytes are it gives a message or a reason, and never throws. */
export function decodeMessage(value: Uint8Array | null): DecodedMessage {
  if (value === null) return { fault: 'has no value' };
  if (value.length > MESSAGE_BYTES_MAX) {
    return {
      fault: `has ${String(value.length)} bytes, over ${String(MESSAGE_BYTES_MAX)}`,
    };
  }
  const plain = readPlainMessage(value);
  if (plain !== undefined) return { message: { event: plain } };
  return decodeAny(value);
}

/** Reads whatever message by the parser. */
function decodeAny(value: Uint8Array): DecodedMessage {
  const parsed = parse(value);
  if (!isObject(parsed)) return { fault: 'is no JSON object in UTF-8' };
  const { v: version, ...message } = parsed;
  if (version !== MESSAGE_VERSION) {
    const isNewer = Number.isSafeInteger(version) && (version as number) > MESSAGE_VERSION;
    return {
      fault: isNewer
        ? `has a format newer than ${String(MESSAGE_VERSION)}: start a newer Reprise`
        : `has no format version v of ${String(MESSAGE_VERSION)}`,
    };
  }
  const fault = messageFault(message);
  return fault === undefined ? { message: message as unknown as TransportMessage } : { fault };
}

function parse(value: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(value)) as unknown;
  } catch {
    return undefined; // The caller says what was expected; the parser's own words quote the message.
  }
}
