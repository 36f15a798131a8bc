import type { SharedFact, UserErased } from './fact.ts';
import { contextBytesMax, freeFormFault, isObject, metadataBytesMax } from './free-form.ts';
import { idFault } from './id.ts';

/** Says what is wrong with a field's value, undefined where nothing is. */
type Check = (value: unknown) => string | undefined;

/** The most characters of a version, a release, a hash or a type. */
const NAME_CHARACTERS_MAX = 256;

/** The most elements of a list: one a partition. */
const LIST_ELEMENTS_MAX = 256;

/** The most users of a quarantine: their surrogates fit into a message. */
const QUARANTINE_USERS_MAX = 10_000;

/** The bytes of JSON that a model's settings may have. */
const SETTINGS_BYTES_MAX = 65_536;

const id: Check = (value) => (typeof value === 'string' ? idFault(value) : 'is no text');

const name: Check = (value) =>
  typeof value === 'string' && value.length > 0 && value.length <= NAME_CHARACTERS_MAX
    ? undefined
    : `is no text of 1 to ${String(NAME_CHARACTERS_MAX)} characters`;

/** The most characters of a recommendation's id. */
const ANSWER_CHARACTERS_MAX = 4_096;

const answerId: Check = (value) =>
  typeof value === 'string' && value.length > 0 && value.length <= ANSWER_CHARACTERS_MAX
    ? undefined
    : "is no recommendation's id";

const number: Check = (value) => (Number.isFinite(value) ? undefined : 'is no number');

const time: Check = (value) =>
  typeof value === 'number' && value >= 0 && Number.isFinite(value)
    ? undefined
    : 'is no time in Unix milliseconds';

const sequenceNumber: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= -1 ? undefined : 'is no sequence';

const orNull =
  (check: Check): Check =>
  (value) =>
    value === null ? undefined : check(value);

const freeForm =
  (bytesMax: number): Check =>
  (value) =>
    freeFormFault(value, bytesMax);

const listOf =
  (check: Check, elementsMax = LIST_ELEMENTS_MAX): Check =>
  (value) => {
    if (!Array.isArray(value) || value.length > elementsMax) {
      return `is no list of at most ${String(elementsMax)}`;
    }
    return value.some((element) => check(element) !== undefined)
      ? 'holds what does not belong there'
      : undefined;
  };

/** The fields of something: each with its check, and those that may be left out. */
interface Fields {
  readonly checks: ReadonlyMap<string, Check>;
  readonly optional: ReadonlySet<string>;
}

function fieldsOf(
  checks: Readonly<Record<string, Check>>,
  optional: readonly string[] = [],
): Fields {
  return { checks: new Map(Object.entries(checks)), optional: new Set(optional) };
}

const EVENT = fieldsOf(
  {
    ...{ id, type: name, user: id, item: id, value: number, time },
    ...{ context: freeForm(contextBytesMax), source: id, recommendationId: answerId },
  },
  ['value', 'context', 'source', 'recommendationId'],
);

/** The kinds of facts that come in messages. */
type SentKind = (SharedFact | UserErased)['kind'];

/** 128 bits in hex, as `surrogate.ts` writes them. */
const surrogate: Check = (value) =>
  typeof value === 'string' && /^[0-9a-f]{32}$/.test(value) ? undefined : 'is no surrogate';

/** The fields of every such fact beside its kind. */
const FACTS: Readonly<Record<SentKind, Fields>> = {
  UserErased: fieldsOf({ user: surrogate, timeMs: time }),
  ItemPublished: fieldsOf({
    item: id,
    metadata: orNull(freeForm(metadataBytesMax)),
    timeMs: time,
  }),
  ModelPromoted: fieldsOf({
    version: name,
    baseSha256: listOf(name),
    start: listOf(sequenceNumber),
    settings: freeForm(SETTINGS_BYTES_MAX),
    timeMs: time,
  }),
  IndexReleased: fieldsOf({
    release: name,
    version: name,
    sha256: name,
    recall10: number,
    timeMs: time,
  }),
  BarrierSet: fieldsOf({ barrier: sequenceNumber, timeMs: time }),
  ShadowAssigned: fieldsOf({ version: name, timeMs: time }),
  QuarantineSet: fieldsOf(
    {
      quarantine: name,
      users: listOf(surrogate, QUARANTINE_USERS_MAX),
      source: id,
      from: listOf(sequenceNumber),
      to: listOf(sequenceNumber),
      timeMs: time,
    },
    ['source'],
  ),
  QuarantineLifted: fieldsOf({ quarantine: name, timeMs: time }),
};

/** Says what keeps parsed JSON from being a message, undefined where nothing does; it quotes nothing of it. */
export function messageFault(message: Readonly<Record<string, unknown>>): string | undefined {
  const { event, fact, id: factId, ...rest } = message;
  if (Object.keys(rest).length > 0) return 'has fields that no message has';
  if (event !== undefined && fact === undefined && factId === undefined) {
    return faultOf('event', event, EVENT);
  }
  if (event !== undefined || !isObject(fact)) return 'is neither an event nor a fact';
  const fault = id(factId);
  if (fault !== undefined) return `id ${fault}`;
  const { kind, ...fields } = fact;
  if (typeof kind !== 'string' || !Object.hasOwn(FACTS, kind)) return 'is no fact known here';
  return faultOf(kind, fields, FACTS[kind as SentKind]);
}

function faultOf(what: string, value: unknown, { checks, optional }: Fields): string | undefined {
  if (!isObject(value)) return `${what} is no object`;
  if (Object.keys(value).some((field) => !checks.has(field))) {
    return `${what} has fields that none has`;
  }
  for (const [field, check] of checks) {
    if (!Object.hasOwn(value, field)) {
      if (optional.has(field)) continue;
      return `${what}.${field} is missing`;
    }
    const fault = check(value[field]);
    if (fault !== undefined) return `${what}.${field} ${fault}`;
  }
  return undefined;
}
