import type { Json } from './openapi.ts';

/** How deep an example is composed: schemas that hold themselves end there. */
export const exampleDepthMax = 12;

/** What a field of a name holds in examples, where it may: the same names mean the same everywhere. */
const NAMED: Readonly<Record<string, unknown>> = {
  ...{ user: 'ada', users: ['ada'], item: 'track-00042', ids: ['track-00042'] },
  ...{ id: 'track-00042', type: 'play', score: 0.276206, title: 'Paper Thread', query: 'paper' },
  ...{ metadata: { title: 'Paper Thread' }, accepted: 1, duplicates: 0, refused: 0, pending: [] },
  ...{ model: 'v1', version: 'v2', live: 'v1', previous: 'v1', parent: 'v1', a: 'v1', b: 'v2' },
  ...{ learner: 'blend', profile: 'embedded', recommendationId: 'AQgCAQAAAOo7' },
  ...{ workflowId: 'train-1', url: 'http://127.0.0.1:8233/', travelId: 'travel-0123456789abcdef' },
  ...{ erasureId: 'e1', quarantineId: 'q1', name: 'verify', projections: ['users'], awaited: [] },
  ...{ hash: '9f86d081884c7d65', stateHash: '9f86d081884c7d65', poll: '/v1/travels/travel-1' },
  ...{ recall: { 10: 0.25 }, precision: { 10: 0.025 }, mrr: { 10: 0.125 }, share: 0.01 },
  ...{ events: 15_338, items: 10_000, file: 'app-1a2b.js' },
};

const MOMENT = '2026-01-31T12:00:00.000Z';

/** The schemas of a document by name. */
type Named = Readonly<Record<string, Json>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

/** The type that a schema asks for; the first where it takes several, and one name for all numbers. */
function kindOf({ type }: Json): unknown {
  const first: unknown = Array.isArray(type) ? type[0] : type;
  return first === 'integer' ? 'number' : first;
}

/** What a name stands for, where the schema takes a value of that type. */
function named(schema: Json, name: string): unknown {
  const value = NAMED[name];
  const asked = kindOf(schema);
  // Of a list of objects the name tells nothing.
  const items = schema['items'];
  if (asked === 'array' && (!isObject(items) || items['type'] !== 'string')) return undefined;
  return value !== undefined && typeOf(value) === asked ? value : undefined;
}

/** What a schema says itself: an example, its only value, the first of few, or what stands where it is absent. */
function given(schema: Json): unknown {
  const [example] = Array.isArray(schema['examples']) ? (schema['examples'] as unknown[]) : [];
  const [first] = Array.isArray(schema['enum']) ? (schema['enum'] as unknown[]) : [];
  return example ?? schema['const'] ?? first ?? schema['default'];
}

function ofObject(schema: Json, schemas: Named, depth: number): Json {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? (schema['required'] as string[]) : [];
  const entries = Object.entries(properties as Named).filter(
    ([name, property]) => required.includes(name) || isTold(property, name),
  );
  return Object.fromEntries(
    entries.map(([name, property]) => [name, exampleOf(property, schemas, name, depth + 1)]),
  );
}

/** An optional field is shown where it, or its name, says what it holds. */
function isTold(schema: Json, name: string): boolean {
  return Array.isArray(schema['examples']) || named(schema, name) !== undefined;
}

function ofType(schema: Json, schemas: Named, name: string, depth: number): unknown {
  switch (kindOf(schema)) {
    case 'object':
      return ofObject(schema, schemas, depth);
    case 'array': {
      const { items } = schema;
      return isObject(items) ? [exampleOf(items, schemas, name, depth + 1)] : [];
    }
    case 'number':
      return schema['minimum'] ?? 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return schema['format'] === 'date-time' ? MOMENT : 'text';
  }
}

/**
 * Composes an example of a JSON schema from what its fields say, by `examples` or by their names; so a route that is
 * added has one, too. A test holds every example against its schema.
 */
export function exampleOf(schema: Json, schemas: Named, name = '', depth = 0): unknown {
  if (depth > exampleDepthMax) return null;
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const target = schemas[reference.slice(reference.lastIndexOf('/') + 1)] ?? {};
    return exampleOf(target, schemas, name, depth + 1);
  }
  const own = given(schema) ?? named(schema, name);
  if (own !== undefined) return own;
  const [option] = Array.isArray(schema['anyOf']) ? (schema['anyOf'] as unknown[]) : [];
  if (isObject(option)) return exampleOf(option, schemas, name, depth + 1);
  return ofType(schema, schemas, name, depth);
}
