import { createDoor } from '../../events/door.ts';
import type { EventDoor } from '../../events/door.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import type { Journal } from '../../events/journal.ts';
import { createMemoryIdentities } from './memory-identities.ts';

/** The door before a journal, for facts that everybody shares. */
export function sharedDoor(journal: Journal): Pick<EventDoor, 'appendShared'> {
  return createDoor({
    journal,
    identities: createMemoryIdentities((length) => new Uint8Array(length)),
    types: DEFAULT_INTERACTION_TYPES,
    clock: () => 7,
    random: (bytes) => new Uint8Array(bytes),
  });
}
