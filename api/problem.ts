import { ERROR_CODES } from '../events/error.ts';
import type { ErrorCode, RepriseError } from '../events/error.ts';
import type { ProblemDocument } from './schema/problem.ts';

/** One field of a request and why it was refused; `line` counts from 1 in NDJSON. */
export interface FieldError {
  readonly field: string;
  readonly reason: string;
  readonly line?: number;
}

/** The codes of problems that only HTTP knows. */
export type HttpCode =
  | 'MALFORMED'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'METHOD_NOT_ALLOWED'
  | 'REQUEST_TIMEOUT'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'MISDIRECTED'
  | 'INTERNAL';

interface Kind {
  readonly status: number;
  readonly title: string;
  readonly retryAfterSeconds?: number;
}

/** Status and title of every problem code, shown on the documentation page too. */
export const PROBLEM_KINDS: Readonly<Record<ErrorCode | HttpCode, Kind>> = {
  MALFORMED: { status: 400, title: 'The request does not have the right form' },
  UNAUTHORIZED: { status: 401, title: 'The API key is missing or wrong' },
  FORBIDDEN: { status: 403, title: 'The request is not allowed from there, or with that key' },
  NOT_FOUND: { status: 404, title: 'Not found' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The method is not known here' },
  REQUEST_TIMEOUT: { status: 408, title: 'The request body took too long to arrive' },
  CONFLICT: { status: 409, title: 'The request conflicts with what is there' },
  TOO_LARGE: { status: 413, title: 'The request is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The content type is not known here' },
  MISDIRECTED: { status: 421, title: 'The Host header does not name this server' },
  INVALID: { status: 422, title: 'The request has a form, but cannot be accepted' },
  BUSY: { status: 429, title: 'More is under way than is let in', retryAfterSeconds: 5 },
  INTERNAL: { status: 500, title: 'Something unexpected failed' },
  DAMAGED: { status: 500, title: 'Stored data are damaged' },
  UNAVAILABLE: { status: 503, title: 'Not available now', retryAfterSeconds: 5 },
  FENCED: { status: 503, title: 'Another process took over', retryAfterSeconds: 1 },
  TIMEOUT: { status: 504, title: 'The answer took too long', retryAfterSeconds: 1 },
};

/** An error that the API raises on purpose: it becomes a problem document with these fields. */
export class HttpProblem extends Error {
  readonly code: ErrorCode | HttpCode;
  readonly errors: readonly FieldError[];
  readonly extra: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode | HttpCode,
    detail: string,
    more: {
      readonly errors?: readonly FieldError[];
      readonly extra?: Readonly<Record<string, unknown>>;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail);
    this.name = 'HttpProblem';
    this.code = code;
    this.errors = more.errors ?? [];
    this.extra = more.extra ?? {};
    this.headers = more.headers ?? {};
  }
}

/** A problem document with its status and headers, and the error to log where it was not foreseen. */
export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly document: ProblemDocument;
  readonly unforeseen: boolean;
}

function isRepriseError(error: unknown): error is RepriseError {
  return (
    error instanceof Error &&
    (ERROR_CODES as readonly unknown[]).includes((error as { code?: unknown }).code)
  );
}

/** Gives the field that an error names, and its place in the batch where it names one. */
export function namedField(
  error: RepriseError,
): (FieldError & { readonly index: number }) | undefined {
  // An error that is recognised by its code may come from a room that gives it no fields.
  const { field, index } = { ...error.fields };
  if (typeof field !== 'string') return undefined;
  const reason = error.message.replace(/^(?:event|item) \d+: \w+ /, '');
  return { field, reason, index: typeof index === 'number' ? index : 0 };
}

function asHttpProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (isRepriseError(error)) {
    const named = namedField(error);
    const errors = named === undefined ? [] : [{ field: named.field, reason: named.reason }];
    return new HttpProblem(error.code, error.message, { errors });
  }
  return new HttpProblem('INTERNAL', 'the failure is in the log under this request id');
}

/** Turns anything thrown into a problem document; what was not foreseen says no more than its request id. */
export function toProblem(error: unknown, instance: string, newRequestId: () => string): Problem {
  const problem = asHttpProblem(error);
  const kind = PROBLEM_KINDS[problem.code];
  const unforeseen = kind.status === 500;
  const retry: Readonly<Record<string, string>> =
    kind.retryAfterSeconds === undefined ? {} : { 'retry-after': String(kind.retryAfterSeconds) };
  return {
    status: kind.status,
    headers: { ...retry, ...problem.headers },
    unforeseen,
    document: {
      ...problem.extra,
      type: `/docs#${problem.code.toLowerCase().replaceAll('_', '-')}`,
      title: kind.title,
      status: kind.status,
      detail: problem.message,
      instance,
      code: problem.code,
      ...(problem.errors.length === 0 ? {} : { errors: problem.errors }),
      ...(unforeseen ? { requestId: newRequestId() } : {}),
    },
  };
}
