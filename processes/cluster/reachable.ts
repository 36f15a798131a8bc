import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import { RepriseError } from '../../events/error.ts';

/** Resolves when one of several `host:port` takes a connection; throws what the last of them said. */
export async function reachAny(places: readonly string[], signal: AbortSignal): Promise<void> {
  try {
    await Promise.any(places.map((place) => reach(place, signal)));
  } catch (error) {
    if (error instanceof AggregateError) throw error.errors.at(-1);
    throw error;
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

function reach(place: string, signal: AbortSignal): Promise<void> {
  const colon = place.lastIndexOf(':');
  const host = place.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const port = Number(place.slice(colon + 1));
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
