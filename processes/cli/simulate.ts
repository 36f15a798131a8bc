import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Catalogue } from '../simulator/catalogue.ts';
import { createCatalogue, DEMO_ITEMS } from '../simulator/catalogue.ts';
import { Listening } from '../simulator/listening.ts';
import { publishCatalogue } from './catalogue-publisher.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import { positiveNumber, wholeNumber } from './command.ts';
import { parseTimeMs } from '../imports/row-time.ts';
import { InvalidArgumentError } from 'commander';
import { Output } from './output.ts';
import { startProgress } from './progress.ts';
import { EventSender } from './send-events.ts';
import { grouped, pairs } from './table.ts';

interface SimulateOptions {
  readonly listeners: number;
  readonly items: number;
  readonly events: number;
  readonly seed: number;
  readonly start: number;
  readonly interval: number;
  readonly rate?: number;
  readonly out?: string;
}

const requestEventsMax = 5_000;
/** Events are sent this often under `--rate`. */
const tickMs = 200;
/** Event time between one change of a listener's taste and the next. */
const driftMs = 14 * 86_400_000;

/** `simulate`: makes the events of invented listeners whose tastes drift. */
export const simulateCommand: CommandSpec<SimulateOptions> = {
  name: 'simulate',
  summary: 'let invented listeners play invented tracks; the same seed gives the same events',
  configure(command) {
    command
      .option('--listeners <n>', 'how many listeners', wholeNumber(1, 1_000_000), 500)
      .option('--items <n>', 'how many tracks', wholeNumber(1, 1_000_000), DEMO_ITEMS)
      .option('--events <n>', 'how many events', wholeNumber(0, 1_000_000_000), 100_000)
      .option(
        '--seed <n>',
        'fixes the tracks, the tastes and the events',
        wholeNumber(0, 4_294_967_295),
        1,
      )
      .option('--start <time>', 'time of the first event', startTime, Date.UTC(2026, 0, 1))
      .option('--interval <ms>', 'event time from one event to the next', positiveNumber, 20_000)
      .option('--rate <n>', 'events a second (default: as fast as they are taken)', positiveNumber)
      .option(
        '--out <file>',
        'write NDJSON there instead of into the journal; - is standard output',
      );
  },
  async run(context, _args, options) {
    const catalogue = createCatalogue(options.seed, options.items);
    const listening = new Listening({
      catalogue,
      listeners: options.listeners,
      worldSeed: options.seed,
      seed: options.seed,
      startMs: options.start,
      intervalMs: options.interval,
      driftMs,
      idPrefix: `sim-${String(options.seed)}`,
    });
    if (options.out === undefined) await intoJournal(context, options, catalogue, listening);
    else await intoFile(context, options, options.out, listening);
    return undefined;
  },
};

function startTime(text: string): number {
  const ms = parseTimeMs(text);
  if (ms === undefined) throw new InvalidArgumentError('give a time such as 2026-01-31T12:00:00Z.');
  return ms;
}

async function intoJournal(
  context: CommandContext,
  options: SimulateOptions,
  catalogue: Catalogue,
  listening: Listening,
): Promise<void> {
  const { clock, signal } = context.deps;
  const sum = await context.withClient(
    async ({ http }) => {
      await publishCatalogue(http, catalogue, signal);
      const sender = new EventSender(http, signal);
      const progress = startProgress(context.output, 'simulate', clock);
      const total = { accepted: 0, duplicates: 0 };
      try {
        for await (const [from, to] of stretches(context, options)) {
          const numbers = Array.from({ length: to - from }, (_, i) => from + i);
          const sent = await sender.send(numbers.map((number) => listening.event(number)));
          total.accepted += sent.accepted;
          total.duplicates += sent.duplicates;
          progress.update(to, options.events, `${grouped(to)} events`);
        }
      } finally {
        progress.stop();
      }
      return total;
    },
    { durable: 'off', create: true },
  );
  const { seed, events, listeners, items } = options;
  context.output.result({ seed, events, ...sum, listeners, items }, [
    ...pairs([
      ['events', grouped(events)],
      ['accepted', grouped(sum.accepted)],
      ['duplicates', grouped(sum.duplicates)],
      ['seed', String(seed)],
    ]),
  ]);
}

async function intoFile(
  context: CommandContext,
  options: SimulateOptions,
  file: string,
  listening: Listening,
): Promise<void> {
  const stream = file === '-' ? undefined : createWriteStream(file);
  const { stdout, stderr } = context.deps;
  const output = new Output(stream ?? stdout, stderr, context.output.json);
  for await (const [from, to] of stretches(context, options)) {
    let text = '';
    for (let number = from; number < to; number += 1) {
      const event = listening.event(number);
      text += `${JSON.stringify({ ...event, time: new Date(event.time).toISOString() })}\n`;
    }
    await output.pour(text);
  }
  if (stream === undefined) return;
  stream.end();
  await finished(stream);
  const { seed, events } = options;
  context.output.result({ seed, events, out: file }, [`${grouped(events)} events in ${file}`]);
}

/** Cuts the run into stretches `[from, to)`: of a request's size, or of what is due by now under `--rate`. */
async function* stretches(
  context: CommandContext,
  { events, rate }: SimulateOptions,
): AsyncGenerator<readonly [number, number]> {
  const { clock, signal } = context.deps;
  const startedMs = clock();
  for (let from = 0; from < events;) {
    signal.throwIfAborted();
    const due = rate === undefined ? events : Math.floor(((clock() - startedMs) / 1000) * rate) + 1;
    const to = Math.min(events, due, from + requestEventsMax);
    if (to > from) yield [from, to];
    else await sleep(tickMs, undefined, { signal });
    from = Math.max(from, to);
  }
}
