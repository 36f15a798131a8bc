import { setTimeout as sleep } from 'node:timers/promises';

import { Option } from 'commander';

import type { Models } from '../../api/schema/answers.ts';
import { gateEventsMax } from '../../api/schema/versions.ts';
import type { PromotionAnswer } from '../../api/schema/versions.ts';
import { RepriseError } from '../../events/error.ts';
import type { Client } from './client.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import { wholeNumber } from './command.ts';
import type { ExitCode } from './failure.ts';
import { EXIT } from './failure.ts';
import { startProgress } from './progress.ts';
import { pairs } from './table.ts';

/** How long a core that this command started may take to bring a version to the head again. */
export const ownCatchUpMsMax = 600_000;
const lookEveryMs = 200;

interface PromoteOptions {
  readonly ifBetter?: 'recall10' | 'mrr10';
  readonly eventsMin?: number;
}

/** `promote`: makes a version live that follows the stream. */
export const promoteCommand: CommandSpec<PromoteOptions> = {
  name: 'promote',
  summary: 'make a model version live that follows the stream; no request fails meanwhile',
  configure(command) {
    command
      .argument('<version>', 'the version, as models lists it')
      .addOption(
        new Option(
          '--if-better <metric>',
          'only where it is shown to be better than the live one, at 95 %',
        ).choices(['recall10', 'mrr10']),
      )
      .option(
        '--events-min <n>',
        'events that both have to be tested on, with --if-better (default: 1000)',
        wholeNumber(1, gateEventsMax),
      );
  },
  run(context, [version = ''], { ifBetter: metric, eventsMin }) {
    if (metric === undefined && eventsMin !== undefined) {
      throw new RepriseError('INVALID', '--events-min says what --if-better asks for: give both');
    }
    const gate = { metric, ...(eventsMin === undefined ? {} : { eventsMin }) };
    const body = metric === undefined ? {} : { gate };
    return switchTo(context, () => ({ target: version, path: pathOf(version, 'promote'), body }));
  },
};

/** `rollback`: makes the version live again that was live before. */
export const rollbackCommand: CommandSpec<object> = {
  name: 'rollback',
  summary: 'make the model version live again that was live before',
  run(context) {
    return switchTo(context, ({ live, models }) => ({
      target: models.find(({ aliases }) => aliases?.includes('previous') === true)?.version,
      path: pathOf(live, 'rollback'),
    }));
  },
};

/** Where a switch leads, and what asks for it. */
interface Switching {
  readonly target: string | undefined;
  readonly path: string;
  readonly body?: object;
}

async function switchTo(
  context: CommandContext,
  switching: (models: Models) => Switching,
): Promise<ExitCode> {
  const promotion = await context.withClient(
    async (client) => {
      const models = await client.http.json<Models>('GET', '/v1/models');
      const { target, path, body = {} } = switching(models);
      if (client.own && target !== undefined) await caughtUp(context, client, target);
      return client.http.json<PromotionAnswer>('POST', path, { body });
    },
    { durable: 'off' },
  );
  context.output.result(promotion, [
    `${promotion.version} is live`,
    ...pairs([
      ['before', promotion.previous],
      ['from', promotion.positions.join(', ')],
      ['switched in', `${promotion.switchMs.toFixed(1)} ms`],
    ]),
  ]);
  return EXIT.ok;
}

/** Waits until a core that has just started has brought a version that it holds to where the live one stands. */
async function caughtUp(context: CommandContext, { http }: Client, target: string): Promise<void> {
  const { clock, signal } = context.deps;
  const progress = startProgress(context.output, `replay of ${target}`, clock);
  const sinceMs = clock();
  try {
    for (;;) {
      const { live, models } = await http.json<Models>('GET', '/v1/models');
      const wanted = models.find(({ version }) => version === target);
      const isNamed = (wanted?.aliases ?? []).some((name) => name !== 'live');
      // What has no name is not held: the server says so.
      if (!isNamed) return;
      const done = sumOf(wanted?.positions);
      const total = sumOf(models.find(({ version }) => version === live)?.positions);
      if (wanted?.positions !== null && done >= total) return;
      progress.update(done, total);
      if (clock() - sinceMs > ownCatchUpMsMax) {
        throw new RepriseError('TIMEOUT', `${target} has not caught up in time: start the server`);
      }
      await sleep(lookEveryMs, undefined, { signal });
    }
  } finally {
    progress.stop();
  }
}

function sumOf(positions: readonly string[] | null | undefined): number {
  return (positions ?? []).reduce((sum, one) => sum + Number(one.split(':')[1]) + 1, 0);
}

function pathOf(version: string, verb: 'promote' | 'rollback'): string {
  return `/v1/models/${encodeURIComponent(version)}/${verb}`;
}
