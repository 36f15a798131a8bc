import type { IncomingMessage, ServerResponse } from 'node:http';

import Koa from 'koa';

import { writeProblem } from './answer.ts';
import { discard } from './body.ts';
import type { ApiDeps } from './deps.ts';
import { Endpoint } from './endpoint.ts';
import { problemOf } from './failure.ts';
import { createGate } from './gate.ts';
import { HttpProblem } from './problem.ts';
import { LiveStreams } from './live-streams.ts';
import { createRoutes } from './routes.ts';
import { Router } from './router.ts';

/** Finds the endpoint of a request and serves it; everything that goes wrong is thrown. */
type Dispatch = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What an application emits when it takes no more requests: answers that never end by themselves end then. */
export const CLOSING = 'closing';

function createDispatch(deps: ApiDeps, streams: LiveStreams): Dispatch {
  const gate = createGate(deps.access);
  const router = new Router(createRoutes(deps, streams).map((route) => new Endpoint(route)));
  return async (request, response) => {
    gate.admit(request);
    const { url = '/', method = 'GET' } = request;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const found = router.find(method, path);
    if (found.kind !== 'match' || !found.route.open) gate.authorize(request);
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
