import { z } from 'zod';

import { parameterNames } from './router.ts';
import type { AnswerSpec, Route } from './route.ts';
import { problemSchema } from './schema/problem.ts';

/** A part of the document: plain JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** A description of one route, as OpenAPI has it. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
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

function properties(schema: z.ZodObject, schemas: Schemas): readonly (readonly [string, Json])[] {
  const written = schemas.write(schema);
  return Object.entries((written['properties'] ?? {}) as Readonly<Record<string, Json>>);
}

function parametersOf(route: Route, schemas: Schemas): readonly Parameter[] {
  const place = (
    [name, { description, ...schema }]: readonly [string, Json],
    where: Parameter['in'],
  ): Parameter => ({
    name,
    in: where,
    required: where === 'path',
    ...(schema['type'] === 'object' ? { style: 'deepObject' } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    schema,
  });
  const inPath = route.params === undefined ? [] : properties(route.params, schemas);
  const known = inPath.map(([name]) => name).join();
  if (known !== parameterNames(route.path).join()) {
    throw new Error(
      `${route.path} and its parameter schema name other parameters: make them agree`,
    );
  }
  const inQuery = route.query === undefined ? [] : properties(route.query, schemas);
  return [
    ...inPath.map((property) => place(property, 'path')),
    ...inQuery.map((property) => place(property, 'query')),
  ];
}

function requestBodyOf(route: Route, schemas: Schemas): { readonly requestBody?: Json } {
  const media = [
    ...(route.body === undefined ? [] : [{ type: 'application/json', schema: route.body }]),
    ...(route.bodies ?? []),
  ];
  if (media.length === 0) return {};
  const content = media.map(({ type, schema }) => [type, { schema: schemas.write(schema) }]);
  return {
    requestBody: {
      required: route.bodies !== undefined,
      content: Object.fromEntries(content) as Json,
    },
  };
}

function responseOf(answer: AnswerSpec<z.ZodType>, schemas: Schemas): [string, Json] {
  const { status, description, schema, mediaType = 'application/json' } = answer;
  const content = { [mediaType]: schema === undefined ? {} : { schema: schemas.write(schema) } };
  return [String(status), { description, ...(status === 302 ? {} : { content }) }];
}

function responsesOf(route: Route, schemas: Schemas): Operation['responses'] {
  const answers = [route.answer, ...(route.later === undefined ? [] : [route.later])];
  const problems = [...new Set([...everyRoute, ...(route.problems ?? [])])].sort((a, b) => a - b);
  return Object.fromEntries<Json>([
    ...answers.map((answer) => responseOf(answer, schemas)),
    ...problems.map((problem): [string, Json] => [
      String(problem),
      { $ref: '#/components/responses/Problem' },
    ]),
  ]);
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
      tags: [route.tag],
      parameters: parametersOf(route, schemas),
      ...requestBodyOf(route, schemas),
      responses: responsesOf(route, schemas),
      ...(route.open === true ? { security: [] } : {}),
    };
  }
  const problem = { 'application/problem+json': { schema: schemas.write(problemSchema) } };
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
      responses: {
        Problem: { description: 'What went wrong and how to mend it.', content: problem },
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      },
    },
  };
}
