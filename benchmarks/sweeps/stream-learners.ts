// Which settings of a stream learner give the best recall@10 on the first halves of two streams?
//   REPRISE_DATA=FOLDER node --import tsx benchmarks/sweeps/stream-learners.ts gmf regularization=0.003,0.006,0.01
//   REPRISE_DATA=FOLDER node --import tsx benchmarks/sweeps/stream-learners.ts item-knn askedItemsMax=10,20,50
// Every value is tried by itself, beside the defaults; `a=1;b=2` tries both at once.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';

import { loadKernel } from '../../model/kernel/kernel.ts';
import { BLEND_SETTINGS, BlendLearner } from '../../model/stream/blend-learner.ts';
import { GMF_STREAM_SETTINGS, GmfLearner } from '../../model/stream/gmf-learner.ts';
import { ISGD_STREAM_SETTINGS, IsgdLearner } from '../../model/stream/isgd-learner.ts';
import { ITEM_KNN_SETTINGS, ItemKnnLearner } from '../../model/stream/item-knn-learner.ts';
import {
  DECAYED_HALF_LIFE_MS,
  DecayedPopularityLearner,
} from '../../model/stream/popularity-learner.ts';
import { PrequentialTest } from '../../model/stream/prequential.ts';
import type { StreamEvent, StreamLearner } from '../../model/stream/stream-learner.ts';
import { readInteractionStream } from '../../processes/evaluation/interaction-stream.ts';

const STREAMS = [
  { name: 'movietweetings-100k', positiveFrom: undefined },
  { name: 'ml-100k', positiveFrom: 4 },
];
const PLACES = 10;
/** Events of a quick look: all of a half unless given by REPRISE_SWEEP_EVENTS. */
const EVENTS_MAX = Number(process.env['REPRISE_SWEEP_EVENTS'] ?? Infinity);

const kernels = await loadKernel();

type Change = Readonly<Record<string, number>>;

const DAY_MS = 86_400_000;

/** The learners that have settings, each with changed ones; `blend` hands to its `gmf` what it does not know itself. */
const LEARNERS: Readonly<Record<string, (change: Change) => StreamLearner>> = {
  'decayed-popularity': ({ halfLifeDays = DECAYED_HALF_LIFE_MS / DAY_MS }) =>
    new DecayedPopularityLearner(halfLifeDays * DAY_MS),
  'item-knn': (change) => new ItemKnnLearner({ ...ITEM_KNN_SETTINGS, ...change }),
  isgd: (change) => new IsgdLearner(kernels, { ...ISGD_STREAM_SETTINGS, ...change }),
  gmf: (change) => new GmfLearner(kernels, { ...GMF_STREAM_SETTINGS, ...change }),
  blend: (change) =>
    new BlendLearner(
      kernels,
      { ...BLEND_SETTINGS, ...change },
      { ...GMF_STREAM_SETTINGS, ...change },
    ),
};

function recallOf(learner: StreamLearner, events: readonly StreamEvent[]): number {
  const clockMicroseconds = (): number => 0;
  const test = new PrequentialTest(learner, { depth: PLACES, repeats: 'drop', clockMicroseconds });
  const hits = events.filter((event) => test.take(event) > 0);
  return hits.length / events.length;
}

/** The first half of a stream, which is all that settings are chosen on. */
async function firstHalf(
  folder: string,
  name: string,
  positiveFrom: number | undefined,
): Promise<readonly StreamEvent[]> {
  const file = createReadStream(join(folder, 'events', `${name}.csv.gz`));
  const rules = { positiveFrom, order: 'refuse' } as const;
  const { events } = await readInteractionStream(file, rules, new AbortController().signal);
  return events.slice(0, Math.min(Math.floor(events.length / 2), EVENTS_MAX));
}

function changesOf(words: readonly string[]): Change[] {
  const changes: Change[] = [{}];
  for (const word of words) {
    if (word.includes(';')) {
      changes.push(Object.fromEntries(word.split(';').map((part) => pairOf(part))));
      continue;
    }
    const [name = '', values = ''] = word.split('=');
    for (const value of values.split(',')) changes.push({ [name]: Number(value) });
  }
  return changes;
}

function pairOf(part: string): [string, number] {
  const [name = '', value = ''] = part.split('=');
  return [name, Number(value)];
}

const folder = process.env['REPRISE_DATA'];
const [name = 'gmf', ...words] = process.argv.slice(2);
const learnerWith = LEARNERS[name];
if (learnerWith === undefined) {
  console.log(`there is no ${name} with settings: name one of ${Object.keys(LEARNERS).join(', ')}`);
} else if (folder === undefined) {
  console.log('REPRISE_DATA names no folder with events/: there is nothing to sweep over');
} else {
  const streams: (readonly StreamEvent[])[] = [];
  for (const { name: stream, positiveFrom } of STREAMS) {
    streams.push(await firstHalf(folder, stream, positiveFrom));
  }
  console.log(
    `| ${name} | ${STREAMS.map((stream) => stream.name).join(' | ')} |\n| --- | --- | --- |`,
  );
  for (const change of changesOf(words)) {
    const label = Object.entries(change).map(([key, value]) => `${key} ${String(value)}`);
    const recalls = streams.map((events) => recallOf(learnerWith(change), events).toFixed(4));
    console.log(`| ${label.join(', ') || 'defaults'} | ${recalls.join(' | ')} |`);
  }
}
