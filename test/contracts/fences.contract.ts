import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FenceStore } from '../../activities/replay/fences.ts';

/** Makes an empty fence store whose clock says `nowMs()`; `close` closes it and removes what it left. */
export type FenceFactory = (nowMs: () => number) => Promise<{
  readonly fences: FenceStore;
  readonly close: () => Promise<void>;
}>;

/** What every fence store must do. */
export function fencesContract(name: string, factory: FenceFactory): void {
  describe(name, () => {
    it('gives ever higher numbers, and one to each of those who take at once', async () => {
      const { fences, close } = await factory(() => 0);
      const taken = await Promise.all(
        Array.from({ length: 20 }, (_, n) => fences.take(1, `worker-${String(n)}`)),
      );
      assert.equal(new Set(taken.map(({ number }) => number)).size, 20);
      const highest = Math.max(...taken.map(({ number }) => number));
      const next = await fences.take(1, 'late');
      assert.ok(next.number > highest);
      assert.equal((await fences.take(0, 'other')).partition, 0);
      await close();
    });

    it('lets only the newest tell and pass', async () => {
      let nowMs = 5;
      const { fences, close } = await factory(() => nowMs);
      assert.deepEqual(await fences.notes(), []);
      const old = await fences.take(3, 'old');
      await fences.check(old);
      const stand = { version: 'v1', position: 17, barrier: 7 };
      const held = [{ version: 'v3', position: 16, barrier: 6 }];
      await fences.tell(old, { ...stand, waitsFor: [1, 2], keptBarrier: 4, held });
      nowMs = 9;
      const fresh = await fences.take(3, 'fresh');
      await assert.rejects(fences.tell(old, stand), { code: 'FENCED' });
      await assert.rejects(fences.check(old), { code: 'FENCED' });
      const unknown = { partition: 4, number: 1, holder: 'nobody' };
      await assert.rejects(fences.check(unknown), { code: 'FENCED' });
      await fences.check(fresh);
      assert.deepEqual(await fences.notes(), [
        { fence: fresh, ...stand, waitsFor: [1, 2], keptBarrier: 4, held, toldMs: 9 },
      ]);
      await fences.tell(fresh, { version: 'v2', position: 20, barrier: 8 });
      assert.deepEqual(await fences.notes(), [
        { fence: fresh, version: 'v2', position: 20, barrier: 8, toldMs: 9 },
      ]);
      await close();
    });
  });
}
