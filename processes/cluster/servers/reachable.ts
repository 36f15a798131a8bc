import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import { hasCode, RepriseError } from '../../../events/error.ts';
import { reachTls } from './tls-reach.ts';
import type { Place, TlsWay } from './tls-reach.ts';

/**
 * Resolves when one of several `host:port` takes a connection, by TLS where a way is given. Throws what waiting does not mend
 * where one of them said so, else what the last of them said.
 */
export async function reachAny(
  places: readonly string[],
  signal: AbortSignal,
  tls?: TlsWay,
): Promise<void> {
  const reached = places.map(placeOf);
  try {
    await Promise.any(
      reached.map((place) => (tls ? reachTls(place, tls, signal) : reach(place, signal))),
    );
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error;
    throw error.errors.find((one) => hasCode(one, 'INVALID')) ?? error.errors.at(-1);
  }
}

/** Resolves when the folder may be written; throws UNAVAILABLE otherwise. */
export async function reachFolder(folder: string): Promise<void> {
  try {
    await access(folder, constants.R_OK | constants.W_OK);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new RepriseError('UNAVAILABLE', `may not be written (${code})`, { folder }, error);
  }
}

function placeOf(place: string): Place {
  const colon = place.lastIndexOf(':');
  const host = place.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(place.slice(colon + 1)) };
}

function reach({ host, port }: Place, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Error(error.code ?? error.message, { cause: error }));
    });
  });
}
