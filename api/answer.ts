import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { PageFile } from './deps.ts';
import type { Problem } from './problem.ts';
import { writeAtTurnEnd } from './turn-end.ts';

/** The bytes of NDJSON that are gathered before they are written. */
export const streamChunkBytesMax = 65_536;

/** What every answer carries: nothing is sniffed, framed, cached or told to other sites. */
export const answerSecurity = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
} as const;

const apiPolicy = "default-src 'none'; frame-ancestors 'none'";
const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The page runs its own scripts and styles and asks this server alone; titles can't become markup, nor markup scripts. */
const appPolicy = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:"],
  ...["connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  "require-trusted-types-for 'script'",
].join('; ');

const jsonHeaders = {
  ...answerSecurity,
  'content-type': 'application/json; charset=utf-8',
  'content-security-policy': apiPolicy,
} as const;

const jsonHeaderList = Object.entries(jsonHeaders).flat();

/** Writes an answer as JSON, together with the others of this turn of the event loop. */
export function writeJson(response: ServerResponse, status: number, answer: unknown): void {
  const text = JSON.stringify(answer);
  const bytes = Buffer.byteLength(text);
  // It is written at the end of the turn; whoever looks before that is told.
  response.statusCode = status;
  // A flat list of names and values is what Node writes fastest.
  const headers = [...jsonHeaderList, 'content-length', String(bytes)];
  // Text without any wide character is copied as it is.
  writeAtTurnEnd({
    response,
    status,
    headers,
    text,
    encoding: bytes === text.length ? 'latin1' : 'utf8',
  });
}

/** Writes a self-contained page: its policy lets it load nothing. */
export function writePage(response: ServerResponse, html: string): void {
  response
    .writeHead(200, {
      ...answerSecurity,
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(html),
      'content-security-policy': pagePolicy,
    })
    .end(html);
}

/** Writes text that is neither JSON nor a page. */
export function writeText(response: ServerResponse, contentType: string, text: string): void {
  response
    .writeHead(200, {
      ...jsonHeaders,
      'content-type': contentType,
      'content-length': Buffer.byteLength(text),
    })
    .end(text);
}

/** Writes a file of the page, compressed where the caller takes that. */
export function writePageFile(
  request: IncomingMessage,
  response: ServerResponse,
  { mediaType, bytes, gzipped }: PageFile,
  caching: string,
): void {
  const takesGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const sent = takesGzip ? (gzipped ?? bytes) : bytes;
  response
    .writeHead(200, {
      ...answerSecurity,
      'cache-control': caching,
      'content-type': mediaType,
      'content-length': sent.byteLength,
      'content-security-policy': appPolicy,
      'cross-origin-opener-policy': 'same-origin',
      vary: 'accept-encoding',
      ...(sent === gzipped && { 'content-encoding': 'gzip' }),
    })
    .end(sent);
}

/** Sends the caller to another path of ours. */
export function writeRedirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { ...answerSecurity, location, 'content-length': 0 }).end();
}

/** Writes a problem document; `close` ends the connection, for its request was not read to the end. */
export function writeProblem(response: ServerResponse, problem: Problem, close: boolean): void {
  const text = JSON.stringify(problem.document);
  response
    .writeHead(problem.status, {
      ...jsonHeaders,
      'content-type': 'application/problem+json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
      ...problem.headers,
      ...(close ? { connection: 'close' } : {}),
    })
    .end(text);
}

async function* chunksOf(lines: AsyncIterable<unknown>): AsyncGenerator<string> {
  let chunk = '';
  for await (const line of lines) {
    chunk += `${JSON.stringify(line)}\n`;
    if (chunk.length >= streamChunkBytesMax) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}

/** Opens an NDJSON answer. */
export function openNdjson(response: ServerResponse): void {
  response.writeHead(200, { ...jsonHeaders, 'content-type': 'application/x-ndjson' });
}

/**
 * Writes lines as NDJSON as fast as the caller takes them. The first line is awaited before the head is written, so
 * that an early failure is still a problem document; a later one cuts the stream, which the caller sees.
 */
export async function streamNdjson(
  response: ServerResponse,
  lines: AsyncIterable<unknown>,
): Promise<void> {
  const chunks = chunksOf(lines);
  const first = await chunks.next();
  openNdjson(response);
  if (first.done === true) {
    response.end();
    return;
  }
  async function* all(head: string): AsyncGenerator<string> {
    yield head;
    yield* chunks;
  }
  await pipeline(Readable.from(all(first.value)), response);
}
