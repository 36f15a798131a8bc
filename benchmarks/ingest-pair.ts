import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { TransportOptions } from '../adapters/cluster/transport.ts';
import type { ThreadNews } from './ingest-thread.ts';

const YOUNG_MEGABYTES = 192;
const THREADS = 2;

/** What a thread runs: Node 20 gives the loader of TypeScript to no thread by itself. */
const STARTED = `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then(({ register }) => {
  register();
  return import(${JSON.stringify(import.meta.resolve('./ingest-thread.ts'))});
});`;

/**
 * The events a second of two ingests of one group over a topic of `events` messages, from when both have handled a batch,
 * so that joining the group is no part of it. What the first had of a partition that moved is handled again by the second:
 * their journals in memory are two.
 */
export async function ingestByTwo(options: TransportOptions, events: number): Promise<number> {
  const { logger: _, ...plain } = options;
  const started = (): Worker =>
    new Worker(STARTED, {
      eval: true,
      workerData: plain,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
  const threads = Array.from({ length: THREADS }, started);
  const begun = new Set<Worker>();
  const ends = new Map<number, number>();
  let [handled, startMs, perSecond] = [0, 0, 0];
  const take = (thread: Worker, { partition, endOffset, messages, atMs }: ThreadNews): void => {
    ends.set(partition, endOffset);
    begun.add(thread);
    if (begun.size < THREADS) return;
    if (startMs === 0) startMs = atMs;
    else handled += messages;
    const done = [...ends.values()].reduce((sum, end) => sum + end, 0) >= events;
    if (!done || perSecond > 0) return;
    perSecond = (handled / (atMs - startMs)) * 1_000;
    for (const each of threads) each.postMessage('stop');
  };
  await Promise.all(
    threads.map(async (thread) => {
      thread.on('message', (news: ThreadNews) => {
        take(thread, news);
      });
      await once(thread, 'exit');
    }),
  );
  if (perSecond === 0) throw new Error('the two ingests ended before the topic did');
  return perSecond;
}
