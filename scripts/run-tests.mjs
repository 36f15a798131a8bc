/**
 * Runs test files with Node's test runner, as many at a time as there are cores, and ends with the runner's
 * closing lines. A file that brings the load of a whole machine runs before the others, alone. Files over real servers that failed beside others are run once more, alone, and that is said: what
 * a busy machine did passes then, and what is wrong fails again. A list without files is a failure: `node --test` itself would find nothing in a folder of
 * .ts files on Node 20 and call that a success.
 */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { shareStack, usesStack } from './test-stack.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** How long one test file may take. */
const fileMsMax = 10 * 60_000;

/** The files that take longest come first, so that none of them runs alone at the end. */
const longest = [
  'test/services/',
  'test/checks/',
  'test/workflows/',
  'test/simulation/',
  'test/processes/',
];

/** The files over real servers and processes, where a time-out may be the machine's doing. */
const overServers = [
  ...['test/cluster/', 'test/services/', 'test/e2e/'],
  ...['test/processes/', 'test/workflows/', 'test/adapters/temporal-server.test.ts'],
];

/** The files that bring as much load as two cores bear, which they can't beside others. */
const alone = ['test/cluster/chaos.test.ts'];

/** How many failed files may be the machine's doing. */
const runAgainMax = 3;

function rankOf(file) {
  const at = longest.findIndex((folder) => file.startsWith(folder));
  return at < 0 ? longest.length : at;
}

/** Lists the test files below the given paths, relative to the project, longest first. */
function listFiles(paths) {
  const chosen = paths.map((path) => resolve(path));
  return readdirSync(join(root, 'test'), { recursive: true })
    .map((name) => join(root, 'test', name))
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => chosen.length === 0 || chosen.some((path) => isWithin(path, file)))
    .map((file) => relative(root, file).split(sep).join('/'))
    .sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1));
}

function isWithin(path, file) {
  return file === path || file.startsWith(path + sep);
}

/** Runs the files and shows how it goes; returns those that failed. */
async function runFiles(chosen, concurrency) {
  const tests = run({
    files: chosen.map((file) => join(root, file)),
    concurrency,
    timeout: fileMsMax,
  });
  const failed = new Set();
  tests.on('test:fail', ({ todo, file }) => {
    if (todo === undefined || todo === false) failed.add(relative(root, file ?? root));
  });
  const shown = tests.compose(spec);
  shown.pipe(process.stdout, { end: false });
  await once(shown, 'end');
  return [...failed];
}

/** Tells whether a busy machine may be why these files failed. */
function isWorthAgain(failed) {
  const isOverServers = (file) => overServers.some((folder) => file.startsWith(folder));
  return failed.length > 0 && failed.length <= runAgainMax && failed.every(isOverServers);
}

async function runAll(chosen) {
  const failed = [];
  for (const file of chosen.filter((each) => alone.includes(each))) {
    failed.push(...(await runFiles([file], 1)));
  }
  const others = chosen.filter((each) => !alone.includes(each));
  if (others.length > 0) failed.push(...(await runFiles(others, availableParallelism())));
  if (!isWorthAgain(failed)) return failed;
  console.log(`\nrun again, alone, for they failed beside others: ${failed.join(', ')}\n`);
  return runFiles(failed, 1);
}

const files = listFiles(process.argv.slice(2));
if (files.length === 0) {
  console.error(`no test files below ${process.argv.slice(2).join(', ') || 'test/'}`);
  process.exitCode = 1;
} else {
  process.chdir(root);
  // An outer runner's stack, or one that a person holds, is shared with them.
  const isShared = !process.env.REPRISE_TEST_STACK && files.some(usesStack);
  const endStack = isShared ? await shareStack() : async () => undefined;
  try {
    if ((await runAll(files)).length > 0) process.exitCode = 1;
  } finally {
    await endStack();
  }
}
