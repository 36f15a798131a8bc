import { Option } from 'commander';

import { RepriseError } from '../../events/error.ts';
import type { CommandSpec } from './command.ts';

interface ExportOptions {
  readonly after?: readonly string[];
  readonly user?: string;
}

/** `export`: writes the journal's events to standard output, one JSON object a line. */
export const exportCommand: CommandSpec<ExportOptions> = {
  name: 'export',
  summary: 'write the journal as NDJSON to standard output, with the original ids',
  configure(command) {
    command.addOption(
      new Option(
        '--after <positions...>',
        'start behind these positions, such as 0:1234',
      ).conflicts('user'),
    );
    command.option('--user <id>', 'all that is held and derived of one user instead');
  },
  async run(context, _args, options) {
    const { signal } = context.deps;
    const after = (options.after ?? []).map((position) => `after=${encodeURIComponent(position)}`);
    const path =
      options.user === undefined
        ? `/v1/events/export${after.length === 0 ? '' : `?${after.join('&')}`}`
        : `/v1/users/${encodeURIComponent(options.user)}/export`;
    await context.withClient(
      async (client) => {
        const accept = 'application/x-ndjson';
        const response = await client.http.open('GET', path, { accept, signal });
        for await (const chunk of response as AsyncIterable<Buffer>) {
          await context.output.pour(chunk);
        }
        if (response.complete) return;
        throw new RepriseError('UNAVAILABLE', 'the export was cut off: run the command again');
      },
      { durable: 'off' },
    );
    return undefined;
  },
};
