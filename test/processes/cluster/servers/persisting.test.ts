import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RepriseError } from '../../../../events/error.ts';
import { persist } from '../../../../processes/cluster/servers/persisting.ts';
import { SILENT } from '../../../doubles/ingest-world.ts';

const unavailable = (): Promise<never> =>
  Promise.reject(new RepriseError('UNAVAILABLE', 'nobody is there: start it'));

describe('persisting', () => {
  const signal = new AbortController().signal;

  it('tries again while a server is unavailable', async () => {
    let tries = 0;
    const told: string[] = [];
    const outcome = await persist(
      () => {
        tries += 1;
        return tries < 3 ? unavailable() : Promise.resolve('done');
      },
      {
        ...{ what: 'ask', signal, pauseMs: 1 },
        logger: { warn: (_fields, message) => void told.push(message) },
      },
    );
    assert.equal(outcome, 'done');
    assert.deepEqual(told, new Array(2).fill('could not ask; it is tried again'));
  });

  it('throws at once what another try would not mend', async () => {
    let tries = 0;
    const work = (): Promise<never> => {
      tries += 1;
      return Promise.reject(new RepriseError('INVALID', 'the password is wrong: set it'));
    };
    await assert.rejects(persist(work, { what: 'ask', signal, logger: SILENT }), {
      code: 'INVALID',
    });
    assert.equal(tries, 1);
  });

  it('throws the last failure when its time is over', async () => {
    let nowMs = 0;
    const clock = (): number => (nowMs += 40);
    const persisting = { what: 'ask', signal, logger: SILENT, pauseMs: 1, waitMsMax: 100, clock };
    await assert.rejects(persist(unavailable, persisting), { code: 'UNAVAILABLE' });
  });

  it('ends with its signal', async () => {
    const ending = new AbortController();
    const trying = persist(unavailable, {
      ...{ what: 'ask', signal: ending.signal, logger: SILENT, pauseMs: 60_000 },
    });
    setTimeout(() => ending.abort(), 5);
    await assert.rejects(trying, { name: 'AbortError' });
  });
});
