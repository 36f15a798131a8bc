import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ExperimentRecord } from '../../../activities/feedback/experiment-record.ts';
import { runName } from '../../../activities/feedback/experiment-runs.ts';
import { SummedAnswers } from '../../../activities/feedback/summed-answers.ts';
import type { KeptAnswers } from '../../../activities/feedback/summed-answers.ts';
import { RepriseError } from '../../../events/error.ts';
import { MemoryKeptRecord } from '../../doubles/memory-kept-record.ts';

const AWAY = new RepriseError('UNAVAILABLE', 'the server is away');
const LABEL = { scenario: '', experiment: 'front', arm: 'plain' };

function front(startedMs: number): ExperimentRecord {
  return { experiment: 'front', arms: [{ name: 'plain', share: 1 }], effect: 0.1, startedMs };
}

/** One record, and APIs that add to it; each opening is another process. */
function createRig() {
  const record = new MemoryKeptRecord<KeptAnswers>();
  const world: { runs: readonly ExperimentRecord[] } = { runs: [front(1)] };
  let processes = 0;
  const open = (known = () => world.runs): Promise<SummedAnswers> => {
    processes += 1;
    return SummedAnswers.open({
      ...{ record, known, api: `api-${String(processes)}`, clock: () => 7.5 },
      runs: () => Promise.resolve(world.runs),
      markOf: (user) => user,
    });
  };
  const impressions = async (): Promise<number> =>
    (await record.read())?.value.counts.clickThrough.rows[0]?.impressions ?? 0;
  const trials = async (run = front(1)): Promise<unknown> =>
    (await record.read())?.value.counts.trials[runName(run)];
  return { record, world, open, impressions, trials };
}

describe('answers that several processes give', () => {
  it('are summed, by version and scenario and by the users of an arm', async () => {
    const { record, open, trials } = createRig();
    const [one, other] = [await open(), await open()];
    for (const user of ['ada', 'bo', 'ada']) one.given({ model: 'v1', label: LABEL, user });
    other.given({ model: 'v1', label: LABEL, user: 'ada' });
    other.given({ model: 'v2', label: null, user: 'ada' });
    await Promise.all([one.add(), other.add(), one.add()]);
    const { sinceMs, counts } = await other.read();
    assert.equal(sinceMs, 7);
    const row = { scenario: '', clicked: 0, clicks: 0, dismissals: 0 };
    assert.deepEqual(counts.clickThrough.rows, [
      { ...row, model: 'v1', impressions: 4 },
      { ...row, model: 'v2', impressions: 1 },
    ]);
    const users = (await trials()) as { readonly plain: readonly unknown[] };
    assert.deepEqual([...users.plain].sort(), [
      ['ada', 3, 0],
      ['bo', 1, 0],
    ]);
    const before = await record.revision();
    await one.add();
    assert.equal(await record.revision(), before, 'nothing is written where nothing was given');
  });

  it('count each exactly once, whatever becomes of the tries to add them', async () => {
    const step = fc.record({
      api: fc.nat(2),
      what: fc.constantFrom('give', 'give', 'add', 'away', 'answer lost', 'kill'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { record, open, impressions } = createRig();
        const apis = await Promise.all([open(), open(), open()]);
        /** What each gave: waiting to be added, and on its way, which may have arrived. */
        const given = apis.map(() => ({ waits: 0, onItsWay: 0 }));
        let wanted = 0;
        for (const { api, what } of steps) {
          const own = given[api] as (typeof given)[number];
          if (what === 'give') {
            apis[api]?.given({ model: 'v1', label: null, user: 'u' });
            own.waits += 1;
          } else if (what === 'kill') {
            apis[api] = await open();
            given[api] = { waits: 0, onItsWay: 0 };
          } else if (what === 'away') {
            record.trouble = AWAY;
            await apis[api]?.add().catch(() => undefined);
            record.trouble = undefined;
            if (own.onItsWay === 0) [own.onItsWay, own.waits] = [own.waits, 0];
          } else {
            record.lostAnswer = what === 'answer lost' ? AWAY : undefined;
            await apis[api]?.add().catch(() => undefined);
            record.lostAnswer = undefined;
            // Of an addition that failed before, and what came since, the first is sent first.
            const isCutShort = what === 'answer lost' && own.onItsWay > 0;
            wanted += own.onItsWay + (isCutShort ? 0 : own.waits);
            if (!isCutShort) own.waits = 0;
            own.onItsWay = 0;
          }
        }
        assert.equal(await impressions(), wanted);
      }),
      { numRuns: 100 },
    );
  });

  it('are of the run of an experiment that they were given in', async () => {
    const { world, open, trials } = createRig();
    const api = await open();
    api.given({ model: 'v1', label: LABEL, user: 'ada' });
    await api.add();
    api.given({ model: 'v1', label: LABEL, user: 'late' });
    world.runs = [front(2)];
    api.given({ model: 'v1', label: LABEL, user: 'bo' });
    await api.add();
    assert.deepEqual(await trials(front(2)), { plain: [['bo', 1, 0]] });
    assert.equal(await trials(front(1)), undefined, 'a run that ended is dropped');
    world.runs = [];
    api.given({ model: 'v1', label: LABEL, user: 'bo' });
    await api.add();
    assert.equal(await trials(front(2)), undefined);
  });

  it('keep the trials of a run that began where another process does not know of it yet', async () => {
    const { world, open, trials } = createRig();
    const knowsNone = await open(() => []);
    const other = await open();
    other.given({ model: 'v1', label: LABEL, user: 'ada' });
    await other.add();
    knowsNone.given({ model: 'v1', label: null, user: 'bo' });
    await knowsNone.add();
    assert.deepEqual(await trials(), { plain: [['ada', 1, 0]] });
    assert.equal(world.runs.length, 1);
  });
});
