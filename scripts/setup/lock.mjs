import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StepError } from './run.mjs';

const pollMs = 200;
const waitMsMax = 15 * 60_000;

/**
 * Takes the lock file, waiting for another set-up (or other `holder`) that holds it. A lock whose process is gone (or whose
 * process id now belongs to another) is taken over. Returns the function that gives it back.
 */
export async function takeLock(file, { onWait, holder: who = 'another set-up' }) {
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) });
  for (let waitedMs = 0; waitedMs < waitMsMax; waitedMs += pollMs) {
    if (claim(file, mine)) return () => release(file, mine);
    const holder = read(file);
    if (holder === undefined) continue;
    if (!isAlive(holder)) {
      removeStale(file, holder);
      continue;
    }
    if (waitedMs === 0) onWait(JSON.parse(holder).pid);
    await sleep(pollMs);
  }
  throw new StepError(`${who} holds the lock for too long`, {
    remedy: `end that process, or remove ${file} when there is none`,
  });
}

/** Puts a complete file in place or fails: a reader never sees half a lock. */
function claim(file, content) {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves a stale lock away; if another process was quicker and it is a live one by now, puts it back. */
function removeStale(file, stale) {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
    if (read(aside) !== stale) linkSync(aside, file);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function release(file, content) {
  if (read(file) === content) rmSync(file, { force: true });
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(holder) {
  let pid, started;
  try {
    ({ pid, started } = JSON.parse(holder));
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  return started === startOf(pid);
}

/** When a process started, in the kernel's ticks; unknown (and then not compared) outside Linux. */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return null;
  }
}
