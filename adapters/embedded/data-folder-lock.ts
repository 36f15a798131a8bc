import { readFileSync } from 'node:fs';
import { link, open, readFile, rename, rm, unlink } from 'node:fs/promises';
import { RepriseError } from '../../events/error.ts';
import { sha256 } from '../../events/sha256.ts';

/** A process as it can be told from a later one with the same number. */
export interface ProcessMark {
  readonly pid: number;
  /** Start time in clock ticks since boot, and the boot's id; null where /proc does not tell. */
  readonly started: string | null;
}

/** A lock that is held. */
export interface FolderLock {
  release(): Promise<void>;
}

/** How often a lock is tried for when others are after the same stale one. */
const TRIES_MAX = 20;

/**
 * Takes a lock file for a process, exclusively. The file of a process that is gone is taken over: whoever makes the
 * guard file named for that stale content may replace it, so two that find it stale can't both win. Throws CONFLICT
 * naming the process that holds it.
 */
export async function acquireLock(path: string, holder = ownMark()): Promise<FolderLock> {
  const content = `${JSON.stringify(holder)}\n`;
  const suffix = Buffer.from(sha256(`${content}${String(process.hrtime.bigint())}`)).toString(
    'hex',
  );
  const draft = `${path}.${suffix.slice(0, 16)}`;
  try {
    await writeDraft(draft, content);
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      if (await isLinked(draft, path)) return { release: () => releaseLock(path, content) };
      const found = await contentOf(path);
      if (found === undefined) continue;
      refuseLiving(path, found);
      if (await takeOver(draft, path, found, content)) {
        return { release: () => releaseLock(path, content) };
      }
    }
    throw new RepriseError('CONFLICT', 'the data folder is being opened by others: try again', {
      path,
    });
  } finally {
    await rm(draft, { force: true });
  }
}

/** Replaces a stale lock under a guard; false where another one was quicker. */
async function takeOver(
  draft: string,
  path: string,
  stale: string,
  content: string,
): Promise<boolean> {
  const name = Buffer.from(sha256(stale)).toString('hex').slice(0, 16);
  const guardPath = `${path}.after-${name}`;
  if (!(await isLinked(draft, guardPath))) {
    const guard = await contentOf(guardPath);
    if (guard !== undefined && !isAlive(parseMark(guard))) await rm(guardPath, { force: true });
    return false;
  }
  try {
    if ((await contentOf(path)) !== stale) return false;
    const replacement = `${draft}-taking`;
    await link(draft, replacement);
    await rename(replacement, path);
    return (await contentOf(path)) === content;
  } finally {
    await rm(guardPath, { force: true });
  }
}

/** The mark of this process. */
export function ownMark(): ProcessMark {
  return markOf(process.pid);
}

/** The mark of a process that runs. */
export function markOf(pid: number): ProcessMark {
  return { pid, started: startOf(pid) };
}

/** Tells whether the process of a mark still runs: its number alone may be another process's by now. */
export function isAlive(mark: ProcessMark | undefined): boolean {
  if (mark === undefined) return false;
  try {
    process.kill(mark.pid, 0);
  } catch (error) {
    // Not being allowed to signal a process means that it runs.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const started = startOf(mark.pid);
  return mark.started === null || started === null || started === mark.started;
}

/** The 22nd field of /proc/PID/stat, counted after the name, which may hold spaces and brackets. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return ticks === undefined ? null : `${boot}/${ticks}`;
  } catch {
    return null;
  }
}

function refuseLiving(path: string, content: string): void {
  const mark = parseMark(content);
  if (!isAlive(mark)) return;
  const pid = mark?.pid ?? 0;
  throw new RepriseError(
    'CONFLICT',
    `the data folder is in use by process ${String(pid)}: stop it, or name another folder with --data`,
    { path, pid },
  );
}

function parseMark(content: string): ProcessMark | undefined {
  try {
    const { pid, started } = JSON.parse(content) as Partial<Record<keyof ProcessMark, unknown>>;
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return undefined;
    return { pid, started: typeof started === 'string' ? started : null };
  } catch {
    return undefined;
  }
}

async function writeDraft(draft: string, content: string): Promise<void> {
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A link appears with its whole content or not at all, and fails where the name is taken. */
async function isLinked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function releaseLock(path: string, content: string): Promise<void> {
  if ((await contentOf(path)) === content) await unlink(path);
}
