import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { startCli } from './harness.ts';
import type { CliHarness } from './harness.ts';

const execute = promisify(execFile);

/** Programs that complain about faults of a page; whichever is there is asked. */
const LINTS: readonly (readonly string[])[] = [
  ['mandoc', '-T', 'lint', '-W', 'warning'],
  ['groff', '-man', '-Tutf8', '-ww', '-z'],
  ['man', '--warnings=w', '-Tutf8', '-Z', '-l'],
];

/** What a lint says of a page: its complaints, or undefined where it is not there. */
async function complaints(lint: readonly string[], file: string): Promise<string | undefined> {
  const [program = '', ...args] = lint;
  try {
    const { stdout, stderr } = await execute(program, [...args, file]);
    return program === 'mandoc' ? stdout + stderr : stderr;
  } catch (error) {
    const {
      code,
      stdout = '',
      stderr = '',
    } = error as NodeJS.ErrnoException & {
      readonly stdout?: string;
      readonly stderr?: string;
    };
    return code === 'ENOENT' ? undefined : `${stdout}${stderr}${program} failed`;
  }
}

/** What a reader sees of a page. */
function plain(page: string): string {
  return page.replaceAll('\\-', '-').replace(/\\f[BIR]/g, '');
}

describe('the manual page', () => {
  let cli: CliHarness;
  let page: string;
  before(async () => {
    cli = await startCli();
    page = (await cli.run('man')).stdout;
  });
  after(() => cli.close());

  test('has every command and every option that --help has, and the exit codes', async () => {
    const words = plain(page);
    const help = (await cli.run('--help')).stdout;
    const names = [...help.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name);
    assert.ok(names.length > 20);
    for (const name of names.filter((each) => each !== 'help')) {
      const own = (await cli.run(name, '--help')).stdout;
      const [, listed] = own.split('\nCommands:\n');
      const below = [...(listed ?? '').matchAll(/^ {2}([a-z][a-z-]*)\b/gm)].map(
        ([, each = '']) => each,
      );
      const paths = below.filter((each) => each !== 'help');
      for (const path of paths.length > 0 ? paths : ['']) {
        const command = `${name} ${path}`.trim();
        assert.ok(words.includes(`.SS reprise ${command}\n`), command);
        const { stdout } = await cli.run(...command.split(' '), '--help');
        for (const [option] of stdout.matchAll(/--[a-z][a-z-]+/g)) {
          assert.ok(words.includes(option), `${command} ${option}`);
        }
      }
    }
    for (const code of [0, 1, 2, 3, 70, 130]) {
      assert.match(words, new RegExp(`\\.TP\\n${String(code)}\\n`));
      assert.match(help, new RegExp(`^ {2}${String(code)} +[a-z]`, 'm'));
    }
  });

  test('is plain ASCII without a stray control line', () => {
    assert.doesNotMatch(page, /[^\n\x20-\x7e]/);
    const controls = new Set([...page.matchAll(/^\.\S*/gm)].map(([control]) => control));
    assert.deepEqual([...controls].sort(), ['.PP', '.SH', '.SS', '.TH', '.TP', '.\\"']);
    assert.doesNotMatch(page, /^'/m);
  });

  test('passes the lints of the machine', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'reprise-man-'));
    try {
      const file = join(folder, 'reprise.1');
      await writeFile(file, page);
      const asked: string[] = [];
      for (const lint of LINTS) {
        const said = await complaints(lint, file);
        if (said === undefined) continue;
        asked.push(lint[0] ?? '');
        assert.equal(said, '');
      }
      if (asked.length === 0) t.skip('neither mandoc nor groff nor man is on this machine');
      else t.diagnostic(`asked ${asked.join(', ')}`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('is a document with --json', async () => {
    assert.equal((await cli.run('man', '--json')).json?.['page'], page);
  });
});
