import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { InvalidArgumentError } from 'commander';

import { EVENT_AHEAD_MS_MAX } from '../../events/door.ts';
import { RepriseError } from '../../events/error.ts';
import type { CursorStore } from '../imports/import-cursor.ts';
import { cursorFile, noCursor } from '../imports/import-cursor.ts';
import type { ImportReport, ImportSink } from '../imports/import-run.ts';
import { runImport } from '../imports/import-run.ts';
import { idFaultOf } from '../imports/row.ts';
import type { Client } from './client.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import { finiteNumber, wholeNumber } from './command.ts';
import { EXIT } from './failure.ts';
import type { ExitCode } from './failure.ts';
import { startProgress } from './progress.ts';
import { EventSender } from './send-events.ts';
import { caughtUpState } from './caught-up-state.ts';
import { grouped, pairs } from './table.ts';

/** Broken lines that people are shown; `--json` has more. */
const shownBrokenLinesMax = 10;

interface ImportOptions {
  readonly type: string;
  readonly positiveFrom?: number;
  readonly source?: string;
  readonly partitions?: number;
}

interface ImportResult extends ImportReport {
  readonly stateHash: string;
  readonly positions: readonly string[];
  readonly seconds: number;
  readonly eventsPerSecond: number;
}

/** `import FILE`: reads interactions from a file into the journal. */
export const importCommand: CommandSpec<ImportOptions> = {
  name: 'import',
  summary: 'read interactions from a file into the journal; running it again changes nothing',
  configure(command) {
    command
      .argument(
        '<file>',
        'CSV or TSV with a header, MovieLens, Last.fm, triplets or NDJSON; gzip or plain; - reads standard input',
      )
      .option('--type <type>', 'type of the rows that name none', 'play')
      .option('--positive-from <value>', 'rows with a lower value become dislike', finiteNumber)
      .option('--source <source>', 'source of the rows that name none', sourceName)
      .option(
        '--partitions <n>',
        'partitions, where the data folder is made by this',
        wholeNumber(1, 1024),
      );
  },
  async run(context, [file = ''], options) {
    const size = file === '-' ? 0 : await fileSize(file);
    const { clock, signal } = context.deps;
    const startedMs = clock();
    const partitions = options.partitions === undefined ? {} : { partitions: options.partitions };
    const result = await context.withClient(
      async (client): Promise<ImportResult> => {
        const report = await importFile(context, client, { file, size, options });
        const state = await caughtUpState(client.http, signal);
        const seconds = (clock() - startedMs) / 1000;
        return {
          ...report,
          stateHash: state.hash,
          positions: state.positions,
          seconds,
          eventsPerSecond: Math.round(report.events / Math.max(seconds, 0.001)),
        };
      },
      { durable: 'off', create: true, ...partitions },
    );
    return tell(context, result);
  },
};

function sourceName(text: string): string {
  const fault = idFaultOf('source', text);
  if (fault !== undefined) throw new InvalidArgumentError(`${fault}.`);
  return text;
}

async function fileSize(file: string): Promise<number> {
  const stats = await stat(file);
  if (!stats.isDirectory()) return stats.size;
  throw new RepriseError('INVALID', `${file} is a folder: name a file of it`);
}

interface Job {
  readonly file: string;
  readonly size: number;
  readonly options: ImportOptions;
}

async function importFile(
  context: CommandContext,
  client: Client,
  { file, size, options }: Job,
): Promise<ImportReport> {
  const { clock, signal } = context.deps;
  const { type, positiveFrom, source } = options;
  const rules = { type, positiveFrom, source, timeMsMax: clock() + EVENT_AHEAD_MS_MAX };
  const sender = new EventSender(client.http, signal);
  const progress = startProgress(context.output, 'import', clock);
  const startedMs = clock();
  let opened: Readable | undefined;
  try {
    return await runImport({
      open: () => (opened = openFile(file)),
      rules,
      sink: importSink(client, sender),
      cursor: cursorOf(context.data, file, size, options),
      onProgress: (rows) => {
        const speed = Math.round(rows / Math.max((clock() - startedMs) / 1000, 0.001));
        const read = (opened as { bytesRead?: number } | undefined)?.bytesRead ?? 0;
        progress.update(Math.min(read, size), size, `${grouped(rows)} events, ${grouped(speed)}/s`);
      },
      signal,
    });
  } finally {
    progress.stop();
  }
}

function openFile(file: string): Readable {
  return file === '-' ? process.stdin : createReadStream(file);
}

function cursorOf(data: string, file: string, size: number, options: ImportOptions): CursorStore {
  if (file === '-') return noCursor;
  const { type, positiveFrom = '', source } = options;
  const named = source === undefined ? [] : [source];
  return cursorFile(data, [resolve(file), size, type, positiveFrom, ...named].join('\0'));
}

function importSink(client: Client, sender: EventSender): ImportSink {
  return {
    send: (events) => sender.send(events),
    async publish({ item, metadata, id }) {
      const path = `/v1/items/${encodeURIComponent(item)}?eventId=${id}`;
      if (metadata === null) await client.http.json('DELETE', path);
      else await client.http.json('PUT', path, { body: metadata });
    },
  };
}

function tell(context: CommandContext, result: ImportResult): ExitCode {
  const { broken, errors } = result;
  const shown = errors.slice(0, shownBrokenLinesMax);
  context.output.result(result, [
    ...pairs([
      ['events', grouped(result.events)],
      ['accepted', grouped(result.accepted)],
      ['duplicates', grouped(result.duplicates)],
      ['users', grouped(result.users)],
      ['items', grouped(result.items)],
      ['state hash', result.stateHash],
      ['took', `${result.seconds.toFixed(1)} s, ${grouped(result.eventsPerSecond)} events/s`],
    ]),
    ...(broken === 0 ? [] : [`${grouped(broken)} lines were not imported:`]),
    ...shown.map(({ line, reason }) => `  line ${grouped(line)}: ${reason}`),
    ...(broken > shown.length ? ['  … (--json lists more)'] : []),
  ]);
  return broken === 0 ? EXIT.ok : EXIT.failed;
}
