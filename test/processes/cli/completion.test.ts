import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { startCli } from './harness.ts';
import type { CliHarness } from './harness.ts';

const execute = promisify(execFile);

describe('completion', () => {
  let cli: CliHarness;
  before(async () => {
    cli = await startCli();
  });
  after(() => cli.close());

  /** What bash offers at the end of a line. */
  async function offered(line: string): Promise<readonly string[]> {
    const { stdout: script } = await cli.run('completion', 'bash');
    const words = line.split(' ').map((word) => `'${word}'`);
    const asked = `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${String(words.length - 1)}; _reprise`;
    const shell = `${script}\n${asked}; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await execute('bash', ['--norc', '-c', shell]);
    return stdout.trim().split('\n');
  }

  function check(line: string, expected: readonly string[]): void {
    test(`of "${line}" in bash`, async () => {
      assert.deepEqual(await offered(line), expected);
    });
  }
  check('reprise prom', ['promote']);
  check('reprise re', ['recommend', 'rebuild']);
  check('reprise start --po', ['--port']);
  check('reprise --json keys c', ['create']);
  check('reprise keys create --sc', ['--scope']);
  check('reprise completion z', ['zsh']);
  check('reprise train --nothing', ['']);

  test('has every command for every shell', async () => {
    const { stdout: help } = await cli.run('--help');
    const names = [...help.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name = '']) => name);
    assert.ok(names.length > 20);
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { exit, stdout } = await cli.run('completion', shell);
      assert.equal(exit, 0);
      for (const name of names) assert.match(stdout, new RegExp(`\\b${name}\\b`), shell);
      assert.match(stdout, /scope/);
    }
  });

  test('is a document with --json', async () => {
    const { json } = await cli.run('completion', 'fish', '--json');
    assert.equal(json?.['shell'], 'fish');
    assert.match(
      String(json['script']),
      /^complete -c reprise -n '__fish_use_subcommand' -a start/m,
    );
  });

  test('refuses a shell that is not known', async () => {
    const { exit, stderr } = await cli.run('completion', 'tcsh');
    assert.equal(exit, 2);
    assert.match(stderr, /bash, zsh, fish/);
  });

  test('--help fits 80 columns', async () => {
    const { stdout } = await cli.run('--help');
    assert.deepEqual(
      stdout.split('\n').filter((line) => line.length > 80),
      [],
    );
  });
});
