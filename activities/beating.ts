import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { ERROR_CODES } from '../events/error.ts';
import type { ErrorCode } from '../events/error.ts';

/** Time between two heartbeats; well below the proxies' heartbeat time-outs. */
export const HEARTBEAT_INTERVAL_MS = 1_000;

/** The pause after a worker declined what others may take. */
const BUSY_RETRY_MS = 250;

/** Codes of errors that no retry mends. */
const FINAL_CODES: ReadonlySet<string> = new Set<ErrorCode>([
  'INVALID',
  'NOT_FOUND',
  'CONFLICT',
  'TOO_LARGE',
  'DAMAGED',
  'FENCED',
]);

/** What a piece of work under heartbeats is given. */
export interface Beat<Details> {
  /** Aborts when the workflow cancels the activity or the worker shuts down. */
  readonly signal: AbortSignal;
  /** The details of the last heartbeat of the attempt before this one. */
  readonly before: Details | undefined;
  /** Sets what the next heartbeats say. */
  readonly report: (details: Details) => void;
}

/**
 * Runs an activity's work under heartbeats of its progress, so that a worker that died is noticed within seconds,
 * and tells the workflow an error's code as the failure's type.
 */
export async function beating<Details, Result>(
  work: (beat: Beat<Details>) => Promise<Result>,
): Promise<Result> {
  const context = Context.current();
  const before = context.info.heartbeatDetails as Details | undefined;
  let details = before;
  const beat = () => context.heartbeat(details);
  beat();
  const timer = setInterval(beat, HEARTBEAT_INTERVAL_MS);
  try {
    return await work({
      signal: context.cancellationSignal,
      before,
      report: (latest) => {
        details = latest;
      },
    });
  } catch (error) {
    if (!context.cancellationSignal.aborted) throw asFailure(error);
    throw cancellation(context.cancellationSignal.reason, asError(error));
  } finally {
    clearInterval(timer);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Tells whether a signal's reason is that the worker shuts down. */
export function isShutdown(reason: unknown): boolean {
  return asError(reason).message === 'WORKER_SHUTDOWN';
}

/** A worker that shuts down ends an attempt, which goes on elsewhere or later; everything else ends the activity. */
function cancellation(reason: unknown, cause: Error): Error {
  if (!isShutdown(reason)) {
    return new CancelledFailure('cancelled', [], cause);
  }
  return ApplicationFailure.create({
    message: 'the core stopped; this goes on when it is back',
    type: 'UNAVAILABLE',
    cause,
  });
}

/** Turns an error of ours into a failure whose type is its code; others pass as they are and are retried. */
function asFailure(error: unknown): Error {
  const cause = asError(error);
  const code = (cause as { code?: unknown }).code;
  const known = ERROR_CODES.find((one) => one === code);
  if (known === undefined) return cause;
  return ApplicationFailure.create({
    message: cause.message,
    type: known,
    nonRetryable: FINAL_CODES.has(known),
    // Somebody else is likely to be free: soon, and not later with every try.
    ...(known === 'BUSY' && { nextRetryDelay: BUSY_RETRY_MS }),
    cause,
  });
}
