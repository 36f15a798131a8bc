import type { IncomingMessage, ServerResponse } from 'node:http';

import type { z } from 'zod';

import type { RequestRecord } from './request-watch.ts';
import type { Scope } from './scope.ts';

/** What a handler is called with: the checked parts of the request, and the raw request for bodies read apart. */
export interface Call<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What is noted of the request; absent where nobody reads it. */
  readonly record?: RequestRecord | undefined;
}

/** A media type that a request body may have, with the schema that checks it (of a line, for NDJSON). */
export interface BodyMedia {
  readonly type: string;
  readonly schema: z.ZodType;
  readonly description?: string;
}

/** What a route answers when it succeeds. */
export interface AnswerSpec<Answer extends z.ZodType> {
  readonly status: 200 | 202 | 302;
  readonly description: string;
  /** JSON unless another media type is named; an answer that isn't JSON is written by the handler itself. */
  readonly mediaType?: string;
  readonly schema?: Answer;
}

/** What a handler gives that has written its answer itself: a page, a stream. */
export const WRITTEN = Symbol('written');

/** What a handler gives: its answer, to be written as JSON, or word that it is written. */
export type Reply<Answer> = Answer | typeof WRITTEN;

/** Names and words of a route, for the document that describes it. */
export interface RouteWords {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** The path with its parameters in braces: `/v1/users/{id}`. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  /** What a caller should know beside the summary. */
  readonly description?: string;
  /** The statuses of problems that callers have to expect, beside those of every route. */
  readonly problems?: readonly number[];
  /** What a key must allow; see {@link scopeOf} for where it is absent. */
  readonly scope?: Scope;
  /** True where no API key is asked for: probes and documentation. */
  readonly open?: boolean;
  /** Why the path has no `DELETE`, and what to do instead, for those who expect one. */
  readonly whyNoDelete?: string;
}

/** A route: its words, the schemas that check and describe it, and its handler. */
export interface RouteSpec<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> extends RouteWords {
  readonly params?: Params;
  readonly query?: Query;
  /** The JSON body, read and checked before the handler is called. An absent body reads as `{}`. */
  readonly body?: Body;
  /** The bodies that the handler reads itself. */
  readonly bodies?: readonly BodyMedia[];
  readonly answer: AnswerSpec<Answer>;
  /** What the handler writes instead where the answer takes longer than it is waited for. */
  readonly later?: AnswerSpec<z.ZodType>;
  handle(
    call: Call<z.output<Params>, z.output<Query>, z.output<Body>>,
  ): Reply<z.input<Answer>> | Promise<Reply<z.input<Answer>>>;
}

/** A route whose types are checked and forgotten, so that routes of all kinds stand in one table. */
export interface Route extends RouteWords {
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly bodies?: readonly BodyMedia[];
  readonly answer: AnswerSpec<z.ZodType>;
  readonly later?: AnswerSpec<z.ZodType>;
  handle(call: Call<unknown, unknown, unknown>): unknown;
}

/** Declares a route: what its handler takes and gives follows from its schemas. */
export function route<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
>(spec: RouteSpec<Params, Query, Body, Answer>): Route {
  return spec;
}
