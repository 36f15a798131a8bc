/**
 * For how long does the core hold its event loop at the most, while it trains and builds an index under a light load?
 * `maxBlockedMs` is of these; the import before them is told apart, as `filling`. Baseline: the same process, filled and idle, before the runs. The core is in this process, the load in a
 * child. Where the system tells it, the longest hold is given in processor time of the main thread too: the rest of
 * the wall time the thread had to wait for a processor that other work had.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LEARNERS } from '../processes/config/learner.ts';
import { startCore } from '../processes/core.ts';
import { fillWorld } from './listened-world.ts';
import { Client, paced, round, summary } from './paced-load.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    events: { type: 'string', default: '100000' },
    items: { type: 'string', default: '10000' },
    users: { type: 'string', default: '5000' },
    epochs: { type: 'string', default: '2' },
    // Without them the benchmark needs no native part.
    runs: { type: 'string', default: 'training,index' },
    seconds: { type: 'string', default: '10' },
    learner: { type: 'string', default: 'gmf' },
  },
});
const world = {
  users: Number(values.users),
  items: Number(values.items),
  events: Number(values.events),
};
const seconds = Number(values.seconds);
const learner = LEARNERS.find((name) => name === values.learner);
if (learner === undefined) throw new RangeError(`--learner is one of ${LEARNERS.join(', ')}`);
const RATE = 50;
const BOUND_MS = 50;
const POLL_MS = 100;
const file = fileURLToPath(import.meta.url);

type Task = 'fill' | 'load' | 'training-runs' | 'index-releases';

/** Does one task in the child; tells of its end. */
async function serveTask(client: Client, task: Task): Promise<unknown> {
  if (task === 'fill') return fillWorld(client, world);
  if (task === 'load') return load(client, seconds);
  const body = task === 'training-runs' ? { epochs: Number(values.epochs), seed: 1 } : {};
  const started = await client.send('POST', `/v1/${task}`, body);
  const { workflowId } = started.json as { readonly workflowId?: string };
  if (workflowId === undefined) throw new Error(JSON.stringify(started.json));
  const over = new AbortController();
  const followed = untilOver(client, `/v1/${task}/${workflowId}`).finally(() => {
    over.abort();
  });
  let loadSeconds = 0;
  for (; !over.signal.aborted; loadSeconds += 1) await load(client, 1);
  return { ...(await followed), loadSeconds };
}

async function load(client: Client, forSeconds: number): Promise<object> {
  const pick = (at: number): string => `user-${String((at * 7) % world.users)}`;
  const [gets, posts] = await Promise.all([
    paced(RATE, forSeconds, (at) =>
      client.send('GET', `/v1/users/${pick(at)}/recommendations?n=10`),
    ),
    paced(RATE, forSeconds, (at) => {
      const item = `item-${String((at * 31) % world.items)}`;
      return client.send('POST', '/v1/events', { type: 'play', user: pick(at), item });
    }),
  ]);
  return { get: summary(gets), post: summary(posts) };
}

async function untilOver(client: Client, path: string): Promise<object> {
  const started = performance.now();
  for (;;) {
    const { json } = await client.send('GET', path);
    const { state, failure } = json as { readonly state: string; readonly failure?: string };
    if (state !== 'running') return { state, failure, tookMs: round(performance.now() - started) };
    await sleep(POLL_MS);
  }
}

/** Processor and waiting time of the main thread, milliseconds; undefined where the system does not tell. */
function threadTimes(): readonly [number, number] | undefined {
  try {
    const path = `/proc/self/task/${String(process.pid)}/schedstat`;
    const [ran = 0, waited = 0] = readFileSync(path, 'latin1').split(' ').map(Number);
    return [ran / 1e6, waited / 1e6];
  } catch {
    return undefined;
  }
}

/** Watches the event loop by Node's histogram and by a timer of a millisecond's drift. */
function watch(): () => Promise<object & { readonly maxBlockedMs: number }> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  const ended = new AbortController();
  let drift = 0;
  let ranMs: number | undefined;
  let worstWaitMs = 0;
  let before = threadTimes();
  let expected = performance.now() + 1;
  const tick = (): void => {
    const now = performance.now();
    const times = threadTimes();
    if (times !== undefined && before !== undefined) {
      ranMs = Math.max(ranMs ?? 0, times[0] - before[0]);
      if (now - expected > drift) worstWaitMs = times[1] - before[1];
    }
    drift = Math.max(drift, now - expected);
    before = times;
    expected = performance.now() + 1;
    if (!ended.signal.aborted) setTimeout(tick, 1);
  };
  setTimeout(tick, 1);
  histogram.enable();
  return async () => {
    await sleep(5);
    histogram.disable();
    ended.abort();
    return {
      maxBlockedMs: round(Math.max(histogram.max / 1e6, drift)),
      p99Ms: round(histogram.percentile(99) / 1e6),
      timerDriftMaxMs: round(drift),
      // What the thread ran between two turns of the timer, and what it waited in the longest of them.
      ranMaxMs: ranMs === undefined ? null : round(ranMs),
      waitedInLongestMs: ranMs === undefined ? null : round(worstWaitMs),
    };
  };
}

interface Told {
  readonly done?: unknown;
  readonly failed?: string;
}

async function ask(child: ChildProcess, task: Task): Promise<unknown> {
  const told = await new Promise<Told>((resolve, reject) => {
    const gone = (): void => {
      reject(new Error('the load generator has ended'));
    };
    child.once('exit', gone).once('message', (message) => {
      child.off('exit', gone);
      resolve(message as Told);
    });
    child.send(task);
  });
  if (told.failed !== undefined) throw new Error(told.failed);
  return told.done;
}

async function measured(child: ChildProcess, task: Task): Promise<Measured> {
  const stop = watch();
  const done = await ask(child, task);
  return { ...(await stop()), done };
}

interface Measured {
  readonly maxBlockedMs: number;
  readonly done: unknown;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-event-loop-'));
  const runs = values.runs.split(',').filter((run) => run !== '');
  const core = await startCore({
    data: join(folder, 'data'),
    learner,
    listen: { host: '127.0.0.1', port: 0 },
    durable: runs.length > 0 ? 'eager' : 'off',
  });
  const port = new URL(core.url ?? '').port;
  const child = fork(file, [...process.argv.slice(2), 'child', port]);
  try {
    await core.ready();
    const filling = await measured(child, 'fill');
    const stop = watch();
    await sleep(seconds * 1_000);
    const idle = await stop();
    const loaded = await measured(child, 'load');
    const training = runs.includes('training') && (await measured(child, 'training-runs'));
    const index = runs.includes('index') && (await measured(child, 'index-releases'));
    const maxBlockedMs = Math.max(
      ...[loaded, training, index].map((one) => (one === false ? 0 : one.maxBlockedMs)),
    );
    console.log(
      JSON.stringify({
        benchmark: 'event-loop',
        learner,
        ...world,
        loadPerSecond: { get: RATE, post: RATE },
        maxBlockedMs,
        boundMs: BOUND_MS,
        ratioToIdle: round(maxBlockedMs / idle.maxBlockedMs),
        ...{ idle, filling, loaded, training, index },
        loadAverage: round(loadavg()[0] ?? 0),
      }),
    );
  } finally {
    child.disconnect();
    await core.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function runChild(port: number): void {
  const client = new Client(port);
  process.on('message', (task: Task) => {
    serveTask(client, task).then(
      (done) => process.send?.({ done: done ?? null }),
      (error: unknown) => process.send?.({ failed: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}

if (positionals[0] === 'child') runChild(Number(positionals[1]));
else await main();
