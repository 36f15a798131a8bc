import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyOf } from './cache.mjs';
import { pathWithNode, run, StepError } from './run.mjs';

const msMax = 15 * 60_000;

/** The stamp lies among the packages, so that it goes when they go. */
const stampOf = (root) => join(root, 'node_modules', '.reprise-packages');

function lockKey(root) {
  return keyOf(readFileSync(join(root, 'package-lock.json')));
}

/** Tells whether the installed packages are those of package-lock.json. */
export function packagesAreFresh(root) {
  try {
    return readFileSync(stampOf(root), 'utf8') === lockKey(root);
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Installs the packages of package-lock.json, or accepts those that someone has installed already. */
export async function installPackages({ root, logFile, progress }) {
  progress.begin('packages', 'npm packages of package-lock.json');
  const found = installedAsLocked(root);
  if (!found) await npmCi(root, logFile);
  if (!installedAsLocked(root)) {
    throw new StepError('npm left other packages than those of package-lock.json', {
      remedy: `is another npm at work in this folder? See ${logFile}, then try again`,
    });
  }
  writeFileSync(stampOf(root), lockKey(root));
  progress.done('packages', found ? 'npm packages were there' : 'npm packages installed');
}

async function npmCi(root, logFile) {
  try {
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
    await run('npm', args, { cwd: root, env: pathWithNode(), logFile, msMax });
  } catch (error) {
    throw new StepError(`npm packages can't be installed: ${error.message}`, {
      cause: error,
      remedy: `see ${logFile}; check the network and \`npm config get registry\`, then run npm ci`,
    });
  }
}

/**
 * Compares what npm says it installed with what is locked: every installed package at its locked version,
 * and none missing but those for other platforms.
 */
function installedAsLocked(root) {
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const [path, entry] of Object.entries(installed)) {
    const locked = packages[path];
    if (locked?.version !== entry.version || locked.integrity !== entry.integrity) return false;
  }
  return Object.entries(packages).every(
    ([path, entry]) =>
      path === '' || entry.optional === true || existsSync(join(root, path, 'package.json')),
  );
}
