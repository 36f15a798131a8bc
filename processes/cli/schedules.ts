import type { ScheduleAnswer } from '../../api/schema/schedules.ts';
import { RepriseError } from '../../events/error.ts';
import type { CommandSpec } from './command.ts';
import { table } from './table.ts';

interface SchedulesOptions {
  readonly pause?: string;
  readonly resume?: string;
  readonly trigger?: string;
}

/** `schedules`: tells what runs by itself, and pauses, resumes or triggers it. */
export const schedulesCommand: CommandSpec<SchedulesOptions> = {
  name: 'schedules',
  summary: 'list what runs by itself: when, what it started last, and when it runs next',
  configure(command) {
    command
      .option('--pause <name>', 'let a schedule start nothing until it is resumed')
      .option('--resume <name>', 'let a paused schedule go on')
      .option('--trigger <name>', 'start what a schedule starts, now');
  },
  async run(context, _args, options) {
    const asked = Object.entries(options as Readonly<Record<string, string>>).filter(([control]) =>
      ['pause', 'resume', 'trigger'].includes(control),
    );
    const [first, second] = asked;
    if (second !== undefined) {
      throw new RepriseError(
        'INVALID',
        `--${String(first?.[0])} and --${second[0]} are two: name one`,
      );
    }
    const schedules = await context.withClient(
      async ({ http, own }) => {
        if (first === undefined) {
          const listed = await http.json<{ readonly schedules: readonly ScheduleAnswer[] }>(
            'GET',
            '/v1/schedules',
          );
          return listed.schedules;
        }
        const [control, name] = first;
        if (own && control === 'trigger') {
          const remedy = 'a run goes on only while a server does: start one first';
          throw new RepriseError('UNAVAILABLE', `no server runs on this data folder: ${remedy}`);
        }
        const path = `/v1/schedules/${encodeURIComponent(name)}/${control}`;
        return [await http.json<ScheduleAnswer>('POST', path, { body: {} })];
      },
      { durable: 'lazy' },
    );
    context.output.result(first === undefined ? { schedules } : schedules[0], describe(schedules));
    return undefined;
  },
};

function describe(schedules: readonly ScheduleAnswer[]): string[] {
  return table(
    ['name', 'state', 'when', 'next run', 'last run', 'ended', 'runs'],
    schedules.map(({ name, state, when, variable, nextRun, lastRun, runs }) => [
      ...[name, state, when === 'off' ? `set ${variable}` : when],
      ...[timeOf(nextRun), timeOf(lastRun?.at), lastRun?.state ?? '', String(runs)],
    ]),
  );
}

function timeOf(time: string | null | undefined): string {
  return time?.replace(/\.\d+Z$/, 'Z') ?? '';
}
