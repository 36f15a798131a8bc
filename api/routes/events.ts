import type { IncomingMessage } from 'node:http';

import { z } from 'zod';

import { hasCode } from '../../events/error.ts';
import type { AcceptedEvents, IncomingEvent } from '../../events/incoming.ts';
import { parsePosition } from '../../events/position.ts';
import { parseOffset } from '../../events/transport.ts';
import { mediaTypeOf, readJson } from '../body.ts';
import { fromBinaryMode, isBinaryMode, readCloudEvent } from '../cloud-events.ts';
import type { ApiDeps, DoorPort } from '../deps.ts';
import { readNdjson, unknownFieldRemedy } from '../ndjson.ts';
import { HttpProblem, namedField } from '../problem.ts';
import type { FieldError } from '../problem.ts';
import { route } from '../route.ts';
import type { BodyMedia, Route } from '../route.ts';
import { acceptedSchema } from '../schema/answers.ts';
import {
  batchEventsMax,
  cloudDataSchema,
  cloudEventSchema,
  eventSchema,
  eventsBodySchema,
  toIncoming,
} from '../schema/events.ts';
import { demand } from '../validation.ts';

const bodies: readonly BodyMedia[] = [
  { type: 'application/json', schema: eventsBodySchema },
  { type: 'application/x-ndjson', schema: eventSchema, description: 'One event a line.' },
  { type: 'application/cloudevents+json', schema: cloudEventSchema },
  {
    type: 'application/cloudevents-batch+json',
    schema: z.array(cloudEventSchema).max(batchEventsMax),
  },
];

const arraySchema = z.array(eventSchema);
const batchSchema = z.array(z.unknown());
const ndjsonTypes = new Set(['application/x-ndjson', 'application/ndjson', 'application/jsonl']);

function boundBatch(values: readonly unknown[]): readonly unknown[] {
  if (values.length <= batchEventsMax) return values;
  throw new HttpProblem(
    'TOO_LARGE',
    `the batch holds more than ${String(batchEventsMax)} events: send it in parts, or as application/x-ndjson`,
  );
}

/** Events on their way to the door, and how the caller knows a field of one of them. */
interface Batch {
  readonly events: readonly IncomingEvent[];
  readonly locate: (index: number, field: string) => Omit<FieldError, 'reason'>;
}

function single(event: IncomingEvent): Batch {
  return { events: [event], locate: (_index, field) => ({ field }) };
}

function several(events: readonly IncomingEvent[]): Batch {
  return { events, locate: (index, field) => ({ field: `[${String(index)}].${field}` }) };
}

function readEvents(value: unknown): Batch {
  if (!Array.isArray(value)) {
    return single(toIncoming(demand(eventSchema, value, 'the event', unknownFieldRemedy)));
  }
  const events = demand(arraySchema, boundBatch(value), 'the events', unknownFieldRemedy);
  return several(events.map(toIncoming));
}

function readCloudBatch(value: unknown): Batch {
  const batch = boundBatch(demand(batchSchema, value, 'the batch'));
  return several(batch.map((each, i) => readCloudEvent(each, `[${String(i)}]`)));
}

async function readBatch(request: IncomingMessage): Promise<Batch> {
  const type = mediaTypeOf(request);
  if (isBinaryMode(request.headers)) {
    const cloud = fromBinaryMode(request.headers, await readJson(request));
    return single(readCloudEvent(cloud));
  }
  if (type === 'application/json') return readEvents(await readJson(request));
  if (type === 'application/cloudevents+json') {
    return single(readCloudEvent(await readJson(request)));
  }
  if (type === 'application/cloudevents-batch+json') return readCloudBatch(await readJson(request));
  if (!ndjsonTypes.has(type)) {
    const types = bodies.map((body) => body.type).join(', ');
    throw new HttpProblem('UNSUPPORTED_MEDIA_TYPE', `send events as content-type: ${types}`);
  }
  const { events, lines } = await readNdjson(request);
  return { events, locate: (index, field) => ({ field, line: lines[index] ?? 0 }) };
}

/** Passes a batch to the door, and names a refused field as the caller knows it. */
async function accept(
  door: DoorPort,
  { events, locate }: Batch,
  traceparent: string | undefined,
): Promise<AcceptedEvents> {
  try {
    return await door.accept(events, traceparent);
  } catch (error) {
    const named = hasCode(error, 'INVALID') ? namedField(error) : undefined;
    if (named === undefined) throw error;
    const place = locate(named.index, named.field);
    const line = place.line === undefined ? '' : `line ${String(place.line)}: `;
    throw new HttpProblem(
      'INVALID',
      `nothing was accepted: ${line}${place.field} ${named.reason}`,
      { errors: [{ ...place, reason: named.reason }], extra: { accepted: 0 } },
    );
  }
}

/** A place in a partition, whether of the journal or of the transport. */
interface Place {
  readonly partition: number;
  readonly at: number;
}

/** Keeps the furthest place of each partition: enough to pass on as `after`. */
function furthest(
  texts: readonly string[],
  parse: (text: string) => Place | undefined,
): readonly string[] {
  const heads = new Map<number, Place & { readonly text: string }>();
  for (const text of texts) {
    const place = parse(text);
    if (place === undefined) continue;
    const head = heads.get(place.partition);
    if (head === undefined || head.at < place.at) heads.set(place.partition, { ...place, text });
  }
  return [...heads.values()].sort((a, b) => a.partition - b.partition).map(({ text }) => text);
}

function positionPlace(text: string): Place | undefined {
  const position = parsePosition(text);
  return position && { partition: position.partition, at: position.sequence };
}

function offsetPlace(text: string): Place | undefined {
  const place = parseOffset(text);
  return place && { partition: place.partition, at: place.offset };
}

/** The way in: one event, an array, NDJSON or CloudEvents 1.0 (structured, batched, binary). */
export function eventRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/events',
      operationId: 'acceptEvents',
      scope: 'write',
      tag: 'events',
      summary:
        'Takes events, whole or not at all, and answers when they are durable. CloudEvents may also come in binary mode.',
      problems: [408, 413, 415, 422, 429, 503],
      bodies: [
        ...bodies,
        {
          type: 'application/*+json',
          schema: cloudDataSchema,
          description: 'A CloudEvent in binary mode: attributes in ce- headers, data in the body.',
        },
      ],
      answer: { status: 202, description: 'The events are durable.', schema: acceptedSchema },
      handle: async ({ request, record }) => {
        const batch = await readBatch(request);
        const ended = record?.begin('append');
        const answer = await accept(deps.door, batch, record?.appendParent);
        ended?.();
        record?.at(answer.positions);
        const { accepted, duplicates, positions, pending } = answer;
        const isStream = ndjsonTypes.has(mediaTypeOf(request));
        return {
          accepted,
          duplicates,
          positions: isStream ? furthest(positions, positionPlace) : positions,
          pending: isStream ? furthest(pending, offsetPlace) : pending,
        };
      },
    }),
  ];
}
