import type { Problem } from './schema.ts';

/** What a Reprise answered instead of what was asked for: its problem document, or what stood in its place. */
export class RepriseApiError extends Error {
  /** The HTTP status. */
  readonly status: number;
  /** One of the server's problem codes, such as `NOT_FOUND`; `UNKNOWN` where something between answered. */
  readonly code: string;
  /** The problem document (RFC 9457), where there is one. */
  readonly problem: Problem | undefined;
  /** How long the server asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(response: Response, problem: Problem | undefined) {
    super(problem?.detail ?? `the server answered ${String(response.status)} without saying why`);
    this.name = 'RepriseApiError';
    this.status = response.status;
    this.code = problem?.code ?? 'UNKNOWN';
    this.problem = problem;
    this.retryAfterMs = retryAfterOf(response);
  }
}

/** Reads a problem document out of what came as an error; undefined where it is none. */
export function problemOf(error: unknown): Problem | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, detail, status } = error as Partial<Problem>;
  const isProblem =
    typeof code === 'string' && typeof detail === 'string' && typeof status === 'number';
  return isProblem ? (error as Problem) : undefined;
}

function retryAfterOf(response: Response): number | undefined {
  const text = response.headers.get('retry-after') ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : undefined;
}
