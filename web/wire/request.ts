import { signal } from '@preact/signals';

/** An answer that is none: what the server refused, in its own words. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

const KEY_NAME = 'reprise-key';

/** Whether the server asks for a key that it was not given. */
export const needsKey = signal(false);

/** Keeps the key for as long as this tab lives. */
export function takeKey(key: string): void {
  sessionStorage.setItem(KEY_NAME, key);
  needsKey.value = false;
}

/** The headers that every request carries. */
export function requestHeaders(): Record<string, string> {
  const key = sessionStorage.getItem(KEY_NAME);
  return key === null ? {} : { authorization: `Bearer ${key}` };
}

/** How long an answer is waited for, milliseconds. */
export const answerMsMax = 60_000;

/** Asks the server; throws a Refusal in the server's words, or with a remedy where it can't be reached. */
export async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(path, {
    method,
    headers: {
      ...requestHeaders(),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(answerMsMax),
  }).catch((error: unknown) => {
    throw new Refusal(0, 'UNREACHABLE', unreachable(error));
  });
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as Answer;
}

function unreachable(error: unknown): string {
  const isLate = error instanceof DOMException && error.name === 'TimeoutError';
  return isLate
    ? 'the server did not answer in time'
    : 'the server can’t be reached: is it running?';
}

/** Reads what a server refused, and remembers where it asks for a key. */
export async function refusalOf(response: Response): Promise<Refusal> {
  if (response.status === 401) needsKey.value = true;
  const problem = (await response.json().catch(() => ({}))) as Readonly<Record<string, unknown>>;
  const { code, detail } = problem;
  return new Refusal(
    response.status,
    typeof code === 'string' ? code : 'UNKNOWN',
    typeof detail === 'string' ? detail : `the server answered ${String(response.status)}`,
  );
}
