import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The variable of a server's environment that says which stack it belongs to. */
export const ownerVariable = 'REPRISE_STACK_SERVER';

/** Notes a process so that it can't be taken for a later one with the same id. */
export function markOf(pid) {
  return { pid, started: lookAt(pid)?.started ?? null };
}

/** Tells whether the marked process still runs. A zombie doesn't: only its parent hasn't noticed. */
export function isAlive(mark) {
  const seen = lookAt(mark.pid);
  return (
    mark.started !== null &&
    seen !== undefined &&
    seen.started === mark.started &&
    !seen.state.startsWith('Z')
  );
}

/**
 * Lists the processes that were started for an owner, noted or not: what was started by a command that was
 * killed before it could note them. Outside Linux there is no way to ask, and the list is empty.
 */
export function ownedMarks(owner) {
  const wanted = `${ownerVariable}=${owner}`;
  return processIds()
    .filter((pid) => environmentOf(pid).includes(wanted))
    .map(markOf)
    .filter(isAlive);
}

function lookAt(pid) {
  return process.platform === 'linux' ? lookAtProc(pid) : lookByPs(pid);
}

/** The start is counted from the boot, so the boot is named with it. */
function lookAtProc(pid) {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === '') return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const boot = read('/proc/sys/kernel/random/boot_id').trim();
  return { state: fields[0], started: `${boot}:${fields[19]}` };
}

function lookByPs(pid) {
  try {
    const said = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [state, ...started] = said.trim().split(/\s+/);
    return { state, started: started.join(' ') };
  } catch {
    // ps ends with 1 where there is no such process.
    return undefined;
  }
}

function processIds() {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function environmentOf(pid) {
  return read(`/proc/${pid}/environ`).split('\0');
}

/** A process of another user, or one that has just ended, reads as nothing. */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
