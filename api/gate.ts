import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import type { Access } from './deps.ts';
import { HttpProblem } from './problem.ts';

/** Decides on requests before they are served, by throwing a problem. */
export interface Gate {
  /** Refuses a request by where it comes from; asked of every request. */
  admit(request: IncomingMessage): void;
  /** Refuses a request without the key; asked unless the route is open. */
  authorize(request: IncomingMessage): void;
}

const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
const loopbackAddress = /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|::1)$/;

/** Tells whether an address or a host name means this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || loopbackAddress.test(host);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function keyOf(request: IncomingMessage): string {
  const bearer = /^bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const named = request.headers['x-api-key'];
  return bearer ?? (typeof named === 'string' ? named : '');
}

function demandKey(apiKey: string): (request: IncomingMessage) => void {
  // Digests have one length, so that the comparison takes the same time for every key that is sent.
  const wanted = digest(apiKey);
  return (request) => {
    if (timingSafeEqual(digest(keyOf(request)), wanted)) return;
    throw new HttpProblem(
      'UNAUTHORIZED',
      'send the API key as authorization: Bearer <key>, or as x-api-key',
      { headers: { 'www-authenticate': 'Bearer' } },
    );
  };
}

function demandLoopback(request: IncomingMessage): void {
  if (!loopbackAddress.test(request.socket.remoteAddress ?? '')) {
    throw new HttpProblem(
      'FORBIDDEN',
      'without an API key only this machine is served: set one to serve others',
    );
  }
  // A name that resolves to this machine (DNS rebinding) would let any web page read the answers.
  if (!loopbackHost.test(request.headers.host ?? '')) {
    throw new HttpProblem('MISDIRECTED', 'the Host header must be localhost or a loopback address');
  }
}

/** Refuses what a browser sends on behalf of another site: no page but our own may cause an effect. */
function refuseForeignPages(request: IncomingMessage): void {
  const { origin, host } = request.headers;
  if (request.method === 'GET' || request.method === 'HEAD' || origin === undefined) return;
  if (host !== undefined && origin.replace(/^https?:\/\//, '') === host) return;
  throw new HttpProblem('FORBIDDEN', 'requests from pages of other sites are not taken');
}

function letThrough(): void {
  // Nothing is asked: the socket file, or the loopback address, stands for the key.
}

/** Makes the gate of an access rule. */
export function createGate(access: Access): Gate {
  const authorize = access.kind === 'key' ? demandKey(access.apiKey) : letThrough;
  if (access.kind !== 'loopback') return { admit: refuseForeignPages, authorize };
  return {
    admit(request) {
      demandLoopback(request);
      refuseForeignPages(request);
    },
    authorize,
  };
}
