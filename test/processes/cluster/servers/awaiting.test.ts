import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { RepriseError } from '../../../../events/error.ts';
import { awaitDependencies } from '../../../../processes/cluster/servers/awaiting.ts';
import type { Awaiting } from '../../../../processes/cluster/servers/awaiting.ts';
import { FakeDependency, QuickTime } from './fake-dependency.ts';

interface Rig {
  readonly lines: string[];
  readonly time: QuickTime;
  readonly ending: AbortController;
  readonly wait: (dependencies: readonly FakeDependency[], waitMsMax?: number) => Awaiting;
}

function rig(): Rig {
  const lines: string[] = [];
  const time = new QuickTime();
  const ending = new AbortController();
  return {
    lines,
    time,
    ending,
    wait: (dependencies, waitMsMax = 10_000) =>
      awaitDependencies(dependencies, {
        waitMsMax,
        clock: time.clock,
        sleep: time.sleep,
        say: (line) => lines.push(line),
        signal: ending.signal,
      }),
  };
}

describe('waiting for dependencies', () => {
  it('ends when all are there', async () => {
    const { lines, wait } = rig();
    const waiting = wait([new FakeDependency('kafka'), new FakeDependency('redis')]);
    assert.deepEqual(waiting.awaited(), ['kafka at there:1', 'redis at there:1']);
    await waiting.done;
    assert.deepEqual(waiting.awaited(), []);
    assert.deepEqual(lines, ['kafka at there:1 is there', 'redis at there:1 is there']);
  });

  it('ends at once where there are none', async () => {
    await rig().wait([]).done;
  });

  it('says once a second what is awaited, where and why, and takes what comes late', async () => {
    const { lines, time, wait } = rig();
    const kafka = new FakeDependency('kafka', new Error('ECONNREFUSED'));
    const waiting = wait([kafka, new FakeDependency('redis')]);
    time.onPause = (nowMs) => {
      if (nowMs >= 4_000) kafka.error = undefined;
    };
    await waiting.done;
    const awaiting = lines.filter((line) => line.startsWith('awaiting'));
    assert.equal(awaiting[0], 'awaiting kafka at there:1 (ECONNREFUSED): 1 s of 10 s');
    assert.ok(awaiting.length >= 3, lines.join('\n'));
    assert.deepEqual(lines.at(-1), 'kafka at there:1 is there');
  });

  it('ends within its bound, naming what is missing and the remedy', async () => {
    const { time, wait } = rig();
    const dependencies = ['mongodb', 'temporal'].map(
      (name) => new FakeDependency(name, new Error('no route\nto host')),
    );
    await assert.rejects(wait([...dependencies, new FakeDependency('redis')]).done, {
      code: 'UNAVAILABLE',
      message:
        'not there within 10000 ms (REPRISE_DEPENDENCY_WAIT_MS_MAX): ' +
        'mongodb at there:1 (no route to host): start mongodb; ' +
        'temporal at there:1 (no route to host): start temporal',
    });
    assert.ok(time.nowMs >= 10_000 && time.nowMs < 13_000, String(time.nowMs));
  });

  for (const code of ['INVALID', 'CONFLICT', 'DAMAGED'] as const) {
    it(`tries no second time what waiting does not mend: ${code}`, async () => {
      const fault = new RepriseError(code, 'the topic has 4 partitions and 8 are set');
      const kafka = new FakeDependency('kafka', fault);
      await assert.rejects(rig().wait([kafka, new FakeDependency('redis')]).done, fault);
      assert.equal(kafka.tries, 1);
    });
  }

  it('tries again what may come: wrong credentials, too, as a server that starts refuses all', async () => {
    const { time, wait } = rig();
    const mongo = new FakeDependency('mongodb', new RepriseError('UNAVAILABLE', 'auth failed'));
    time.onPause = () => {
      if (mongo.tries >= 3) mongo.error = undefined;
    };
    await wait([mongo]).done;
    assert.equal(mongo.tries, 4);
  });

  it('ends when the process is told to end', async () => {
    const { ending, time, wait } = rig();
    const waiting = wait([new FakeDependency('kafka', new Error('down'))]);
    time.onPause = () => {
      ending.abort();
    };
    await assert.rejects(waiting.done, { name: 'AbortError' });
  });

  it('ends even where a try never does', async () => {
    const { ending, wait } = rig();
    const kafka = new FakeDependency('kafka');
    kafka.isSilent = true;
    const waiting = wait([kafka], 3_000);
    await assert.rejects(waiting.done, /kafka at there:1 \(not tried yet\): start kafka/);
    assert.equal(ending.signal.aborted, false);
  });

  it('repeats no endless reason', async () => {
    const kafka = new FakeDependency('kafka', new Error('x'.repeat(5_000)));
    const { lines, wait } = rig();
    await assert.rejects(wait([kafka]).done);
    assert.ok(lines.every((line) => line.length < 300));
  });
});
