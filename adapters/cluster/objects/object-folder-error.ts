import { RepriseError } from '../../../events/error.ts';
import type { ErrorCode } from '../../../events/error.ts';

/** What the file system's codes mean for a shared folder, and what helps. */
const MEANINGS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOSPC: ['UNAVAILABLE', 'has no room left: make room on its disk'],
  EDQUOT: ['UNAVAILABLE', 'has used up its quota: make room or raise it'],
  ENOENT: ['UNAVAILABLE', 'is not there: mount its volume, or make the folder on it'],
  ENOTDIR: ['INVALID', 'is no folder: name another'],
  EACCES: ['INVALID', 'may not be written: give this user the right to'],
  EPERM: [
    'INVALID',
    'may not be written, or its file system has no hard links: use another volume',
  ],
  EROFS: ['INVALID', 'is read-only: mount its volume for writing'],
};

/** The error of a code that the ports know, with the remedy; what is none of the file system's stays as it is. */
export function folderError(error: unknown, root: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (error instanceof RepriseError || !/^E[A-Z0-9]+$/.test(code)) return error;
  const [ours, remedy] = MEANINGS[code] ?? ['UNAVAILABLE', `failed (${code}): see to its volume`];
  return new RepriseError(ours, `the shared folder ${root} ${remedy}`, { root, code }, error);
}

/** Tells whether an error is the file system's with one of these codes. */
export function isOf(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}
