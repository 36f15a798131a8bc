import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { untilAborted } from '../../activities/until-aborted.ts';
import type { VerifyReport } from '../../api/schema/verification.ts';
import { ERROR_CODES, RepriseError } from '../../events/error.ts';
import { DIFFERENT } from '../../workflows/messages.ts';

/**
 * Waits for what a verifying workflow ends with: one that failed because the states differ has a report all the same.
 * Throws what it failed of else, and the reason of the signal where it aborts before.
 */
export async function verificationReport(
  result: Promise<VerifyReport>,
  workflowId: string,
  signal: AbortSignal,
): Promise<VerifyReport> {
  try {
    return await untilAborted(result, signal);
  } catch (error) {
    signal.throwIfAborted();
    const cause = causeOf(error);
    if (cause instanceof ApplicationFailure && cause.type === DIFFERENT) {
      return cause.details?.[0] as VerifyReport;
    }
    if (cause instanceof CancelledFailure) {
      throw new RepriseError('CONFLICT', `the run ${workflowId} was cancelled: verify again`);
    }
    const code = cause instanceof ApplicationFailure ? cause.type : undefined;
    const known = ERROR_CODES.find((one) => one === code) ?? 'UNAVAILABLE';
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new RepriseError(known, message, { workflowId }, error);
  }
}

/** What a workflow failed of, below the layers of who told it. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof WorkflowFailedError)) return error;
  let cause: unknown = error.cause;
  while (
    cause instanceof Error &&
    !(cause instanceof ApplicationFailure) &&
    !(cause instanceof CancelledFailure) &&
    cause.cause !== undefined
  ) {
    cause = cause.cause;
  }
  return cause;
}
