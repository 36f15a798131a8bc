import type { AliasStore } from '../../activities/versions/aliases.ts';
import type { ObjectStore } from '../../activities/object-store.ts';
import { hasCode } from '../../events/error.ts';
import { aliasStandOf } from '../alias-stand.ts';
import { readWhole } from './objects/local-copy.ts';

const NAME = 'aliases/stand.json';

/** Opens the aliases that the processes of a cluster keep among their shared objects: whoever folded last, they are the same. */
export function openAliases({ objects }: { readonly objects: ObjectStore }): AliasStore {
  return {
    async read() {
      try {
        return aliasStandOf(
          JSON.parse(Buffer.from(await readWhole(objects, NAME)).toString('utf8')),
        );
      } catch (error) {
        if (hasCode(error, 'UNAVAILABLE')) throw error;
        // What is not there, or cannot be read, is folded from the journal again.
        return undefined;
      }
    },
    async write({ live, shadow, previous, position }) {
      const text = `${JSON.stringify({ live, shadow, previous, position })}\n`;
      await objects.put(NAME, [Buffer.from(text)]);
    },
  };
}
