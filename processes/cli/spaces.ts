import type { SpaceAnswer } from '../../api/schema/spaces.ts';
import type { CommandSpec } from './command.ts';
import { table } from './table.ts';

/** `spaces`: tells which spaces run beside the main one. */
export const spacesCommand: CommandSpec<object> = {
  name: 'spaces',
  summary: 'list the spaces that the server runs beside the main one, and whether they are up',
  async run(context) {
    const { spaces } = await context.withClient(
      ({ http }) => http.json<{ readonly spaces: readonly SpaceAnswer[] }>('GET', '/v1/spaces'),
      { durable: 'off' },
    );
    const rows = spaces.map(({ name, state, since, restarts, why }) => [
      ...[name, state, since.replace(/\.\d+Z$/, 'Z'), String(restarts), why ?? ''],
    ]);
    context.output.result({ spaces }, table(['name', 'state', 'since', 'restarts', 'why'], rows));
    return undefined;
  },
};
