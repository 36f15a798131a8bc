import type { IncomingMessage } from 'node:http';

import type { Access, KeysPort } from './deps.ts';
import type { Caller } from './key-ring.ts';
import { HttpProblem } from './problem.ts';
import { covers } from './scope.ts';
import type { Scope } from './scope.ts';

/** Decides on requests before they are served, by throwing a problem. */
export interface Gate {
  /** Refuses a request by where it comes from; asked of every request. */
  admit(request: IncomingMessage): void;
  /** Whose key came with a request; undefined where nobody's did, or none is asked for. */
  callerOf(request: IncomingMessage): Caller | undefined;
  /** Refuses a request whose key is not there or does not allow this, else tells whose it is; asked unless the route is open. */
  authorize(request: IncomingMessage, scope: Scope): Caller | undefined;
}

const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
const loopbackAddress = /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|::1)$/;

/** Tells whether an address or a host name means this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || loopbackAddress.test(host);
}

/** The key that came with a request; empty where none did. */
export function keyOf(request: IncomingMessage): string {
  const bearer = /^bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const named = request.headers['x-api-key'];
  return bearer ?? (typeof named === 'string' ? named : '');
}

function demandKey(caller: Caller | undefined, scope: Scope): Caller {
  if (caller === undefined) {
    throw new HttpProblem(
      'UNAUTHORIZED',
      'send the API key as authorization: Bearer <key>, or as x-api-key',
      { headers: { 'www-authenticate': 'Bearer' } },
    );
  }
  if (covers(caller.scope, scope)) return caller;
  throw new HttpProblem(
    'FORBIDDEN',
    `the key ${caller.name} is of scope ${caller.scope}: use one of scope ${scope}`,
  );
}

function keyed(keys: KeysPort): Gate {
  const callerOf = (request: IncomingMessage): Caller | undefined => keys.find(keyOf(request));
  return {
    admit: refuseForeignPages,
    callerOf,
    authorize: (request, scope) => demandKey(callerOf(request), scope),
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

/** Asks for no key: the socket file, or the loopback address, stands for it. */
const unkeyed: Pick<Gate, 'callerOf' | 'authorize'> = {
  callerOf: () => undefined,
  authorize: () => undefined,
};

/** Makes the gate of an access rule. */
export function createGate(access: Access): Gate {
  if (access.kind === 'keys') return keyed(access.keys);
  if (access.kind === 'private') return { ...unkeyed, admit: refuseForeignPages };
  return {
    ...unkeyed,
    admit(request) {
      demandLoopback(request);
      refuseForeignPages(request);
    },
  };
}
