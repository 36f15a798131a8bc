import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FollowedRecord } from '../../activities/followed-record.ts';
import type { KeptRecord } from '../../activities/kept-record.ts';

/** What the records of the contract hold: names. */
export type Names = readonly string[];

/** Reads names, and nothing else. */
export function readNames(value: unknown): Names {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new TypeError('these are no names');
}

/** A record of names of which nothing was kept yet, and what takes it away. */
export interface KeptRecordRig {
  readonly record: KeptRecord<Names>;
  /** Another door to the same, used while the first is: the same one where one opening is all there may be. */
  readonly other: KeptRecord<Names>;
  /** Another door to the same, used when the first is used no more. */
  readonly reopen: () => KeptRecord<Names>;
  /** Puts something there that is no JSON. */
  readonly damage: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const WRITERS = 4;
const NAMES_EACH = 4;

/** What every kept record does. */
export function keptRecordContract(name: string, open: () => Promise<KeptRecordRig>): void {
  const within = async (work: (rig: KeptRecordRig) => Promise<void>): Promise<void> => {
    const rig = await open();
    try {
      await work(rig);
    } finally {
      await rig.close();
    }
  };

  describe(name, () => {
    it('holds nothing at first, and then what was written, at the next revision', () =>
      within(async ({ record, other }) => {
        assert.deepEqual([await record.read(), await record.revision()], [undefined, 0]);
        assert.equal(await record.write(['ada'], 0), true);
        assert.deepEqual(await other.read(), { value: ['ada'], revision: 1 });
        assert.equal(await other.write(['ada', 'bö "\n'], 1), true);
        assert.deepEqual(await record.read(), { value: ['ada', 'bö "\n'], revision: 2 });
        assert.deepEqual([await record.revision(), await other.revision()], [2, 2]);
      }));

    it('holds it when it is opened again', () =>
      within(async ({ record, reopen }) => {
        await record.write(['ada'], 0);
        const again = reopen();
        const kept = await again.read();
        assert.deepEqual(kept?.value, ['ada']);
        assert.equal(await again.write(['bo'], kept.revision), true);
        assert.deepEqual((await again.read())?.value, ['bo']);
      }));

    it('changes nothing where another revision stands than the one that was seen', () =>
      within(async ({ record, other }) => {
        assert.equal(await record.write(['too', 'early'], 1), false);
        assert.equal(await record.revision(), 0);
        await record.write(['ada'], 0);
        assert.equal(await other.write(['late'], 0), false);
        assert.equal(await other.write(['bo'], 1), true);
        assert.equal(await record.write(['late'], 1), false);
        assert.equal(await record.write(['early'], 3), false);
        assert.deepEqual(await record.read(), { value: ['bo'], revision: 2 });
      }));

    it('loses no change of those who change it at once', () =>
      within(async ({ record, other }) => {
        const doors = [record, ...(other === record ? [] : [other])];
        const followed = await Promise.all(doors.map((door) => FollowedRecord.open(door, [])));
        const writers = Array.from({ length: WRITERS }, async (_, n) => {
          for (let at = 0; at < NAMES_EACH; at += 1) {
            await followed[n % followed.length]?.change((names: Names) => ({
              value: [...names, `${String(n)}-${String(at)}`],
              result: undefined,
            }));
          }
        });
        await Promise.all(writers);
        const names = (await record.read())?.value ?? [];
        assert.equal(new Set(names).size, WRITERS * NAMES_EACH);
        assert.equal(names.length, WRITERS * NAMES_EACH);
      }));

    it('tells damage, and writes nothing over it', () =>
      within(async ({ record, damage }) => {
        await record.write(['ada'], 0);
        await damage();
        await assert.rejects(record.read(), { code: 'DAMAGED' });
        const change = FollowedRecord.open(record, []);
        await assert.rejects(change, { code: 'DAMAGED' });
      }));
  });
}
