import type { CommandSpec } from './command.ts';
import { followRun } from './run-follower.ts';

/** `index`: builds a Faiss index durably and swaps it in when its recall is good enough. */
export const indexCommand: CommandSpec<object> = {
  name: 'index',
  summary:
    'build an approximate index of the items; it is used when its recall@10 is at least 0.99',
  run(context) {
    return followRun(context, { label: 'index', path: '/v1/index-releases', body: {} });
  },
};
