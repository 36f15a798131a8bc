import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Access } from './deps.ts';
import { keyOf } from './gate.ts';
import type { SpaceAnswer } from './schema/spaces.ts';

/** The way to the other spaces: what comes with a key of one is served there, whole. */
export interface SpaceDoorPort {
  /** The space whose key this is; undefined where it is a key of none. */
  spaceOf(sent: string): string | undefined;
  /**
   * Hands a request with that key over to a space, and its answer back. Throws UNAVAILABLE while the space is not up, and
   * BUSY where it has too many requests under way.
   */
  handOver(
    space: string,
    sent: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void>;
}

/** The spaces that the instance runs beside its own. */
export interface SpacesPort {
  list(): readonly SpaceAnswer[];
}

/** Serves a request whose key opens another space by handing it over; undefined, at once, where its key opens none. */
export function handedOver(
  access: Access,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> | undefined {
  const door = access.kind === 'keys' ? access.spaces : undefined;
  if (door === undefined) return undefined;
  const sent = keyOf(request);
  const space = door.spaceOf(sent);
  return space === undefined ? undefined : door.handOver(space, sent, request, response);
}
