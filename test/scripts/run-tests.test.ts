import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { type FakeClone, makeFakeClone, type Outcome } from './fake-clone.ts';

const passing = "import { test } from 'node:test';\ntest('passes', () => undefined);\n";
const failing =
  "import { test } from 'node:test';\ntest('fails', () => { throw new Error('no'); });\n";

async function cloneWith(t: TestContext, files: Record<string, string>): Promise<FakeClone> {
  const clone = await makeFakeClone();
  t.after(() => clone.remove());
  await clone.write('test/nothing.txt', '');
  for (const [file, content] of Object.entries(files)) await clone.write(file, content);
  return clone;
}

function runTests(clone: FakeClone, ...paths: string[]): Promise<Outcome> {
  return clone.run(['--import', import.meta.resolve('tsx'), 'scripts/run-tests.mjs', ...paths]);
}

test('a list without files is a failure', async (t) => {
  const clone = await cloneWith(t, {});
  const { code, stderr } = await runTests(clone);
  assert.equal(code, 1);
  assert.match(stderr, /no test files/);
});

test('files are found at every depth, and the closing lines count them', async (t) => {
  const clone = await cloneWith(t, { 'test/a.test.ts': passing, 'test/b/c/d.test.ts': passing });
  const { code, stdout } = await runTests(clone);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /ℹ tests 2\n(.*\n)*ℹ pass 2\nℹ fail 0\n(.*\n)*ℹ skipped 0\n/);
});

test('a failing test, and a file that cannot be loaded, fail the run', async (t) => {
  const clone = await cloneWith(t, { 'test/a.test.ts': passing, 'test/b.test.ts': failing });
  const { code, stdout } = await runTests(clone);
  assert.equal(code, 1);
  assert.match(stdout, /ℹ pass 1\nℹ fail 1\n/);
  const broken = await cloneWith(t, { 'test/a.test.ts': "import './absent.ts';\n" });
  assert.equal((await runTests(broken)).code, 1);
});

test('only the files below the given paths are run', async (t) => {
  const clone = await cloneWith(t, { 'test/a/x.test.ts': passing, 'test/ab/y.test.ts': failing });
  const { code, stdout } = await runTests(clone, 'test/a');
  assert.equal(code, 0, stdout);
  assert.match(stdout, /ℹ tests 1\n/);
});

const failingOnce = [
  "import { existsSync, writeFileSync } from 'node:fs';",
  "import { test } from 'node:test';",
  "const isSecond = existsSync('met');",
  "writeFileSync('met', '');",
  "test('fails once', () => { if (!isSecond) throw new Error('no'); });\n",
].join('\n');

test('a file over servers that failed beside others is run again, alone, and that is said', async (t) => {
  const clone = await cloneWith(t, {
    'test/a.test.ts': passing,
    'test/cluster/b.test.ts': failingOnce,
  });
  const { code, stdout } = await runTests(clone);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /run again, alone, .*: test\/cluster\/b\.test\.ts\n/);
  assert.match(stdout, /ℹ tests 1\n(.*\n)*ℹ pass 1\nℹ fail 0\n/);
});

test('what fails again alone, and any other file that fails, fails the run', async (t) => {
  const again = await cloneWith(t, { 'test/cluster/b.test.ts': failing });
  const { code, stdout } = await runTests(again);
  assert.equal(code, 1);
  assert.match(stdout, /run again, alone/);
  const other = await cloneWith(t, { 'test/model/b.test.ts': failingOnce });
  const outcome = await runTests(other);
  assert.equal(outcome.code, 1);
  assert.doesNotMatch(outcome.stdout, /run again/);
});
