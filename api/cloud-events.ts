import type { IncomingHttpHeaders } from 'node:http';

import { interactionOf } from '../events/cloud-event.ts';
import type { IncomingEvent } from '../events/incoming.ts';
import type { FieldError, HttpProblem } from './problem.ts';
import { decodePart } from './query-string.ts';
import { cloudEventSchema, eventSchema, toIncoming } from './schema/events.ts';
import { check, refusal } from './validation.ts';

const PREFIX = 'ce-';

/** Tells whether a request carries a CloudEvent in binary mode: attributes in headers, data in the body. */
export function isBinaryMode(headers: IncomingHttpHeaders): boolean {
  return headers['ce-specversion'] !== undefined;
}

/** Puts a CloudEvent in binary mode together as one in structured mode. */
export function fromBinaryMode(
  headers: IncomingHttpHeaders,
  data: unknown,
): Readonly<Record<string, unknown>> {
  const attributes = Object.entries(headers)
    .filter(([name, value]) => name.startsWith(PREFIX) && typeof value === 'string')
    .map(([name, value]) => [name.slice(PREFIX.length), decodePart(String(value), name)] as const);
  const type = headers['content-type'];
  return {
    ...Object.fromEntries(attributes),
    ...(type === undefined ? {} : { datacontenttype: type }),
    data,
  };
}

/** Checks a CloudEvent and turns it into what the door takes; throws a 400 that names the fields, after `place`. */
export function readCloudEvent(value: unknown, place = ''): IncomingEvent {
  const cloud = check(cloudEventSchema, value);
  if (!cloud.ok) throw refuse(place, cloud.errors);
  const event = check(eventSchema, interactionOf(cloud.value));
  if (event.ok) return toIncoming(event.value);
  throw refuse(place, event.errors.map(asCloudField));
}

function asCloudField({ field, reason }: FieldError): FieldError {
  if (field === 'id') return { field, reason: `${reason}, source and id together` };
  return { field: field === 'item' ? 'data.item' : field, reason };
}

function refuse(place: string, errors: readonly FieldError[]): HttpProblem {
  const dot = place === '' ? '' : '.';
  return refusal(
    'the CloudEvent',
    errors.map(({ field, reason }) => ({ field: `${place}${dot}${field}`, reason })),
  );
}
