import type { RunFiles } from './run-files.ts';

/** Trainings that ended well whose files are kept, so that they can be reset to an earlier epoch in the Temporal UI. */
export const ENDED_RUNS_KEPT_MAX = 1;

/** The note of a run that has ended. */
const ENDED = 'ended.json';

/** Notes that a run has ended well, and removes the files of those that ended before it but for the newest. */
export async function keepEnded(files: RunFiles, run: string, endedMs: number): Promise<void> {
  await files.writeNote(run, ENDED, { endedMs });
  const others: { readonly run: string; readonly endedMs: number }[] = [];
  for (const other of (await files.list()).filter((one) => one !== run)) {
    const note = (await files.readNote(other, ENDED)) as { readonly endedMs: number } | undefined;
    if (note !== undefined) others.push({ run: other, endedMs: note.endedMs });
  }
  others.sort((a, b) => b.endedMs - a.endedMs);
  for (const old of others.slice(ENDED_RUNS_KEPT_MAX - 1)) await files.remove(old.run);
}
