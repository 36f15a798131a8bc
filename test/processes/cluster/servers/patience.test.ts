import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { patientJournal } from '../../../../processes/cluster/servers/patient-reads.ts';
import { patiently } from '../../../../processes/cluster/servers/patience.ts';
import { sequence } from '../../../../events/position.ts';
import { down } from '../worker/worker-world.ts';

describe('patience', () => {
  const told: string[] = [];
  const over = new AbortController();
  const patience = {
    signal: over.signal,
    onTrouble: ({ code }: { readonly code: string }): void => {
      told.push(code);
    },
  };

  it('tries again what is down, and tells of it once', async () => {
    let tries = 0;
    const work = (): Promise<number> =>
      ++tries < 3 ? Promise.reject(down) : Promise.resolve(tries);
    assert.equal(await patiently(patience, work), 3);
    assert.deepEqual(told, ['UNAVAILABLE']);
  });

  it('throws what no waiting mends', async () => {
    await assert.rejects(
      patiently(patience, () => Promise.reject(new RangeError('broken'))),
      RangeError,
    );
  });

  it('waits for a journal that is down, until nobody wants to know', async () => {
    const wanted = new AbortController();
    let waits = 0;
    const journal = patientJournal(
      {
        head: () => sequence(4),
        read: () => Promise.resolve(undefined),
        changed: () => {
          waits += 1;
          if (waits === 3) wanted.abort();
          return Promise.reject(down);
        },
      },
      patience,
    );
    await journal.changed(0, sequence(4), wanted.signal);
    assert.equal(waits, 3);
  });

  it('ends with FENCED where it is over', async () => {
    const work = patiently(patience, () => {
      over.abort();
      return Promise.reject(down);
    });
    await assert.rejects(work, { code: 'FENCED' });
  });
});
