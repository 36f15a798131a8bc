import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TravelJobs } from '../../../activities/past/travel-jobs.ts';
import type { TravelControl } from '../../../activities/past/travel-builder.ts';

const NEVER = new AbortController().signal;

/** Work that ends when it is told to, and says how far it is. */
function held<T>(result: T): {
  work: (control: TravelControl) => Promise<T>;
  end: () => void;
  begun: () => number;
} {
  let begun = 0;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const work = async ({ onProgress }: TravelControl): Promise<T> => {
    begun += 1;
    onProgress?.(3, 10);
    await ended;
    return result;
  };
  return { work, end, begun: () => begun };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('travels', () => {
  it('are made one at a time, and joined by whoever asks for the same', async () => {
    const jobs = new TravelJobs(NEVER);
    const one = held('one');
    const two = held('two');
    const first = jobs.start({ id: 'a', position: ['0:1'], work: one.work });
    assert.equal(jobs.start({ id: 'a', position: ['0:1'], work: one.work }).result, first.result);
    const second = jobs.start({ id: 'b', position: ['0:2'], work: two.work });
    await turn();
    assert.deepEqual([one.begun(), two.begun()], [1, 0]);
    assert.deepEqual(jobs.find('a')?.progress, { done: 3, total: 10 });
    one.end();
    two.end();
    assert.deepEqual(await Promise.all([first.result, second.result]), ['one', 'two']);
    assert.deepEqual([jobs.find('a')?.state, jobs.find('b')?.state], ['completed', 'completed']);
    assert.equal(one.begun(), 1);
  });

  it('that fail say why, do not keep the next one back, and are made again when asked for', async () => {
    const jobs = new TravelJobs(NEVER);
    const fails = jobs.start({
      ...{ id: 'a', position: [] },
      work: () => Promise.reject(new Error('the disk is gone')),
    });
    await assert.rejects(fails.result, /the disk is gone/);
    assert.equal(jobs.find('a')?.state, 'failed');
    assert.equal(jobs.find('a')?.failure, 'the disk is gone');
    const again = jobs.start({ id: 'a', position: [], work: () => Promise.resolve(7) });
    assert.equal(await again.result, 7);
    assert.equal(jobs.find('a')?.state, 'completed');
  });

  it('are refused as too many, and taken again once there is room', async () => {
    const jobs = new TravelJobs(NEVER, { timeTravelQueueMax: 1 });
    const one = held(1);
    const first = jobs.start({ id: 'a', position: [], work: one.work });
    const second = jobs.start({ id: 'b', position: [], work: one.work });
    const third = { id: 'c', position: [], work: one.work };
    assert.throws(() => jobs.start(third), { code: 'BUSY' });
    assert.equal(jobs.find('c'), undefined);
    one.end();
    await Promise.all([first.result, second.result]);
    assert.equal(await jobs.start(third).result, 1);
  });

  it('keep what they gave where it is asked for again, and let it go where it is not', async () => {
    const jobs = new TravelJobs(NEVER);
    let made = 0;
    const work = (): Promise<number> => Promise.resolve((made += 1));
    const kept = { id: 'a', position: [], work, isKept: true };
    assert.equal(await jobs.start(kept).result, 1);
    assert.equal(await jobs.start(kept).result, 1);
    const other = { id: 'b', position: [], work };
    assert.equal(await jobs.start(other).result, 2);
    await turn();
    assert.equal(await jobs.start(other).result, 3);
  });

  it('are forgotten, the oldest first, when many have ended', async () => {
    const jobs = new TravelJobs(NEVER, { timeTravelEndedMax: 2 });
    for (const id of ['a', 'b', 'c']) {
      await jobs.start({ id, position: [], work: () => Promise.resolve(id) }).result;
    }
    assert.deepEqual(
      ['a', 'b', 'c'].map((id) => jobs.find(id)?.state),
      [undefined, 'completed', 'completed'],
    );
  });

  it('are waited for when the core ends', async () => {
    const ending = new AbortController();
    const jobs = new TravelJobs(ending.signal);
    const ended: string[] = [];
    const work =
      (name: string) =>
      async ({ signal }: TravelControl): Promise<void> => {
        while (!signal.aborted) await turn();
        await turn();
        ended.push(name);
      };
    const one = jobs.start({ id: 'a', position: [], work: work('a') });
    const two = jobs.start({ id: 'b', position: [], work: work('b') });
    await turn();
    ending.abort();
    await jobs.idle();
    assert.deepEqual(ended, ['a']);
    await one.result;
    await assert.rejects(two.result);
    await jobs.idle();
  });

  it('do not begin when the core ends', async () => {
    const ending = new AbortController();
    const jobs = new TravelJobs(ending.signal);
    ending.abort();
    const work = held(1);
    await assert.rejects(jobs.start({ id: 'a', position: [], work: work.work }).result);
    assert.equal(work.begun(), 0);
  });
});
