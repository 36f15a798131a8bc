import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Option } from 'commander';

import type { QuarantineAnswer } from '../../api/schema/quarantines.ts';
import { RepriseError } from '../../events/error.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import { EXIT } from './failure.ts';
import type { HttpClient } from './http-client.ts';
import { startProgress } from './progress.ts';
import { gathered } from './rule-options.ts';
import { grouped, pairs, table } from './table.ts';

const pollEveryMs = 200;

interface QuarantineOptions {
  readonly users?: string;
  readonly source?: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly lift?: string;
}

/** `quarantine`: leaves events out after the fact, lifts that again, or lists what is in quarantine. */
export const quarantineCommand: CommandSpec<QuarantineOptions> = {
  name: 'quarantine',
  summary:
    'leave events of users or of a source out as if they had never been, or lift that; lists all without options',
  configure(command) {
    command
      .option('--users <file>', 'a file with the id of a user on each line')
      .addOption(
        new Option('--source <source>', 'the source whose events are meant').conflicts('users'),
      )
      .option('--from <position>', 'events after this position; one a partition', gathered, [])
      .option('--to <position>', 'events up to this position; one a partition', gathered, [])
      .option('--lift <id>', 'lift a quarantine, e.g. q1: a model with the events takes over');
  },
  async run(context, _arguments, options) {
    const request = await requestOf(options);
    if (request === undefined) return list(context);
    const answer = await context.withClient(
      async ({ http }) => {
        const asked = await http.json<QuarantineAnswer>(request.method, request.path, {
          ...(request.body !== undefined && { body: request.body }),
        });
        return untilBuilt(context, http, asked);
      },
      { durable: 'off' },
    );
    context.output.result(answer, describe(answer));
    return answer.failure === undefined ? EXIT.ok : EXIT.failed;
  },
};

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** What is asked of the API; undefined where all are to be listed. */
async function requestOf(options: QuarantineOptions): Promise<Request | undefined> {
  const { users: file, source, from, to, lift } = options;
  const isNamed = file !== undefined || source !== undefined;
  if (lift !== undefined && (isNamed || from.length + to.length > 0)) {
    throw new RepriseError(
      'INVALID',
      '--lift lifts a whole quarantine: leave the other options out',
    );
  }
  if (lift !== undefined) {
    return { method: 'DELETE', path: `/v1/quarantines/${encodeURIComponent(lift)}` };
  }
  if (source !== undefined) {
    return { method: 'POST', path: '/v1/quarantines', body: { source, from, to } };
  }
  if (file === undefined) {
    if (from.length + to.length === 0) return undefined;
    throw new RepriseError(
      'INVALID',
      '--from and --to narrow what --users FILE or --source names: name users or a source',
    );
  }
  const text = await readFile(file, 'utf8');
  const users = text.split(/\r?\n/).filter((line) => line !== '');
  return { method: 'POST', path: '/v1/quarantines', body: { users, from, to } };
}

async function list(context: CommandContext): Promise<undefined> {
  const { quarantines } = await context.withClient(
    ({ http }) =>
      http.json<{ readonly quarantines: readonly QuarantineAnswer[] }>('GET', '/v1/quarantines'),
    { durable: 'off' },
  );
  const rows = quarantines.map((one) => [
    ...[one.quarantineId, one.state, whoseEvents(one), grouped(one.events)],
    ...[one.version ?? '', one.inForce ? 'yes' : 'no'],
  ]);
  const head = ['quarantine', 'state', 'users', 'events', 'version', 'in force'];
  const lines = rows.length === 0 ? ['nothing is in quarantine'] : table(head, rows);
  context.output.result({ quarantines }, lines);
  return undefined;
}

async function untilBuilt(
  context: CommandContext,
  http: HttpClient,
  { quarantineId }: QuarantineAnswer,
): Promise<QuarantineAnswer> {
  const { clock, signal } = context.deps;
  const progress = startProgress(context.output, 'quarantine', clock);
  try {
    for (;;) {
      const path = `/v1/quarantines/${quarantineId}`;
      const answer = await http.json<QuarantineAnswer>('GET', path, { signal });
      const isPending = answer.state === 'building' || answer.state === 'lifting';
      if (!isPending || answer.failure !== undefined) return answer;
      progress.update(0, 1, answer.state);
      await sleep(pollEveryMs, undefined, { signal });
    }
  } finally {
    progress.stop();
  }
}

function describe(answer: QuarantineAnswer): readonly string[] {
  const { quarantineId, state, failure, events, from, to, version, parent } = answer;
  return pairs([
    ['quarantine', quarantineId],
    ['state', failure === undefined ? state : `${state}: ${failure}`],
    ['users', whoseEvents(answer)],
    ['events', grouped(events)],
    ['after', from.join(', ')],
    ['up to', to.join(', ')],
    ...(version === undefined
      ? []
      : ([['model', `${version}, in the place of ${String(parent)}`]] as const)),
    ['live from', (answer.promotedAt ?? []).join(', ')],
  ]);
}

/** The number of users that a quarantine names, or its source. */
function whoseEvents({ users, source }: QuarantineAnswer): string {
  return source === undefined ? grouped(users) : `source ${source}`;
}
