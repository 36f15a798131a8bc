import { chmod, unlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';

import type Koa from 'koa';

import { CLOSING } from './app.ts';
import { RepriseError } from '../events/error.ts';
import { isLoopback } from './gate.ts';

/** How long a request's headers may take to arrive. */
export const headersMsMax = 15_000;
/** How long a whole request may take to arrive; JSON bodies have a shorter bound of their own. */
export const requestMsMax = 120_000;
/** How long a connection that is kept may idle. */
export const keepAliveMsMax = 65_000;
/** The connections that are served at a time. */
export const connectionsMax = 4_096;
/** How long requests in flight may take when the server closes. */
export const closeGraceMsMax = 5_000;
/** The bytes that the path of a socket file may have (the smallest bound of the systems that we run on). */
export const socketPathBytesMax = 103;

/** Where to listen: on a TCP port (0 draws a free one), or on a socket file that only the owner opens. */
export type Place =
  | { readonly host: string; readonly port: number; readonly keyed: boolean }
  | { readonly socketPath: string };

/** A server that listens. */
export interface Listening {
  /** The port that was given or drawn; undefined on a socket file. */
  readonly port: number | undefined;
  /** Stops taking requests, lets those in flight finish within a bound, then ends the rest. */
  close(): Promise<void>;
}

function listenFailure(place: Place, cause: unknown): RepriseError {
  const where = 'port' in place ? `port ${String(place.port)} of ${place.host}` : place.socketPath;
  const { code } = cause as { readonly code?: unknown };
  if (code === 'EADDRINUSE') {
    const remedy = 'port' in place ? 'choose another with --port' : 'stop the process that uses it';
    return new RepriseError('CONFLICT', `${where} is in use: ${remedy}`, {}, cause);
  }
  if (code === 'EACCES') {
    const remedy =
      'port' in place ? 'choose one above 1023 with --port' : 'check the folder’s owner';
    return new RepriseError('INVALID', `${where} may not be opened: ${remedy}`, {}, cause);
  }
  return new RepriseError(
    'INVALID',
    `cannot listen on ${where}: check --host and --port`,
    {},
    cause,
  );
}

function checkPlace(place: Place): void {
  if ('socketPath' in place) {
    const bytes = Buffer.byteLength(place.socketPath);
    if (bytes <= socketPathBytesMax) return;
    throw new RepriseError(
      'INVALID',
      `the socket path has ${String(bytes)} bytes, over ${String(socketPathBytesMax)}: choose a shorter folder with --data`,
    );
  }
  if (place.keyed || isLoopback(place.host)) return;
  throw new RepriseError(
    'INVALID',
    `without an API key only a loopback address is listened on, not ${place.host}: set an API key`,
  );
}

function listenOn(server: Server, place: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => {
      reject(listenFailure(place, error));
    };
    server.once('error', refuse);
    const listening = (): void => {
      server.off('error', refuse);
      resolve();
    };
    if ('port' in place) server.listen(place.port, place.host, listening);
    else server.listen(place.socketPath, listening);
  });
}

/** Takes away a socket file that nobody listens on any more; the data folder's lock says that nobody does. */
async function removeStale(socketPath: string): Promise<void> {
  try {
    await unlink(socketPath);
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'ENOENT') throw error;
  }
}

function closeGracefully(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // Connections that are kept become idle one by one as their requests finish.
    const sweep = setInterval(() => {
      server.closeIdleConnections();
    }, 50);
    const end = setTimeout(() => {
      server.closeAllConnections();
    }, graceMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(end);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/**
 * Serves an application. Throws CONFLICT where the port is in use, and INVALID where the place may not be listened on:
 * without an API key that is everything but loopback.
 */
export async function listen(
  app: Koa,
  place: Place,
  graceMs: number = closeGraceMsMax,
): Promise<Listening> {
  checkPlace(place);
  const handle = app.callback();
  const server = createServer(
    {
      headersTimeout: headersMsMax,
      requestTimeout: requestMsMax,
      keepAliveTimeout: keepAliveMsMax,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => void handle(request, response),
  );
  server.maxConnections = connectionsMax;
  if ('socketPath' in place) await removeStale(place.socketPath);
  await listenOn(server, place);
  if ('socketPath' in place) await chmod(place.socketPath, 0o600);
  const address = server.address();
  let closed: Promise<void> | undefined;
  return {
    port: typeof address === 'object' && address !== null ? address.port : undefined,
    close: () => {
      app.emit(CLOSING);
      return (closed ??= closeGracefully(server, graceMs));
    },
  };
}
