import type { CommandSpec } from './command.ts';
import { followRun } from './run-follower.ts';

interface IndexOptions {
  readonly kind?: string;
}

/** `index`: builds a Faiss index durably and swaps it in when its recall is good enough. */
export const indexCommand: CommandSpec<IndexOptions> = {
  name: 'index',
  summary:
    'build an approximate index of the items; it is used when its recall@10 is at least 0.99',
  configure(command) {
    command.option('--kind <description>', 'Faiss index, such as IVF1024,Flat (default: by size)');
  },
  run(context, _args, { kind }) {
    const body = kind === undefined ? {} : { kind };
    return followRun(context, { label: 'index', path: '/v1/index-releases', body });
  },
};
