import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MetricsPort } from '../../../api/deps.ts';
import { RepriseError } from '../../../events/error.ts';

/** Connections of a probe at a time. */
export const PROBE_CONNECTIONS_MAX = 64;

/** How long a probe's request may take to arrive. */
export const PROBE_REQUEST_MS_MAX = 5_000;

/** What a probe tells. */
export interface ProbeDeps {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** What the process awaits before it does its work; empty when it is ready. */
  readonly awaited: () => readonly string[];
  /** What was measured, as Prometheus reads it; absent where nothing is. */
  readonly exposition?: MetricsPort['exposition'] | undefined;
  /** Why the process cannot go on and should be started anew; undefined while it lives. */
  readonly broken?: () => string | undefined;
}

/** A probe that listens. */
export interface Probe {
  readonly url: string;
  close(): Promise<void>;
}

/** Answers `/health/live`, `/health/ready` and `/metrics` for a process that has no API of its own, or has none yet. */
export async function startProbe(deps: ProbeDeps): Promise<Probe> {
  const server = createServer(
    { headersTimeout: PROBE_REQUEST_MS_MAX, requestTimeout: PROBE_REQUEST_MS_MAX },
    (request, response) => {
      answer(request, response, deps);
    },
  );
  server.maxConnections = PROBE_CONNECTIONS_MAX;
  await listen(server, deps);
  const { port } = server.address() as AddressInfo;
  const host = deps.host.includes(':') ? `[${deps.host}]` : deps.host;
  return {
    url: `http://${host}:${String(port)}`,
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse, deps: ProbeDeps): void {
  request.resume();
  const { method = '' } = request;
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    write(response, 405, { error: 'a probe is read by GET' });
    return;
  }
  switch (request.url?.replace(/\?.*$/, '')) {
    case '/health/live': {
      const broken = deps.broken?.();
      if (broken === undefined) write(response, 200, { live: true });
      else write(response, 503, { live: false, broken });
      return;
    }
    case '/health/ready': {
      const awaited = deps.awaited();
      write(response, awaited.length === 0 ? 200 : 503, { ready: awaited.length === 0, awaited });
      return;
    }
    case '/metrics':
      void expose(response, deps.exposition);
      return;
    default:
      write(response, 404, { error: 'there are /health/live, /health/ready and /metrics' });
  }
}

async function expose(
  response: ServerResponse,
  exposition: ProbeDeps['exposition'],
): Promise<void> {
  if (exposition === undefined) {
    write(response, 404, { error: 'this process measures nothing' });
    return;
  }
  try {
    const { contentType, text } = await exposition();
    response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' }).end(text);
  } catch {
    write(response, 500, { error: 'what was measured cannot be told' });
  }
}

function write(response: ServerResponse, status: number, document: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(document));
}

function listen(server: Server, { host, port }: ProbeDeps): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') {
        reject(error);
        return;
      }
      const message = `port ${String(port)} of ${host} is in use: choose another with REPRISE_PROBE_PORT`;
      reject(new RepriseError('UNAVAILABLE', message, { port }, error));
    });
    server.listen({ host, port }, () => {
      resolve();
    });
  });
}
