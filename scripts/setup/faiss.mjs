import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { keyOf, keyOfFiles, made, placeFile } from './cache.mjs';
import { compileAddon } from './compile.mjs';
import { downloadDebian, unpackDebian } from './debian.mjs';
import { download } from './download.mjs';
import { patched } from './faiss-patch.mjs';
import * as pins from './pins.mjs';
import { run, StepError } from './run.mjs';

const selfCheckMsMax = 30_000;
const addonPath = join('build', 'Release', 'faiss-node.node');
const packageMsMax = 120_000;
const remedy =
  'on Debian or Ubuntu install a C++ compiler (apt-get install g++), elsewhere an open connection to ' +
  'github.com is needed, then run npm run setup';

/**
 * Makes faiss-node loadable. First choice: its own source, mended, compiled against Debian's faiss, which is
 * unpacked into the cache (no root needed, nothing installed). Second: the prebuilt addon that its own
 * installer would fetch, which leaks and can abort. Returns `{how, version, path, needs}`.
 */
export async function provideFaiss({ root, cache, packages, logFile, progress }) {
  const folder = join(root, 'node_modules', 'faiss-node');
  progress.begin('faiss', 'faiss-node: faiss, a BLAS and its addon');
  const fetching = provideLibrary({ cache, logFile }).catch((error) => error);
  await packages;
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const library = await fetching;
  let how;
  const needs = [];
  try {
    if (library instanceof Error) throw library;
    await placeCompiled({ root, cache, folder, library, logFile });
    how = `compiled against ${basename(library)}`;
    needs.push(library);
  } catch (error) {
    progress.begin('faiss', `${error.message}; trying the prebuilt addon`);
    await byPrebuilt({ cache, folder, version, logFile, before: error });
    how = 'prebuilt, with its known leaks';
  }
  await selfCheck(root, logFile);
  return { how, version, path: join(folder, addonPath), needs };
}

/** Returns the folder with `include/` and `lib/`, named for the version of faiss. */
async function provideLibrary({ cache, logFile }) {
  const parent = join(cache, 'faiss');
  const kept = existsSync(parent) ? await readdir(parent) : [];
  const found = kept.find((name) => name.startsWith(`libfaiss-`) && name.endsWith(pins.platform));
  if (found !== undefined) return join(parent, found);
  const scratch = join(parent, `fetching.${process.pid}`);
  await mkdir(scratch, { recursive: true });
  try {
    const files = await downloadPackages(scratch, logFile);
    const version = /^libfaiss-dev_([^_]+)_/.exec(files.join('\n'))?.[1] ?? 'unknown';
    const name = `libfaiss-${decodeURIComponent(version).replace(/[^\w.+-]/g, '-')}-${pins.platform}`;
    return await made(join(parent, name), (target) => unpack({ files, scratch, target, logFile }));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function downloadPackages(scratch, logFile) {
  const names = pins.faiss.debian.filter(
    (name) => pins.platform === 'linux-x64' || !/quadmath/.test(name),
  );
  const { debianSha256 } = pins.faiss;
  return await downloadDebian({ names, sha256: debianSha256, folder: scratch, logFile, remedy });
}

async function unpack({ files, scratch, target, logFile }) {
  const whole = join(scratch, 'root');
  await unpackDebian({ files, folder: scratch, target: whole, logFile });
  await cp(join(whole, 'usr', 'include'), join(target, 'include'), { recursive: true });
  await mkdir(join(target, 'lib'));
  const wanted = /^(libfaiss\.a|lib(openblas|gfortran|quadmath)\.so\.\d+)$/;
  for (const file of await readdir(join(whole, 'usr', 'lib'), { recursive: true })) {
    const name = basename(file);
    if (wanted.test(name))
      await copyFile(join(whole, 'usr', 'lib', file), join(target, 'lib', name));
  }
  for (const name of ['libfaiss.a', 'libopenblas.so.0']) {
    if (!existsSync(join(target, 'lib', name)))
      throw new StepError(`Debian's packages have no ${name}`);
  }
}

async function placeCompiled({ root, cache, folder, library, logFile }) {
  const recipe = keyOfFiles(import.meta.dirname, ['compile.mjs', 'faiss-patch.mjs', 'include']);
  const key = keyOf(recipe, library, keyOfFiles(folder, ['src'])).slice(0, 16);
  const kept = await made(join(cache, 'addons', `faiss-${key}`), async (scratch) => {
    const source = join(scratch, 'faiss.cc');
    await writeFile(source, patched(await readFile(join(folder, 'src', 'faiss.cc'), 'utf8')));
    // The archive first: it is what needs the others.
    const names = (await readdir(join(library, 'lib'))).sort(
      (a, b) => Number(b.endsWith('.a')) - Number(a.endsWith('.a')),
    );
    await compileAddon({
      root,
      name: 'faiss_node',
      sources: [source],
      includes: [join(library, 'include'), nodeAddonApi(folder)],
      flags: ['-fopenmp', '-include', join(import.meta.dirname, 'include', 'faiss-node-compat.h')],
      libraries: names.map((name) => join(library, 'lib', name)),
      output: join(scratch, 'faiss-node.node'),
      logFile,
    });
  });
  await placeFile(join(kept, 'faiss-node.node'), join(folder, addonPath));
}

function nodeAddonApi(folder) {
  return dirname(
    createRequire(join(folder, 'package.json')).resolve('node-addon-api/package.json'),
  );
}

async function byPrebuilt({ cache, folder, version, logFile, before }) {
  const { prebuilt } = pins.faiss;
  const kept = join(cache, 'faiss-prebuilt', `${version}-${pins.platform}`);
  try {
    await made(kept, async (scratch) => {
      if (pins.platform !== prebuilt.platform) throw new StepError(`none for ${pins.platform}`);
      const file = join(scratch, 'addon.tar.gz');
      await download(prebuilt, file, pins);
      await run('tar', ['-xzf', file, '-C', scratch], { logFile, msMax: packageMsMax });
      await rm(file);
    });
    await cp(kept, folder, { recursive: true, force: true });
  } catch (error) {
    throw new StepError(`${before.message}; no prebuilt addon: ${error.message}`, {
      cause: error,
      remedy: before.remedy ?? remedy,
    });
  }
}

/** Loads the addon in a process of its own; an index must survive being written and read. */
async function selfCheck(root, logFile) {
  const program = `
    const { Index, MetricType } = require('faiss-node');
    const index = Index.fromFactory(2, 'HNSW16', MetricType.METRIC_INNER_PRODUCT);
    index.add([1, 0, 0, 1, 0.7, 0.7]);
    const labels = Index.fromBuffer(index.toBuffer()).search([0, 1], 2).labels.join();
    if (labels !== '1,2') throw new Error('wrong neighbours ' + labels);`;
  const env = { OMP_WAIT_POLICY: 'passive' };
  await run(process.execPath, ['-e', program], { cwd: root, env, logFile, msMax: selfCheckMsMax });
}
