import { z } from 'zod';

import { exampleOf } from './example.ts';
import { PROBLEM_KINDS } from './problem.ts';
import { parameterNames } from './router.ts';
import type { AnswerSpec, Route } from './route.ts';
import { problemSchema } from './schema/problem.ts';
import { scopeOf } from './scope.ts';

/** A part of the document: plain JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** A description of one route, as OpenAPI has it. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Json;
  readonly responses: Readonly<Record<string, Json>>;
  readonly security?: readonly Json[];
}

/** A parameter in path or query. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  /** Members of an object stand each under a name of its own. */
  readonly style?: 'deepObject';
  readonly description?: string;
  readonly example?: unknown;
  readonly schema: Json;
}

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: Json;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Json & { readonly schemas: Readonly<Record<string, Json>> };
}

/** Problems that every route may answer. */
const everyRoute = [400, 401, 403, 421, 429, 500] as const;

/** Gathers the schemas that have a name, so that the document holds each once. */
class Schemas {
  readonly named: Record<string, Json> = {};

  /** Writes a schema with an example of it, as OpenAPI has what a body holds. */
  media(schema: z.ZodType): Json {
    const written = this.write(schema);
    return { schema: written, example: exampleOf(written, this.named) };
  }

  /** Writes a schema as JSON Schema; named ones become references into the document. */
  write(schema: z.ZodType): Json {
    const written = z.toJSONSchema(schema, {
      io: 'input',
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        // Zod's read-only means frozen; JSON Schema's means that requests may not send it.
        delete jsonSchema.readOnly;
      },
    });
    const { $schema: _dialect, $defs = {}, ...own } = moved(written) as Record<string, unknown>;
    Object.assign(this.named, $defs);
    return own;
  }
}

/** Points references from a schema's own definitions to the document's. */
function moved(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(moved);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) =>
      key === '$ref' && typeof value === 'string'
        ? [key, value.replace('#/$defs/', '#/components/schemas/')]
        : [key, moved(value)],
    ),
  );
}

/** The fields of an object in path or query: each with its schema and whether it has to be there. */
function fieldsOf(
  schema: z.ZodObject | undefined,
  schemas: Schemas,
): readonly { readonly name: string; readonly schema: Json; readonly required: boolean }[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemas.write(schema) as {
    readonly properties?: Readonly<Record<string, Json>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, written]) => ({
    ...{ name, schema: written, required: required.includes(name) },
  }));
}

/** An `id` in a path is that of what the segment before it names. */
function nameIn(path: string, name: string): string {
  return name === 'id' && path.includes('/users/{id}') ? 'user' : name;
}

function parametersOf(route: Route, schemas: Schemas): readonly Parameter[] {
  const inPath = fieldsOf(route.params, schemas);
  if (inPath.map(({ name }) => name).join() !== parameterNames(route.path).join()) {
    throw new Error(
      `${route.path} and its parameter schema name other parameters: make them agree`,
    );
  }
  const place = (
    { name, schema: { description, ...schema }, required }: (typeof inPath)[number],
    where: Parameter['in'],
  ): Parameter => ({
    ...{ name, in: where, required },
    ...(schema['type'] === 'object' ? { style: 'deepObject' } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    ...(required ? { example: exampleOf(schema, schemas.named, nameIn(route.path, name)) } : {}),
    schema,
  });
  return [
    ...inPath.map((field) => place(field, 'path')),
    ...fieldsOf(route.query, schemas).map((field) => place(field, 'query')),
  ];
}

function requestBodyOf(route: Route, schemas: Schemas): { readonly requestBody?: Json } {
  const media = [
    ...(route.body === undefined ? [] : [{ type: 'application/json', schema: route.body }]),
    ...(route.bodies ?? []),
  ];
  if (media.length === 0) return {};
  const content = media.map(({ type, schema }) => [type, schemas.media(schema)]);
  return {
    requestBody: {
      required: route.bodies !== undefined,
      content: Object.fromEntries(content) as Json,
    },
  };
}

function responseOf(answer: AnswerSpec<z.ZodType>, schemas: Schemas): [string, Json] {
  const { status, description, schema, mediaType = 'application/json' } = answer;
  const content = { [mediaType]: schema === undefined ? {} : schemas.media(schema) };
  return [String(status), { description, ...(status === 302 ? {} : { content }) }];
}

function responsesOf(route: Route, schemas: Schemas): Operation['responses'] {
  const answers = [route.answer, ...(route.later === undefined ? [] : [route.later])];
  const problems = problemsOf(route);
  return Object.fromEntries<Json>([
    ...answers.map((answer) => responseOf(answer, schemas)),
    ...problems.map((problem): [string, Json] => [
      String(problem),
      { $ref: `#/components/responses/Problem${String(problem)}` },
    ]),
  ]);
}

function problemsOf({ problems = [] }: Route): readonly number[] {
  return [...new Set([...everyRoute, ...problems])].sort((a, b) => a - b);
}

/** Describes the problems of a status: its codes, what each means, and how one looks. */
function problemResponse(status: number, schema: Json): Json {
  const kinds = Object.entries(PROBLEM_KINDS).filter(([, kind]) => kind.status === status);
  const [code = 'UNKNOWN', { title } = { title: 'Refused' }] = kinds[0] ?? [];
  const type = `/docs#${code.toLowerCase().replaceAll('_', '-')}`;
  const detail = 'what was wrong, and how to mend it';
  const example = { type, title, status, detail, instance: '/v1/events', code };
  return {
    description: kinds.map(([each, kind]) => `${each}: ${kind.title}.`).join(' '),
    content: { 'application/problem+json': { schema, example } },
  };
}

/** Says what is asked of callers, after what the route says of itself. */
function descriptionOf(route: Route): string {
  const asked =
    route.open === true
      ? 'No API key is asked for.'
      : `Where keys are asked for, one of scope \`${scopeOf(route)}\` is.`;
  return route.description === undefined ? asked : `${route.description} ${asked}`;
}

/** Describes routes as an OpenAPI 3.1 document, made from the very schemas that check requests. */
export function openApi(routes: readonly Route[]): OpenApiDocument {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const operations = (paths[route.path] ??= {});
    operations[route.method.toLowerCase()] = {
      operationId: route.operationId,
      summary: route.summary,
      description: descriptionOf(route),
      tags: [route.tag],
      parameters: parametersOf(route, schemas),
      ...requestBodyOf(route, schemas),
      responses: responsesOf(route, schemas),
      ...(route.open === true ? { security: [] } : {}),
    };
  }
  const problem = schemas.write(problemSchema);
  const statuses = [...new Set(routes.flatMap(problemsOf))].sort((a, b) => a - b);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Reprise',
      version: '1',
      description: 'A real-time recommender you can replay.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: schemas.named,
      responses: Object.fromEntries(
        statuses.map((status) => [`Problem${String(status)}`, problemResponse(status, problem)]),
      ),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      },
    },
  };
}
