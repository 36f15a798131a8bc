import type { IncomingMessage, ServerResponse } from 'node:http';

import { writeJson } from './answer.ts';
import { mediaTypeOf, readJson } from './body.ts';
import type { RequestRecord } from './request-watch.ts';
import { HttpProblem } from './problem.ts';
import { decodePart, QueryReader } from './query-string.ts';
import { WRITTEN } from './route.ts';
import type { Route } from './route.ts';
import { parameterNames } from './router.ts';
import type { Routed } from './router.ts';
import { scopeOf } from './scope.ts';
import type { Scope } from './scope.ts';
import { demand } from './validation.ts';

/** The checked query strings that an endpoint remembers. */
export const checkedQueriesMax = 256;
/** The length up to which a query string is remembered. */
export const checkedQueryCharsMax = 64;

const noQuery: Readonly<Record<string, never>> = Object.freeze({});

/** A route made ready: it reads and checks the parts of a request, calls the handler and writes the answer. */
export class Endpoint implements Routed {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly open: boolean;
  readonly scope: Scope;
  readonly whyNoDelete: string | undefined;
  /** Method and path, by which the route is known. */
  readonly name: string;
  readonly #route: Route;
  readonly #names: readonly string[];
  readonly #query: QueryReader | undefined;
  /** Query strings that were checked before: callers send the same few again and again. */
  readonly #checked = new Map<string, unknown>();

  constructor(route: Route) {
    this.method = route.method;
    this.path = route.path;
    this.operationId = route.operationId;
    this.open = route.open ?? false;
    this.scope = scopeOf(route);
    this.whyNoDelete = route.whyNoDelete;
    this.name = `${route.method} ${route.path}`;
    this.#route = route;
    this.#names = parameterNames(route.path);
    this.#query = route.query === undefined ? undefined : new QueryReader(route.query);
  }

  /** Serves one request; throws what the handler or a check throws. */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    raw: readonly string[],
    rawQuery: string,
    record: RequestRecord | undefined,
  ): Promise<void> {
    const route = this.#route;
    const params = this.#readParams(raw);
    const query = this.#readQuery(rawQuery);
    const body = route.body === undefined ? undefined : await this.#readBody(request);
    const answer = await route.handle({ params, query, body, request, response, record });
    if (answer !== WRITTEN) writeJson(response, route.answer.status, answer);
  }

  #readParams(raw: readonly string[]): unknown {
    const { params } = this.#route;
    if (params === undefined) return noQuery;
    const values: Record<string, string> = {};
    for (const [i, name] of this.#names.entries()) values[name] = decodePart(raw[i] ?? '', name);
    return demand(params, values, 'the path');
  }

  #readQuery(raw: string): unknown {
    const { query } = this.#route;
    if (query === undefined || this.#query === undefined) {
      if (raw !== '') throw new HttpProblem('MALFORMED', 'no query parameters are taken here');
      return noQuery;
    }
    const known = this.#checked.get(raw);
    if (known !== undefined) return known;
    const checked = Object.freeze(demand(query, this.#query.read(raw), 'the query'));
    if (this.#checked.size >= checkedQueriesMax) this.#checked.clear();
    if (raw.length <= checkedQueryCharsMax) this.#checked.set(raw, checked);
    return checked;
  }

  async #readBody(request: IncomingMessage): Promise<unknown> {
    const { body } = this.#route;
    if (body === undefined) return undefined;
    const type = mediaTypeOf(request);
    const value = await readJson(request);
    if (value !== undefined && type !== 'application/json') {
      throw new HttpProblem(
        'UNSUPPORTED_MEDIA_TYPE',
        'send the body as content-type: application/json',
      );
    }
    return demand(body, value === undefined ? {} : value, 'the body');
  }
}
