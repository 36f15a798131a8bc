import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { describe, it } from 'node:test';

import { runProcess } from '../../../processes/cluster/frame.ts';
import type { FrameDeps, ProcessBody, RunningProcess } from '../../../processes/cluster/frame.ts';
import type { Logger } from '../../../processes/logger.ts';
import { configWith } from '../config/cluster-environment.ts';
import { FakeDependency } from './servers/fake-dependency.ts';

interface Rig {
  readonly deps: FrameDeps;
  readonly ending: AbortController;
  readonly said: string[];
  readonly logged: unknown[];
  /** Resolves to the address of the probe. */
  readonly probe: Promise<string>;
}

function rig(changes: Readonly<Record<string, string>> = {}, endMsMax = 200): Rig {
  const said: string[] = [];
  const logged: unknown[] = [];
  const ending = new AbortController();
  let tell: (url: string) => void = () => undefined;
  const probe = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const log = (...parts: unknown[]): void => {
    logged.push(parts);
  };
  const logger: Logger = { info: log, warn: log, error: log, debug: log };
  const deps: FrameDeps = {
    config: configWith({ REPRISE_PROBE_PORT: '0', ...changes }, 'worker'),
    logger,
    signal: ending.signal,
    clock: () => performance.now(),
    say: (line) => said.push(line),
    endMsMax,
    onProbe: tell,
  };
  return { deps, ending, said, logged, probe };
}

/** A body whose work is what a test gives. */
function bodyOf(
  running: Partial<RunningProcess>,
  dependencies: readonly FakeDependency[] = [],
  onStart: () => void = () => undefined,
): ProcessBody {
  return {
    dependencies,
    start: async () => {
      onStart();
      return {
        awaited: () => [],
        ended: new Promise(() => undefined),
        close: () => Promise.resolve(),
        ...running,
      };
    },
  };
}

async function readyAt(url: string): Promise<readonly [number, unknown]> {
  const answer = await fetch(`${url}/health/ready`);
  return [answer.status, await answer.json()];
}

describe('the frame of a process of the cluster', () => {
  it('is not ready while it waits, is ready at its work, and ends when it is told to', async () => {
    const { deps, ending, probe, said } = rig();
    const kafka = new FakeDependency('kafka', new Error('down'));
    let closed = 0;
    let started: () => void = () => undefined;
    const start = new Promise<void>((resolve) => {
      started = resolve;
    });
    const close = async (): Promise<void> => {
      closed += 1;
    };
    const running = runProcess(bodyOf({ close }, [kafka], started), deps);
    const url = await probe;
    assert.deepEqual(await readyAt(url), [
      503,
      { ready: false, awaited: ['kafka at there:1', 'the start'] },
    ]);
    kafka.error = undefined;
    await start;
    // The work is told to the probe in the turn after it began.
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(await readyAt(url), [200, { ready: true, awaited: [] }]);
    ending.abort();
    await running;
    assert.equal(closed, 1);
    assert.ok(said.includes('running    worker'));
    await assert.rejects(fetch(url));
  });

  it('ends in order when it is told to while it waits', async () => {
    const { deps, ending, probe } = rig();
    let started = false;
    const body = bodyOf({}, [new FakeDependency('kafka', new Error('down'))], () => {
      started = true;
    });
    const running = runProcess(body, deps);
    await probe;
    ending.abort();
    await running;
    assert.equal(started, false);
  });

  it('ends with what is missing when the wait is over, and closes its probe', async () => {
    const { deps, probe } = rig({ REPRISE_DEPENDENCY_WAIT_MS_MAX: '50' });
    const body = bodyOf({}, [new FakeDependency('redis', new Error('ECONNREFUSED'))]);
    await assert.rejects(runProcess(body, deps), {
      code: 'UNAVAILABLE',
      message: /within 50 ms .*redis at there:1 \(ECONNREFUSED\): start redis/,
    });
    await assert.rejects(fetch(await probe));
  });

  it('ends with the failure of its work, after closing', async () => {
    const { deps } = rig();
    let closed = false;
    const close = async (): Promise<void> => {
      closed = true;
    };
    const ended = Promise.reject(new Error('fenced'));
    await assert.rejects(runProcess(bodyOf({ ended, close }), deps), /fenced/);
    assert.equal(closed, true);
  });

  it('does not take an end that nobody asked for as an orderly one', async () => {
    const { deps } = rig();
    await assert.rejects(runProcess(bodyOf({ ended: Promise.resolve() }), deps), {
      code: 'UNAVAILABLE',
      message: 'the worker ended by itself: its log says why; start it again',
    });
  });

  it('cuts off an end that takes too long, and says so', async () => {
    const { deps, ending, logged } = rig({}, 50);
    const body = bodyOf({ close: () => new Promise(() => undefined) }, [], () => {
      ending.abort();
    });
    await runProcess(body, deps);
    assert.match(JSON.stringify(logged), /the end was cut off after its bound/);
  });

  it('ends in order although closing fails, and says why', async () => {
    const { deps, ending, logged } = rig();
    const body = bodyOf({ close: () => Promise.reject(new Error('broken pipe')) }, [], () => {
      ending.abort();
    });
    await runProcess(body, deps);
    assert.match(JSON.stringify(logged), /could not be closed in order/);
  });

  it('logs its configuration without secrets', async () => {
    const { deps, ending, logged } = rig({ REPRISE_MONGO_URL: 'mongodb://u:hidden@mongo' });
    ending.abort();
    await runProcess(bodyOf({}), deps);
    const text = JSON.stringify(logged);
    assert.match(text, /mongodb:\/\/mongo/);
    assert.doesNotMatch(text, /hidden/);
  });
});
