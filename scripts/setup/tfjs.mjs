import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { keyOf, keyOfFiles, made, placeFile } from './cache.mjs';
import { compileAddon } from './compile.mjs';
import { download, verify } from './download.mjs';
import * as pins from './pins.mjs';
import { pathWithNode, run, StepError } from './run.mjs';
import { unzip } from './unzip.mjs';

const selfCheckMsMax = 60_000;
const addonPath = join('lib', 'napi-v8', 'tfjs_binding.node');
const sharedObject = /^libtensorflow.*\.so\.2$/;
const remedy =
  'install a C++ compiler, and Maven with a JDK (Debian, Ubuntu: apt-get install g++ maven) or an open ' +
  'connection to storage.googleapis.com, then run npm run setup';

/**
 * Makes tfjs-node loadable: libtensorflow from its official archive or from a Java archive, and the package's
 * own addon compiled against it; where that can't be, the package's own installer. Returns `{how, version, path, needs}`.
 */
export async function provideTfjs({ root, cache, packages, logFile, progress }) {
  const folder = join(root, 'node_modules', '@tensorflow', 'tfjs-node');
  progress.begin('tfjs', 'tfjs-node: libtensorflow and its addon');
  // Fetching goes on while the packages are installed; its failure is looked at afterwards.
  const fetching = provideLibrary({ cache, logFile, progress }).catch((error) => error);
  await packages;
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const library = await fetching;
  let how;
  const needs = [];
  try {
    if (library instanceof Error) throw library;
    await placeCompiled({ root, cache, folder, library, logFile });
    how = `compiled against libtensorflow ${library.version}`;
    needs.push(library.folder);
  } catch (error) {
    progress.begin('tfjs', `${error.message}; trying the package's own installer`);
    await byOwnInstaller({ cache, folder, version, logFile, before: error });
    how = "the package's own installer";
  }
  await selfCheck(root, logFile);
  return { how, version, path: join(folder, addonPath), needs };
}

async function provideLibrary({ cache, logFile, progress }) {
  const { archive, jar } = pins.tensorflow;
  const folderOf = (source) => join(cache, 'libtensorflow', `${source.version}-${source.platform}`);
  for (const source of [archive, jar]) {
    if (existsSync(folderOf(source))) return { ...source, folder: folderOf(source) };
  }
  if (pins.platform !== archive.platform)
    throw new StepError(`nothing pinned for ${pins.platform}`);
  try {
    await made(folderOf(archive), (scratch) => fromArchive(archive, scratch, logFile));
    return { ...archive, folder: folderOf(archive) };
  } catch (first) {
    progress.begin('tfjs', `${first.message}; trying Maven`);
    try {
      await made(folderOf(jar), (scratch) => fromJar(jar, scratch, logFile));
      return { ...jar, folder: folderOf(jar) };
    } catch (second) {
      throw new StepError(`${first.message}; ${second.message}`, { remedy, cause: second });
    }
  }
}

async function fromArchive(archive, scratch, logFile) {
  const file = join(scratch, 'libtensorflow.tar.gz');
  await download(archive, file, pins);
  await run('tar', ['-xzf', file, '-C', scratch], { logFile, msMax: 60_000 });
  await rm(file);
}

/** Maven gets a repository of its own, so that the archive doesn't stay in the user's for ever. */
async function fromJar(jar, scratch, logFile) {
  const repository = join(scratch, 'maven');
  const coordinates = `${jar.group}:${jar.artifact}:${jar.release}:jar:${jar.classifier}`;
  const options = ['--batch-mode', '--no-transfer-progress', `-Dmaven.repo.local=${repository}`];
  const goal = [jar.plugin, '-Dtransitive=false', `-Dartifact=${coordinates}`];
  await run('mvn', [...options, ...goal], { logFile, msMax: pins.downloadMsMax });
  const file = join(
    ...[repository, ...jar.group.split('.'), jar.artifact, jar.release],
    `${jar.artifact}-${jar.release}-${jar.classifier}.jar`,
  );
  await verify(file, jar.sha256);
  await mkdir(join(scratch, 'lib'));
  const count = await unzip(file, (path) => {
    const name = path.slice(jar.folder.length);
    return path.startsWith(jar.folder) && sharedObject.test(name)
      ? join(scratch, 'lib', name)
      : undefined;
  });
  if (count !== 2) throw new StepError(`found ${count} libraries in ${coordinates}, not 2`);
  await rm(repository, { recursive: true });
}

async function placeCompiled({ root, cache, folder, library, logFile }) {
  const ownHeaders = join(library.folder, 'include');
  const headers = existsSync(ownHeaders) ? ownHeaders : join(import.meta.dirname, 'include');
  const recipe = keyOfFiles(import.meta.dirname, ['compile.mjs', 'include']);
  const key = keyOf(recipe, library.folder, keyOfFiles(folder, ['binding'])).slice(0, 16);
  const kept = await made(join(cache, 'addons', `tfjs-${key}`), async (scratch) => {
    const names = await readdir(join(library.folder, 'lib'));
    await compileAddon({
      root,
      name: 'tfjs_binding',
      sources: ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(folder, 'binding', file)),
      includes: [headers],
      libraries: names
        .filter((name) => sharedObject.test(name))
        .map((name) => join(library.folder, 'lib', name)),
      output: join(scratch, 'tfjs_binding.node'),
      logFile,
    });
  });
  await placeFile(join(kept, 'tfjs_binding.node'), join(folder, addonPath));
}

/** What the package's installer unpacked is kept too, since `npm ci` empties the package's folder. */
async function byOwnInstaller({ cache, folder, version, logFile, before }) {
  const kept = join(cache, 'tfjs-installed', `${version}-${pins.platform}`);
  try {
    await made(kept, async (scratch) => {
      const env = pathWithNode(join(folder, '..', '..', '.bin'));
      const args = [join(folder, 'scripts', 'install.js')];
      await run(process.execPath, args, { cwd: folder, env, logFile, msMax: pins.downloadMsMax });
      if (!existsSync(join(folder, addonPath))) throw new StepError('the installer made no addon');
      for (const name of ['deps', 'lib']) await copyFolder(join(folder, name), join(scratch, name));
    });
  } catch (error) {
    throw new StepError(`${before.message}; ${error.message}`, {
      cause: error,
      remedy: before.remedy ?? remedy,
    });
  }
  for (const name of ['deps', 'lib']) await copyFolder(join(kept, name), join(folder, name));
}

function copyFolder(from, to) {
  return cp(from, to, { recursive: true, force: true, verbatimSymlinks: true });
}

/** Loads the addon in a process of its own and takes a gradient that must come out right. */
async function selfCheck(root, logFile) {
  const program = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value === null || value === undefined;
    util.isArray ??= Array.isArray;
    const tf = require('@tensorflow/tfjs-node');
    const rows = tf.tensor1d([0, 2, 2], 'int32');
    const loss = (table) => tf.gather(table, rows).square().sum();
    const gradient = tf.grad(loss)(tf.tensor1d([1, 2, 3])).arraySync().join();
    if (tf.getBackend() !== 'tensorflow') throw new Error('backend ' + tf.getBackend());
    if (gradient !== '2,0,12') throw new Error('wrong gradient ' + gradient);`;
  const env = { TF_CPP_MIN_LOG_LEVEL: '2' };
  await run(process.execPath, ['-e', program], { cwd: root, env, logFile, msMax: selfCheckMsMax });
}
