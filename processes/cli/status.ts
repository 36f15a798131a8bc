import type { StatusAnswer } from '../../api/schema/answers.ts';
import type { CommandSpec } from './command.ts';
import { grouped, pairs } from './table.ts';

/** `status`: shows what the instance says of itself. */
export const statusCommand: CommandSpec<object> = {
  name: 'status',
  summary: 'show where journal, model, read models and native parts stand',
  async run(context) {
    const { status, own } = await context.withClient(
      async (client) => ({
        status: await client.http.json<StatusAnswer>('GET', '/v1/status'),
        own: client.own,
      }),
      { durable: 'off' },
    );
    const server = own ? 'none; the data folder was opened for this' : upFor(status.uptimeSeconds);
    context.output.result({ ...status, server: !own }, describe(status, server));
    return undefined;
  },
};

function upFor(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes < 120
    ? `up for ${String(minutes)} min`
    : `up for ${String(Math.floor(minutes / 60))} h`;
}

function describe(status: StatusAnswer, server: string): string[] {
  const { counts, journal, model, replay, search } = status;
  const lease = replay.leased ? 'leased by a workflow' : `unleased${because(replay.reason)}`;
  return pairs([
    ['release', `${status.release}, ${status.profile}, ${String(status.partitions)} partition(s)`],
    ['server', server],
    ['events', grouped(counts.events)],
    ['users', grouped(counts.users)],
    ['items', grouped(counts.items)],
    ['refused', grouped(counts.refused)],
    [
      'journal',
      `${journal.heads.join(', ')}; ${megabytes(journal.bytes)}${journal.full ? '; FULL' : ''}`,
    ],
    ['model', `${model.version} (${model.learner}) at ${model.positions.join(', ')}`],
    ['replay', `${grouped(replay.behind)} events behind, ${lease}`],
    [
      'search',
      `${search.mode}${search.release === undefined ? '' : ` (${search.release})`}${because(search.reason)}`,
    ],
    ['memory', megabytes(status.residentBytes)],
    ...status.projections.map(
      ({ name, positions }) => [`read model ${name}`, positions.join(', ')] as const,
    ),
    ...status.parts.map(
      ({ name, on, reason }) => [name, on ? 'on' : `off${because(reason)}`] as const,
    ),
    ...Object.entries(status.links ?? {}),
    ...(status.erasures ?? []).map(
      ({ erasureId, state, users }) =>
        ['erasure', `${erasureId} ${state}, ${grouped(users)} user(s)`] as const,
    ),
    ...(status.warnings ?? []).map(({ message }) => ['warning', message] as const),
    ...(status.awaited.length === 0 ? [] : [['awaited', status.awaited.join(', ')] as const]),
  ]);
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${reason}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
