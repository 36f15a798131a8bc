import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';

import Koa from 'koa';

import { writeProblem } from './answer.ts';
import { discard } from './body.ts';
import type { ApiDeps, RateLimitPort } from './deps.ts';
import type { RequestRecord } from './request-watch.ts';
import { Endpoint } from './endpoint.ts';
import { problemOf } from './failure.ts';
import { createGate } from './gate.ts';
import type { Gate } from './gate.ts';
import { HttpProblem } from './problem.ts';
import { LiveStreams } from './live-streams.ts';
import { takeOfDay } from './quota.ts';
import { createRoutes } from './routes.ts';
import { Router } from './router.ts';
import type { Lookup } from './router.ts';
import { handedOver } from './space-door.ts';

/** Stands for an answer that the caller did not wait for, as proxies log it. */
const CALLER_LEFT = 499;

/** What an application emits when it takes no more requests: answers that never end by themselves end then. */
export const CLOSING = 'closing';

/** Finds the endpoints of requests and serves them; everything that goes wrong is thrown. */
class Dispatch {
  readonly #deps: ApiDeps;
  readonly #gate: Gate;
  readonly #router: Router<Endpoint>;

  constructor(deps: ApiDeps, streams: LiveStreams) {
    this.#deps = deps;
    this.#gate = createGate(deps.access);
    this.#router = new Router(createRoutes(deps, streams).map((route) => new Endpoint(route)));
  }

  find({ url = '/', method = 'GET' }: IncomingMessage): Lookup<Endpoint> {
    const mark = url.indexOf('?');
    return this.#router.find(method, mark < 0 ? url : url.slice(0, mark));
  }

  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    found: Lookup<Endpoint>,
    record: RequestRecord | undefined,
  ): Promise<void> {
    this.#gate.admit(request);
    // What is not there is told to whoever may read.
    const scope = found.kind === 'match' ? found.route.scope : 'read';
    if (found.kind !== 'match' || !found.route.open) {
      const { requestLimit } = this.#deps;
      if (requestLimit !== undefined) await takeTurn(requestLimit, this.#gate, request);
      const caller = this.#gate.authorize(request, scope);
      const { quota } = this.#deps;
      if (quota !== undefined && caller !== undefined) await takeOfDay(quota, caller);
      if (scope === 'admin') tellAudit(this.#deps, this.#gate, request, found);
    }
    if (found.kind === 'match') {
      const { url = '/' } = request;
      const mark = url.indexOf('?');
      const query = mark < 0 ? '' : url.slice(mark + 1);
      await found.route.serve(request, response, found.raw, query, record);
      return;
    }
    if (found.kind === 'none') {
      throw new HttpProblem('NOT_FOUND', 'no such path: /docs lists those that there are');
    }
    const allow = found.allowed.join(', ');
    const { method = 'GET' } = request;
    const why = method === 'DELETE' ? found.others.find((other) => other.whyNoDelete) : undefined;
    const detail = why?.whyNoDelete ?? `${method} is not known here: use ${allow}`;
    throw new HttpProblem('METHOD_NOT_ALLOWED', detail, {
      headers: { allow },
    });
  }
}

/** Refuses a caller who has had their share: by the key that was sent, else by address, so that keys can't be tried out. */
async function takeTurn(limit: RateLimitPort, gate: Gate, request: IncomingMessage): Promise<void> {
  const caller = gate.callerOf(request)?.name;
  const address = request.socket.remoteAddress ?? 'socket';
  const waitMs = await limit.take(caller === undefined ? `address ${address}` : `key ${caller}`);
  if (waitMs <= 0) return;
  throw new HttpProblem(
    'BUSY',
    'too many requests: send fewer a second, and this one again later',
    {
      headers: { 'retry-after': String(Math.ceil(waitMs / 1_000)) },
    },
  );
}

/** Notes who does what only administrators may; the path stays out, for it may hold a user's id. */
function tellAudit(
  { logger }: ApiDeps,
  gate: Gate,
  request: IncomingMessage,
  found: Lookup<Endpoint>,
): void {
  if (found.kind !== 'match') return;
  const { operationId } = found.route;
  const caller = gate.callerOf(request)?.name;
  logger.info({ audit: true, operationId, ...(caller && { caller }) }, 'an admin request');
}

async function fail(
  deps: ApiDeps,
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  record: RequestRecord | undefined,
): Promise<void> {
  if (response.destroyed || request.errored !== null) return; // The caller is gone.
  const problem = problemOf(deps, request, error, record);
  if (response.headersSent) {
    response.destroy(); // Half an answer went out: the caller must see that it breaks off.
    return;
  }
  if (problem.status !== 408) await discard(request);
  writeProblem(response, problem, !request.complete);
}

/** The status of an answer that is ready: one that nobody waits for any more has none of HTTP's own. */
function statusOf(response: ServerResponse): number {
  const isLeft = response.destroyed && !response.writableFinished;
  return isLeft ? CALLER_LEFT : response.statusCode;
}

/** Makes the HTTP application, apart from any listening: `app.callback()` serves requests. */
export function createApp(deps: ApiDeps): Koa {
  const streams = new LiveStreams(deps);
  const dispatch = new Dispatch(deps, streams);
  const { watch } = deps;
  const app = new Koa();
  app.once(CLOSING, () => {
    streams.close();
  });
  app.silent = true;
  app.on('error', (error: unknown) => {
    deps.logger.info({ err: error }, 'a connection broke');
  });
  app.use(async (ctx) => {
    // Answers are written straight to the response: Koa's own writing costs more than the rest of a short request.
    ctx.respond = false;
    const { req, res } = ctx;
    // Before anything of this space sees the request: that of another is neither counted nor traced here.
    const elsewhere = handedOver(deps.access, req, res);
    if (elsewhere !== undefined) {
      await elsewhere.catch((error: unknown) => fail(deps, req, res, error, undefined));
      return;
    }
    const beganMs = watch === undefined ? 0 : performance.now();
    const found = dispatch.find(req);
    const name = found.kind === 'match' ? found.route.name : 'none';
    const record = watch?.begin(req, name);
    try {
      await dispatch.serve(req, res, found, record);
    } catch (error) {
      await fail(deps, req, res, error, record);
    }
    watch?.answered(name, statusOf(res), performance.now() - beganMs, record);
  });
  return app;
}
