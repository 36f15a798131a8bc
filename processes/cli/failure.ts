import { CommanderError } from 'commander';

/** What a command's exit code says. */
export const EXIT = {
  ok: 0,
  /** The command ran, and what it checked does not hold, or a part of its work could not be done. */
  failed: 1,
  /** The command line or a file that it names does not fit. */
  usage: 2,
  /** Something that the command needs is not there: a data folder in use, a full disk, a part that is off. */
  unavailable: 3,
  /** A defect of this program. */
  internal: 70,
  /** Ended by a signal. */
  interrupted: 130,
} as const;

/** The abort reason when whoever reads standard output has gone, as `head` does: that is no failure. */
export const READER_GONE = 'the reader of standard output has gone';

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const EXIT_OF_CODE: Readonly<Record<string, ExitCode>> = {
  INVALID: EXIT.usage,
  NOT_FOUND: EXIT.usage,
  TOO_LARGE: EXIT.usage,
  MALFORMED: EXIT.usage,
  ENOENT: EXIT.usage,
  EISDIR: EXIT.usage,
  EACCES: EXIT.usage,
  DAMAGED: EXIT.failed,
  BUSY: EXIT.unavailable,
  CONFLICT: EXIT.unavailable,
  UNAVAILABLE: EXIT.unavailable,
  TIMEOUT: EXIT.unavailable,
  FENCED: EXIT.unavailable,
  ECONNRESET: EXIT.unavailable,
  EADDRINUSE: EXIT.unavailable,
  ENOSPC: EXIT.unavailable,
};

/** An error as a person is told it: the code, what is wrong with its remedy, and the exit code. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exit: ExitCode;
  readonly stack: string | undefined;
}

/** What a person is told when the command was ended from outside, whatever broke because of it. */
export const INTERRUPTED: Failure = {
  code: 'ABORTED',
  message: 'interrupted; running the command again goes on where it ended',
  exit: EXIT.interrupted,
  stack: undefined,
};

/** Turns anything thrown into what a person is told. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Error && error.name === 'AbortError') return INTERRUPTED;
  if (error instanceof CommanderError) {
    const exit = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return { code: 'USAGE', message: error.message, exit, stack: undefined };
  }
  if (!(error instanceof Error)) {
    return { code: 'INTERNAL', message: String(error), exit: EXIT.internal, stack: undefined };
  }
  const code = codeOf(error);
  const exit = EXIT_OF_CODE[code] ?? EXIT.internal;
  return { code, message: messageOf(error, code), exit, stack: error.stack };
}

function codeOf(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'INTERNAL';
}

function messageOf(error: Error, code: string): string {
  const { path } = error as { path?: unknown };
  const named = typeof path === 'string' ? path : 'the file';
  switch (code) {
    case 'ENOENT':
      return `${named} does not exist: check the path`;
    case 'EISDIR':
      return `${named} is a folder: name a file of it`;
    case 'EACCES':
      return `${named} may not be read or written: check its permissions`;
    case 'ECONNRESET':
      return 'the server ended before it answered: start it, or run the command again';
    case 'EADDRINUSE':
      return `the port is in use: end the other program or choose one with --port`;
    case 'ENOSPC':
      return 'the disk is full: make room and run the command again';
    default:
      return error.message === '' ? error.name : error.message;
  }
}
