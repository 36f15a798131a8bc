import { readCloudEvent } from './cloud-event.ts';
import type { ReadCloudEvent } from './cloud-event.ts';
import { MESSAGE_BYTES_MAX } from './transport-message.ts';

/** One header's value: bytes, or several where the header stands there more than once. */
type HeaderValue = Uint8Array | string | readonly (Uint8Array | string)[] | undefined;

/** The headers of a message, as Kafka has them. */
export type MessageHeaders = Readonly<Record<string, HeaderValue>>;

/** What the names of a CloudEvent's attributes begin with in binary mode. */
const PREFIX = 'ce_';
const CONTENT_TYPE = 'content-type';

/** The media type of a CloudEvent in structured mode. */
export const STRUCTURED_TYPE = 'application/cloudevents+json';

/** What every media type of CloudEvents begins with. */
const FAMILY = 'application/cloudevents';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Tells whether a message is a CloudEvent (Kafka protocol binding 1.0.2, section 3): by the content type in structured
 * mode, by the attribute that each has in binary mode. It costs two look-ups where there are no headers.
 */
export function isCloudEvent(headers: MessageHeaders): boolean {
  const contentType = headers[CONTENT_TYPE];
  if (contentType !== undefined && isOfFamily(textOf(contentType))) return true;
  return headers[`${PREFIX}specversion`] !== undefined;
}

/** Reads a CloudEvent from a message in structured or binary mode. It gives an event or a reason, and never throws. */
export function readCloudMessage(
  headers: MessageHeaders,
  value: Uint8Array | null,
): ReadCloudEvent {
  if (value === null) return { fault: 'has no value' };
  if (value.length > MESSAGE_BYTES_MAX) {
    return { fault: `has ${String(value.length)} bytes, over ${String(MESSAGE_BYTES_MAX)}` };
  }
  const contentType = textOf(headers[CONTENT_TYPE]);
  if (isOfFamily(contentType)) {
    const name = contentType?.split(';')[0]?.trim().toLowerCase();
    if (name !== STRUCTURED_TYPE) {
      return {
        fault: `is neither ${STRUCTURED_TYPE} nor in binary mode; Kafka has no batched mode, send one event a message`,
      };
    }
    return readCloudEvent(parse(value));
  }
  return readBinary(headers, contentType, value);
}

function readBinary(
  headers: MessageHeaders,
  contentType: string | undefined,
  value: Uint8Array,
): ReadCloudEvent {
  const attributes: (readonly [string, unknown])[] = [];
  for (const [name, header] of Object.entries(headers)) {
    if (!name.startsWith(PREFIX)) continue;
    const text = textOf(header);
    // The name of an extension is the sender's own text, which no reason may hold.
    if (text === undefined) return { fault: 'has a ce_ header that is not one text of UTF-8' };
    attributes.push([name.slice(PREFIX.length), text]);
  }
  if (headers[CONTENT_TYPE] !== undefined && contentType === undefined) {
    return { fault: `has a header ${CONTENT_TYPE} that is not one text of UTF-8` };
  }
  return readCloudEvent({
    ...Object.fromEntries(attributes),
    ...(contentType !== undefined && { datacontenttype: contentType }),
    data: parse(value),
  });
}

function isOfFamily(contentType: string | undefined): boolean {
  return contentType?.toLowerCase().startsWith(FAMILY) === true;
}

/** A header as text; undefined where it stands there twice or is no UTF-8. */
function textOf(header: HeaderValue): string | undefined {
  if (typeof header === 'string') return header;
  return header instanceof Uint8Array ? decode(header) : undefined;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined; // The caller says what was expected; the decoder's own words name no header.
  }
}

function parse(value: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(value)) as unknown;
  } catch {
    return undefined; // The caller says what was expected; the parser's own words quote the message.
  }
}
