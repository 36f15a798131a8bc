/**
 * Makes a clone runnable: npm packages, the native parts, the kernel, the workflow bundle and the page. Idempotent,
 * without dependencies, its words on standard error. What it fetches and compiles is kept in the user's cache
 * folder (`$XDG_CACHE_HOME/reprise`), so that a second clone or an `npm ci` costs seconds. It changes nothing
 * outside the checkout and that folder. Logs of what it ran: `.native/logs/`.
 *
 * A native part that can't be had is no failure: what it had become stands in `.native/status.json`,
 *
 *   { "tfjs" | "faiss" | "temporal": {
 *       "ok": boolean,
 *       "how": string,      where it came from (ok)       "version": string, its version (ok)
 *       "path": string,     its file, absolute (ok)       "why": string,     what failed (not ok)
 *       "remedy": string,   what to do about it (not ok)
 *       "needs": string[], "key": string                  for set-up's own use
 *   } }
 *
 * and the parts that need it say so. Missing npm packages or a kernel that can't be built are failures.
 *
 *   node scripts/setup.mjs           makes what is missing, and tries again what failed before
 *   node scripts/setup.mjs --check   only says what is missing; exit code 1 when something is
 */
import { mkdirSync, realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './setup/cache.mjs';
import { provideFaiss } from './setup/faiss.mjs';
import { takeLock } from './setup/lock.mjs';
import { installPackages } from './setup/packages.mjs';
import { builderOf, nativeParts, staleParts, writeStamp, writeStatus } from './setup/parts.mjs';
import { createProgress } from './setup/progress.mjs';
import { endChildren, run, StepError, stopChildren } from './setup/run.mjs';
import { provideTemporal } from './setup/temporal.mjs';
import { provideTfjs } from './setup/tfjs.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const buildMsMax = 5 * 60_000;

const providers = { tfjs: provideTfjs, faiss: provideFaiss, temporal: provideTemporal };
const titles = { tfjs: 'tfjs-node', faiss: 'faiss-node', temporal: 'Temporal CLI' };
const losses = {
  tfjs: 'batch training is off',
  faiss: 'approximate search is off',
  temporal: 'durable workflows are off',
};

/**
 * Makes what is missing. Returns when everything is there, or throws a `StepError` with a remedy. With
 * `retry`, native parts that failed before are tried again.
 */
export async function setup({ retry = false } = {}) {
  if (staleParts(root, { retry }).length === 0) return;
  mkdirSync(join(root, '.native', 'logs'), { recursive: true });
  const progress = createProgress();
  let unlock;
  const ignoreSignals = onSignals(async () => {
    progress.note('stopping');
    await stopChildren();
    unlock?.();
  });
  try {
    unlock = await takeLock(join(root, '.native', 'setup.lock'), {
      onWait: (pid) => progress.note(`another set-up is at work (process ${pid}); waiting for it`),
    });
    await makeParts(staleParts(root, { retry }), progress);
  } finally {
    ignoreSignals();
    unlock?.();
    progress.close();
  }
}

/** Calls `stop` at the first signal, then lets it end this process as it would have. Returns how to undo this. */
function onSignals(stop) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const none = () => signals.forEach((signal) => process.removeListener(signal, heard));
  const heard = (signal) => {
    none();
    // A second signal doesn't wait.
    stop().finally(() => process.kill(process.pid, signal));
  };
  for (const signal of signals) process.on(signal, heard);
  return none;
}

async function makeParts(parts, progress) {
  const began = Date.now();
  const logOf = (part) => join(root, '.native', 'logs', `${part}.log`);
  const context = { root, cache: cacheFolder(root), progress };
  const packages = parts.includes('packages')
    ? installPackages({ ...context, logFile: logOf('packages') })
    : Promise.resolve();
  // A failure of the packages is reported once, by this function; who waits for them just doesn't go on.
  const native = nativeParts
    .filter((part) => parts.includes(part))
    .map((part) => makeNative(part, { ...context, packages, logFile: logOf(part) }));
  const built = packages.then(() => makeBuilt(parts, progress, logOf));
  if (await isBroken(packages)) await endChildren();
  const [{ reason }] = await Promise.allSettled([built, ...native]);
  if (reason !== undefined) throw reason;
  progress.note(`ready (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}

async function makeNative(part, context) {
  const { packages, progress } = context;
  try {
    const { how, version, path, needs = [] } = await providers[part](context);
    writeStatus(root, part, { ok: true, how, version, path, needs });
    progress.done(part, `${titles[part]} ${version}, ${how}`);
  } catch (error) {
    if (await isBroken(packages)) return;
    const { message: why, remedy = `see ${context.logFile}` } = error;
    writeStatus(root, part, { ok: false, why, remedy });
    progress.failed(part, `${titles[part]} can't be had, so ${losses[part]}: ${why}`, remedy);
  }
}

function isBroken(promise) {
  return promise.then(
    () => false,
    () => true,
  );
}

/** The kernel, the bundle and the page, side by side where there are two cores. */
async function makeBuilt(parts, progress, logOf) {
  const built = ['kernel', 'workflows', 'page'].filter((part) => parts.includes(part));
  const build = async (part) => {
    progress.begin(part, `building ${part}`);
    try {
      const options = { cwd: root, logFile: logOf(part), msMax: buildMsMax };
      await run(process.execPath, [builderOf(root, part), '--force'], options);
    } catch (error) {
      throw new StepError(`${part} can't be built: ${error.message}`, {
        cause: error,
        remedy: `see ${logOf(part)}`,
      });
    }
    writeStamp(root, part);
    progress.done(part, `${part} built`);
  };
  if (availableParallelism() > 1) await Promise.all(built.map(build));
  else for (const part of built) await build(part);
}

async function main(args) {
  if (args.includes('--check')) {
    const stale = staleParts(root, { retry: true });
    console.error(
      stale.length === 0 ? 'set-up: nothing to do' : `set-up: missing ${stale.join(', ')}`,
    );
    process.exitCode = stale.length === 0 ? 0 : 1;
    return;
  }
  await setup({ retry: true });
}

if (
  process.argv[1] !== undefined &&
  realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(`set-up ✗ ${error.message}`);
    if (error.remedy !== undefined) console.error(`  remedy: ${error.remedy}`);
    process.exitCode = 1;
  });
}
