import { contextBytesMax, freeFormFault, isObject } from './free-form.ts';
import { idFault } from './id.ts';
import type { IncomingEvent } from './incoming.ts';

/** A CloudEvent 1.0 whose attributes were checked, as an interaction is read from it. */
export interface InteractionCloudEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string | undefined;
  /** RFC 3339. */
  readonly time?: string | undefined;
  readonly recommendationid?: string | undefined;
  readonly data: {
    readonly user: string;
    readonly item?: string | undefined;
    readonly value?: number | undefined;
    readonly context?: Readonly<Record<string, unknown>> | undefined;
    readonly recommendationId?: string | undefined;
  };
}

/** A CloudEvent as it was read, or why it is no interaction; the reason holds nothing of it. */
export type ReadCloudEvent =
  | { readonly event: IncomingEvent & { readonly id: string }; readonly fault?: undefined }
  | { readonly event?: undefined; readonly fault: string };

/**
 * Gives what an interaction takes from a CloudEvent, the time as it stood there: the type is the name after the last dot,
 * the item is the data's or the subject, and the idempotency key is source and id together, for only both are unique
 * (CloudEvents 1.0.2).
 */
export function interactionOf(cloud: InteractionCloudEvent): Readonly<Record<string, unknown>> {
  const { user, item = cloud.subject, value, context } = cloud.data;
  const { recommendationId = cloud.recommendationid } = cloud.data;
  const parts = {
    id: `${cloud.source} ${cloud.id}`,
    type: cloud.type.slice(cloud.type.lastIndexOf('.') + 1),
    ...{ user, item, value },
    ...{ time: cloud.time, source: cloud.source, context, recommendationId },
  };
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
}

/** The most characters of an event's type. */
const TYPE_CHARACTERS_MAX = 256;

const ANSWER_ID = /^[\w-]{1,4096}$/;
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json(?:;.*)?$/i;
const RFC3339 =
  /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Says what is wrong with a value, undefined where nothing is. */
type Check = (value: unknown) => string | undefined;

const id: Check = (value) => (typeof value === 'string' ? idFault(value) : 'is no text');

const answerId: Check = (value) =>
  typeof value === 'string' && ANSWER_ID.test(value) ? undefined : "is no recommendation's id";

const type: Check = (value) =>
  typeof value === 'string' && value.length > 0 && value.length <= TYPE_CHARACTERS_MAX
    ? undefined
    : `is no text of 1 to ${String(TYPE_CHARACTERS_MAX)} characters`;

const time: Check = (value) =>
  typeof value === 'string' && isTime(value)
    ? undefined
    : 'is no time such as 2026-01-31T12:00:00Z (RFC 3339)';

const jsonType: Check = (value) =>
  typeof value === 'string' && JSON_TYPE.test(value)
    ? undefined
    : 'is not JSON, such as application/json';

/** What attributes are held against; those that stand nowhere here are extensions, which are let through. */
const REQUIRED: Readonly<Record<string, Check>> = {
  specversion: (value) => (value === '1.0' ? undefined : 'is not 1.0'),
  ...{ id, source: id, type },
};
const OPTIONAL: Readonly<Record<string, Check>> = {
  ...{ subject: id, time, datacontenttype: jsonType, recommendationid: answerId },
  data_base64: () => 'is not read; send JSON in data',
};
const DATA: Readonly<Record<string, Check>> = {
  ...{ user: id, item: id, recommendationId: answerId },
  value: (value) => (Number.isFinite(value) ? undefined : 'is no number'),
  context: (value) => freeFormFault(value, contextBytesMax),
};

/** Reads parsed JSON as a CloudEvent that is an interaction; what it means is checked as that of any other event is. */
export function readCloudEvent(value: unknown): ReadCloudEvent {
  if (!isObject(value)) return { fault: 'is no JSON object' };
  const fault =
    faultOf(value, REQUIRED, true) ?? faultOf(value, OPTIONAL, false) ?? dataFault(value['data']);
  if (fault !== undefined) return { fault };
  const { time: at, ...event } = interactionOf(value as unknown as InteractionCloudEvent);
  const key = idFault(String(event['id']));
  if (key !== undefined) return { fault: `id ${key}, source and id together` };
  if (event['item'] === undefined) return { fault: 'data.item is missing, and so is subject' };
  return {
    event: {
      ...event,
      ...(typeof at === 'string' && { time: Date.parse(at) }),
    } as IncomingEvent & { readonly id: string },
  };
}

function faultOf(
  value: Readonly<Record<string, unknown>>,
  checks: Readonly<Record<string, Check>>,
  isRequired: boolean,
): string | undefined {
  for (const [name, check] of Object.entries(checks)) {
    if (!Object.hasOwn(value, name)) {
      if (isRequired) return `${name} is missing`;
      continue;
    }
    const fault = check(value[name]);
    if (fault !== undefined) return `${name} ${fault}`;
  }
  return undefined;
}

function dataFault(data: unknown): string | undefined {
  if (!isObject(data)) return 'data is no JSON object';
  if (Object.keys(data).some((field) => !Object.hasOwn(DATA, field))) {
    return `data has fields other than ${Object.keys(DATA).join(', ')}`;
  }
  if (!Object.hasOwn(data, 'user')) return 'data.user is missing';
  const fault = faultOf(data, DATA, false);
  return fault === undefined ? undefined : `data.${fault}`;
}

/** Tells whether a text is a time of RFC 3339 on a day that there is. */
function isTime(text: string): boolean {
  const day = RFC3339.exec(text)?.[1];
  if (day === undefined) return false;
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
