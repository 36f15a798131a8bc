import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startCli } from '../processes/cli/harness.ts';
import { pageText } from './markdown.ts';

test('every command is documented, and its documented options are those of --help', async () => {
  const rows = pageText('docs/command-line.md').matchAll(
    /^\| `([\w-]+)([^`]*)` (?:and [^|]*)?\|/gm,
  );
  const cli = await startCli();
  try {
    const documented: string[] = [];
    for (const [, command = '', usage = ''] of rows) {
      documented.push(command);
      // `evaluate ncf …` is a command of a command.
      const below = /^ ([a-z][a-z-]*)\b/.exec(usage)?.slice(1) ?? [];
      const { stdout } = await cli.run(command, ...below, '--help');
      for (const [option] of usage.matchAll(/--[a-z-]+/g)) {
        assert.ok(stdout.includes(option), `${command} has no ${option}`);
      }
    }
    const help = (await cli.run('--help')).stdout;
    const commands = [...help.matchAll(/^ {2}([a-z][a-z-]*)\b/gm)].map(([, name]) => name);
    const known = commands.filter((name) => name !== 'help' && !/^\d/.test(name ?? ''));
    assert.deepEqual([...new Set(documented)].sort(), [...new Set(known)].sort());
  } finally {
    await cli.close();
  }
});
