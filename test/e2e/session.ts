import { execFileSync } from 'node:child_process';

/** The processes of a session. */
export function sessionOf(leader: number): readonly number[] {
  try {
    const listed = execFileSync('ps', ['-o', 'pid=', '-s', String(leader)], { encoding: 'utf8' });
    return listed.split('\n').flatMap((line) => (line.trim() === '' ? [] : [Number(line)]));
  } catch {
    // ps exits with 1 where the session has no process.
    return [];
  }
}

/** Kills every process of a session, as a power cut would. */
export function killSession(leader: number): void {
  for (const pid of sessionOf(leader)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended between the listing and the signal.
    }
  }
}
