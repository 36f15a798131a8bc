import type { IncomingMessage } from 'node:http';

import { HttpProblem } from './problem.ts';

/** The bytes that a JSON body may have. */
export const jsonBytesMax = 1_048_576;
/** The bytes that an NDJSON stream may have. */
export const ndjsonBytesMax = 67_108_864;
/** How long a JSON body may take to arrive. */
export const jsonBodyMsMax = 10_000;
/** The bytes of a refused body that are read away, so that the caller can read the refusal. */
export const discardBytesMax = 16_777_216;
/** How long a refused body is read away. */
export const discardMsMax = 2_000;

/** Gives the media type of a request, lower case and without parameters; empty where absent. */
export function mediaTypeOf(request: IncomingMessage): string {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  return type.trim().toLowerCase();
}

function tooLarge(bytesMax: number, remedy: string): HttpProblem {
  return new HttpProblem('TOO_LARGE', `the body is over ${String(bytesMax)} bytes: ${remedy}`);
}

function carriesBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}

/** Reads a refused body away within bounds: a caller that is still sending would never see the answer. */
export async function discard(request: IncomingMessage): Promise<void> {
  if (!carriesBody(request) || request.complete || request.destroyed) return;
  await new Promise<void>((resolve) => {
    let bytes = 0;
    const finish = (): void => {
      clearTimeout(timer);
      request.off('data', count);
      resolve();
    };
    const count = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > discardBytesMax) finish();
    };
    const timer = setTimeout(finish, discardMsMax);
    request.on('data', count).once('end', finish).once('close', finish).resume();
  });
}

function refuseEncodings(request: IncomingMessage): void {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return;
  throw new HttpProblem(
    'UNSUPPORTED_MEDIA_TYPE',
    `the content encoding ${encoding} is not taken: send the body as it is`,
  );
}

/** Yields the chunks of a body within a bound of bytes; throws a 413 with the remedy past it. */
export async function* boundedChunks(
  request: IncomingMessage,
  bytesMax: number,
  remedy: string,
): AsyncGenerator<Buffer> {
  refuseEncodings(request);
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > bytesMax) throw tooLarge(bytesMax, remedy);
  let bytes = 0;
  // The iterator must not destroy the request when it is left early: the refusal is yet to be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw tooLarge(bytesMax, remedy);
    yield chunk;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Decodes bytes as UTF-8; throws a 400 where they are not. A byte order mark is passed over. */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new HttpProblem('MALFORMED', `${what} is not valid UTF-8`);
  }
}

/** Parses JSON; throws a 400 that says where it breaks. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const where = error instanceof Error ? `: ${error.message}` : '';
    throw new HttpProblem('MALFORMED', `${what} is not valid JSON${where}`);
  }
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const remedy = 'send fewer events, or send them as application/x-ndjson';
  for await (const chunk of boundedChunks(request, jsonBytesMax, remedy)) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** Reads a whole body of JSON size, within bounds of bytes and of time; throws 408, 413 or 415. */
export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const seconds = String(jsonBodyMsMax / 1_000);
      reject(new HttpProblem('REQUEST_TIMEOUT', `the body did not arrive within ${seconds} s`));
    }, jsonBodyMsMax);
  });
  try {
    return await Promise.race([readAll(request), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Reads and parses a body as JSON, within bounds; an empty one is undefined. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return undefined;
  return parseJson(decodeUtf8(bytes, 'the body'), 'the body');
}
