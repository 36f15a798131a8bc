import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyOf, keyOfFiles } from './cache.mjs';
import { packagesAreFresh } from './packages.mjs';
import { platform } from './pins.mjs';

/** The parts that are native code; any of them may be missing. */
export const nativeParts = ['tfjs', 'faiss', 'temporal'];

/** What each built part is made from, below the project's root, and the file that it makes. */
const builtParts = {
  kernel: {
    script: 'scripts/build-kernel.mjs',
    sources: ['model/kernel/assembly', 'package.json'],
    output: '.build/kernel.wasm',
  },
  workflows: {
    script: 'scripts/build-workflows.mjs',
    sources: ['workflows', 'events', 'package-lock.json'],
    output: '.build/workflows.js',
    needs: 'workflows/index.ts',
  },
  page: {
    script: 'scripts/build-page.mjs',
    sources: ['web', 'package-lock.json'],
    output: '.build/page/index.html',
    needs: 'web/index.html',
  },
};

/** What the compiled addons have in common. */
const compiled = ['compile.mjs', 'include'];

const statusFile = (root) => join(root, '.native', 'status.json');
const stampFile = (root, part) => join(root, '.build', `${part}.key`);

/** Reads what is known about the native parts; what can't be read is as if it weren't there. */
export function readStatus(root) {
  try {
    return JSON.parse(readFileSync(statusFile(root), 'utf8'));
  } catch {
    return {};
  }
}

/** Notes one native part's outcome. Only called by the holder of the lock. */
export function writeStatus(root, part, outcome) {
  const status = { ...readStatus(root), [part]: { ...outcome, key: nativeKey(part) } };
  writeWhole(statusFile(root), `${JSON.stringify(status, null, 2)}\n`);
}

/** Notes that a built part is as new as its sources. */
export function writeStamp(root, part) {
  writeWhole(stampFile(root, part), builtKey(root, part));
}

/**
 * Lists the parts that set-up has to make. It only reads stamps, sources and whether files exist. A native part
 * that failed before counts as made, unless `retry` is set: it shouldn't slow down every start.
 */
export function staleParts(root, { retry = false } = {}) {
  const status = readStatus(root);
  const native = nativeParts.filter((part) => {
    const known = status[part];
    if (known?.key !== nativeKey(part)) return true;
    return known.ok
      ? ![known.path, ...(known.needs ?? [])].every((file) => existsSync(file))
      : retry;
  });
  const built = Object.keys(builtParts).filter((part) => isStale(root, part));
  return [...(packagesAreFresh(root) ? [] : ['packages']), ...native, ...built];
}

/** Names the script that makes a built part. */
export function builderOf(root, part) {
  return join(root, builtParts[part].script);
}

function isStale(root, part) {
  const { script, output, needs } = builtParts[part];
  if (!existsSync(join(root, needs ?? script))) return false;
  if (!existsSync(join(root, output))) return true;
  const stamp = stampFile(root, part);
  return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== builtKey(root, part);
}

function builtKey(root, part) {
  const { script, sources } = builtParts[part];
  return keyOfFiles(root, [script, ...sources]);
}

/** A native part is made anew when its recipe or the platform changes. */
function nativeKey(part) {
  const shared = {
    temporal: [],
    tfjs: compiled,
    faiss: [...compiled, 'faiss-patch.mjs', 'debian.mjs'],
  }[part];
  return keyOf(
    platform,
    keyOfFiles(import.meta.dirname, [`${part}.mjs`, 'pins.mjs', ...shared]),
  ).slice(0, 16);
}

function writeWhole(file, content) {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(`${file}.part`, content);
  renameSync(`${file}.part`, file);
}
