import type { IncomingMessage, ServerResponse } from 'node:http';

import Koa from 'koa';

import { writeProblem } from './answer.ts';
import { discard } from './body.ts';
import type { ApiDeps, RateLimitPort } from './deps.ts';
import { Endpoint } from './endpoint.ts';
import { problemOf } from './failure.ts';
import { createGate } from './gate.ts';
import type { Gate } from './gate.ts';
import { HttpProblem } from './problem.ts';
import { LiveStreams } from './live-streams.ts';
import { createRoutes } from './routes.ts';
import { Router } from './router.ts';
import type { Lookup } from './router.ts';

/** Finds the endpoint of a request and serves it; everything that goes wrong is thrown. */
type Dispatch = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What an application emits when it takes no more requests: answers that never end by themselves end then. */
export const CLOSING = 'closing';

function createDispatch(deps: ApiDeps, streams: LiveStreams): Dispatch {
  const { requestLimit } = deps;
  const gate = createGate(deps.access);
  const router = new Router(createRoutes(deps, streams).map((route) => new Endpoint(route)));
  return async (request, response) => {
    gate.admit(request);
    const { url = '/', method = 'GET' } = request;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const found = router.find(method, path);
    // What is not there is told to whoever may read.
    const scope = found.kind === 'match' ? found.route.scope : 'read';
    if (found.kind !== 'match' || !found.route.open) {
      if (requestLimit !== undefined) await takeTurn(requestLimit, gate, request);
      gate.authorize(request, scope);
      if (scope === 'admin') tellAudit(deps, gate, request, found);
    }
    if (found.kind === 'match') {
      await found.route.serve(request, response, found.raw, mark < 0 ? '' : url.slice(mark + 1));
      return;
    }
    if (found.kind === 'none') {
      throw new HttpProblem('NOT_FOUND', 'no such path: /docs lists those that there are');
    }
    const allow = found.allowed.join(', ');
    throw new HttpProblem('METHOD_NOT_ALLOWED', `${method} is not known here: use ${allow}`, {
      headers: { allow },
    });
  };
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
): Promise<void> {
  if (response.destroyed || request.errored !== null) return; // The caller is gone.
  const problem = problemOf(deps, request, error);
  if (response.headersSent) {
    response.destroy(); // Half an answer went out: the caller must see that it breaks off.
    return;
  }
  if (problem.status !== 408) await discard(request);
  writeProblem(response, problem, !request.complete);
}

/** Makes the HTTP application, apart from any listening: `app.callback()` serves requests. */
export function createApp(deps: ApiDeps): Koa {
  const streams = new LiveStreams(deps);
  const dispatch = createDispatch(deps, streams);
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
    try {
      await dispatch(ctx.req, ctx.res);
    } catch (error) {
      await fail(deps, ctx.req, ctx.res, error);
    }
  });
  return app;
}
