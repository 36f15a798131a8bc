import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AliasStore } from '../../activities/versions/aliases.ts';
import { sequence } from '../../events/position.ts';

/** Makes an empty store of aliases; `spoil` puts other text in the place of what is kept. */
export type AliasStoreFactory = () => Promise<{
  readonly store: AliasStore;
  readonly spoil: (text: string) => Promise<void>;
}>;

/** What every store of kept aliases must do. */
export function aliasStoreContract(name: string, factory: AliasStoreFactory): void {
  describe(name, () => {
    it('keeps what was written last', async () => {
      const { store } = await factory();
      assert.equal(await store.read(), undefined);
      const stand = { live: 'v2', shadow: null, previous: 'v1', position: sequence(7) };
      await store.write({ ...stand, position: sequence(3) });
      await store.write(stand);
      assert.deepEqual(await store.read(), stand);
    });

    it('knows nothing where what is kept cannot be read', async () => {
      const { store, spoil } = await factory();
      await store.write({ live: 'v1', shadow: 'v2', previous: null, position: sequence(1) });
      for (const text of ['', '{"live":', 'null', '{"live":"v1","shadow":1,"position":2}']) {
        await spoil(text);
        assert.equal(await store.read(), undefined, text);
      }
    });
  });
}
