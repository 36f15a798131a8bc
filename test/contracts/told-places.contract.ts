import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ORIGIN, sequence } from '../../events/position.ts';
import { toldHoldMsMax } from '../../events/told-places.ts';
import type { ToldPlaces } from '../../events/told-places.ts';

/** Places that nobody holds yet, as two processes have them. */
export interface ToldPlacesRig {
  readonly places: ToldPlaces;
  readonly others: ToldPlaces;
  readonly close: () => Promise<void>;
}

/** What all told places do. */
export function toldPlacesContract(
  name: string,
  open: (clock: () => number) => Promise<ToldPlacesRig>,
): void {
  describe(name, () => {
    let nowMs = 1_000;
    async function withRig(work: (rig: ToldPlacesRig) => Promise<void>): Promise<void> {
      const rig = await open(() => nowMs);
      try {
        await work(rig);
      } finally {
        await rig.close();
      }
    }

    it('begin before the first event, each partition by itself, and go on where they were left', () =>
      withRig(async ({ places, others }) => {
        assert.equal(await places.claim(0, 'a'), ORIGIN);
        assert.equal(await others.claim(1, 'b'), ORIGIN);
        assert.equal(await places.advance(0, 'a', sequence(7)), true);
        assert.equal(await places.claim(0, 'a'), 7);
        assert.equal(await others.claim(1, 'b'), ORIGIN);
      }));

    it('are held by one teller until it gives them back', () =>
      withRig(async ({ places, others }) => {
        await places.claim(0, 'a');
        assert.equal(await others.claim(0, 'b'), undefined);
        assert.equal(await others.advance(0, 'b', sequence(3)), false);
        await places.advance(0, 'a', sequence(2));
        await places.release('a');
        assert.equal(await others.claim(0, 'b'), 2);
        assert.equal(await places.advance(0, 'a', sequence(9)), false);
        assert.equal(await others.claim(0, 'b'), 2);
      }));

    it('are held as long as their teller goes on, and then by another', () =>
      withRig(async ({ places, others }) => {
        await places.claim(0, 'a');
        nowMs += toldHoldMsMax - 1;
        assert.equal(await others.claim(0, 'b'), undefined);
        assert.equal(await places.advance(0, 'a', sequence(4)), true);
        nowMs += toldHoldMsMax - 1;
        assert.equal(await others.claim(0, 'b'), undefined);
        nowMs += 1;
        assert.equal(await others.claim(0, 'b'), 4);
        assert.equal(await places.advance(0, 'a', sequence(5)), false);
      }));

    it('never go back', () =>
      withRig(async ({ places }) => {
        await places.claim(0, 'a');
        await places.advance(0, 'a', sequence(9));
        assert.equal(await places.advance(0, 'a', sequence(8)), false);
        assert.equal(await places.claim(0, 'a'), 9);
      }));

    it('are given to one of many who ask at once', () =>
      withRig(async ({ places, others }) => {
        const asked = Array.from({ length: 8 }, (_, n) =>
          (n % 2 === 0 ? places : others).claim(0, `teller-${String(n)}`),
        );
        const given = (await Promise.all(asked)).filter((place) => place !== undefined);
        assert.deepEqual(given, [ORIGIN]);
      }));
  });
}
