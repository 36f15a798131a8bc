import { RepriseError } from '../../events/error.ts';

/** The error of a partition that a failure stopped, with the position at which. */
export function stoppedError(cause: unknown, partition: number, position: string): RepriseError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof RepriseError ? cause.code : 'UNAVAILABLE';
  return new RepriseError(
    code,
    `partition ${String(partition)} stopped at ${position}: ${message}`,
    { ...(cause instanceof RepriseError ? cause.fields : {}), position },
    cause,
  );
}
