import { setTimeout as sleep } from 'node:timers/promises';

import type { ErasureAnswer } from '../../api/schema/erasures.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import { EXIT } from './failure.ts';
import type { HttpClient } from './http-client.ts';
import { startProgress } from './progress.ts';
import { grouped, pairs } from './table.ts';

const pollEveryMs = 200;
const STATES = ['collecting', 'rebuilding', 'done'] as const;

interface EraseOptions {
  readonly wait: boolean;
  readonly purge?: boolean;
}

/** `erase USER…`: forgets users, and waits until the model without them has taken over. */
export const eraseCommand: CommandSpec<EraseOptions> = {
  name: 'erase',
  summary: 'forget users: ids and keys are destroyed, and a model without them takes over',
  configure(command) {
    command
      .argument('<users...>', 'the ids of the users; all are erased or none')
      .option('--purge', 'blank what the journal holds of them, too')
      .option('--no-wait', 'end when no answer knows them, and let the server build the model');
  },
  async run(context, users, { wait, purge = false }) {
    const answer = await context.withClient(
      async ({ http, own }) => {
        const body = { users, now: true, purge };
        const asked = await http.json<ErasureAnswer>('POST', '/v1/erasures', { body });
        context.output.remark(`erasure ${asked.erasureId}: no answer knows the users any more`);
        // A core that ends with this command would leave the rest to the next start.
        return wait || own ? untilDone(context, http, asked) : asked;
      },
      { durable: 'off' },
    );
    context.output.result(answer, describe(answer));
    return answer.state === 'done' || !wait ? EXIT.ok : EXIT.failed;
  },
};

async function untilDone(
  context: CommandContext,
  http: HttpClient,
  asked: ErasureAnswer,
): Promise<ErasureAnswer> {
  const { clock, signal } = context.deps;
  const progress = startProgress(context.output, 'erase', clock);
  const path = `/v1/erasures/${asked.erasureId}`;
  let urlSaid: string | undefined;
  try {
    for (;;) {
      const erasure = await http.json<ErasureAnswer>('GET', path, { signal });
      if (erasure.state === 'done' || erasure.failure !== undefined) return erasure;
      if (erasure.url !== undefined && erasure.url !== urlSaid) {
        urlSaid = erasure.url;
        context.output.remark(`watch it at ${urlSaid}`);
      }
      progress.update(STATES.indexOf(erasure.state), STATES.length - 1, erasure.state);
      await sleep(pollEveryMs, undefined, { signal });
    }
  } finally {
    progress.stop();
  }
}

function describe(erasure: ErasureAnswer): readonly string[] {
  const { deleted } = erasure;
  const rows: (readonly [string, string | undefined])[] = [
    ['erasure', erasure.erasureId],
    ['state', erasure.state],
    ['failure', erasure.failure],
    ['users', grouped(erasure.users)],
    ['events left out', erasure.events === undefined ? undefined : grouped(erasure.events)],
    ['model', modelOf(erasure)],
    ['replayed from', erasure.replayedFrom?.join(', ')],
    ['live from', erasure.promotedAt?.join(', ')],
    ['state hash', erasure.stateHash],
    ['checkpoints deleted', deleted && grouped(deleted.checkpoints)],
    ['merges deleted', deleted && grouped(deleted.merges)],
    ['training runs deleted', deleted && grouped(deleted.runs)],
    ['bases deleted', deleted?.bases.join(', ')],
    ['index releases deleted', deleted?.indexReleases.join(', ')],
    ['users purged', erasure.purged === undefined ? undefined : grouped(erasure.purged)],
    ['trained again', erasure.retraining],
  ];
  return pairs(
    rows.flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, value] as const],
    ),
  );
}

function modelOf({ version, parent, builtFrom }: ErasureAnswer): string | undefined {
  if (version === undefined) return undefined;
  const instead = `${version}, in the place of ${String(parent)}`;
  return builtFrom === parent
    ? instead
    : `${instead}; built from ${String(builtFrom)}, for the trained base held a user`;
}
