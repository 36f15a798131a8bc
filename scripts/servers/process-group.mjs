import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StepError } from '../setup/run.mjs';
import { isAlive, markOf, ownedMarks, ownerVariable } from './identity.mjs';

const lookMs = 50;
/** How long a server may take to end after it was asked to, and after it was killed. */
const endMsMax = 15_000;
const killMsMax = 5_000;

/** Starts a program in a session of its own, its words in a log file; it lives on when this process ends. */
export async function startDetached({ command, args, env = {}, cwd, owner, logFile }) {
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(command, args, {
      cwd,
      detached: true,
      env: { ...process.env, ...env, [ownerVariable]: owner },
      stdio: ['ignore', log, log],
    });
    // It resolves at the spawn and rejects with why there was none.
    await once(child, 'spawn');
    child.unref();
    return markOf(child.pid);
  } catch (error) {
    throw new StepError(`${command} can't be started (${error.code ?? error.message})`, {
      cause: error,
    });
  } finally {
    closeSync(log);
  }
}

/**
 * Ends the noted processes and whatever else was started for their owner, by force where it takes too long or
 * `force` is set, and returns when all are gone.
 */
export async function endAll({ marks, owner, force = false }) {
  // One that is ending has no environment any more for a moment in which it still runs: what was found is remembered.
  const found = new Map();
  const left = () => {
    for (const mark of [...marks, ...ownedMarks(owner)])
      found.set(`${mark.pid} ${mark.started}`, mark);
    return [...found.values()].filter(isAlive);
  };
  if (!force) {
    signalAll(left(), 'SIGTERM');
    if (await comes(() => left().length === 0, endMsMax)) return;
  }
  signalAll(left(), 'SIGKILL');
  if (await comes(() => left().length === 0, killMsMax)) return;
  const pids = left().map(({ pid }) => pid);
  throw new StepError(`processes ${pids.join(', ')} of ${owner} don't end`, {
    remedy: 'look what they wait for (ps), end that, and ask again',
  });
}

/** Each is the first of its own group, so its children go with it. */
function signalAll(marks, signal) {
  for (const { pid } of marks) {
    for (const target of [-pid, pid]) {
      try {
        process.kill(target, signal);
        break;
      } catch (error) {
        // It ended between the look and the signal, or it is a child in the group of another.
        if (error.code !== 'ESRCH') throw error;
      }
    }
  }
}

async function comes(condition, msMax) {
  for (let waitedMs = 0; waitedMs < msMax; waitedMs += lookMs) {
    if (condition()) return true;
    await sleep(lookMs);
  }
  return condition();
}
