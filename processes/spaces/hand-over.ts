import { request as httpRequest } from 'node:http';
import type {
  Agent,
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream/promises';

import { RepriseError } from '../../events/error.ts';

/** What is of one connection, not of the request or the answer (RFC 9110, 7.6.1), and what we send anew. */
const OF_THE_CONNECTION: readonly string[] = [
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'te', 'trailer'],
  ...['proxy-authorization', 'transfer-encoding', 'upgrade', 'expect'],
];

/** The headers that a key comes in. */
const KEYS: readonly string[] = ['authorization', 'x-api-key'];

/** Where a request is handed over to. */
export interface HandOverPlace {
  readonly socketPath: string;
  readonly agent: Agent;
  /** The key that the request came with: it is judged again there, and no other is sent. */
  readonly key: string;
  /** Who is there, for the message where nobody is. */
  readonly name: string;
}

/**
 * Sends a request on as it comes and its answer back as it comes, each no faster than it is read, and ends the one where the
 * other breaks off. Throws UNAVAILABLE where no answer came.
 */
export async function handOver(
  request: IncomingMessage,
  response: ServerResponse,
  place: HandOverPlace,
): Promise<void> {
  const sent = send(request, place);
  const left = (): void => {
    if (!response.writableFinished) sent.destroy();
  };
  response.once('close', left);
  try {
    const answer = await answerOf(request, sent, place.name);
    if (response.destroyed) {
      answer.destroy();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, {
      ...passedOn(answer.headers),
      // It was answered before it was read to the end: what follows on this connection would be its rest.
      ...(!request.complete && { connection: 'close' }),
    });
    // A stream may have no line for long, and its reader waits for the head.
    if (answer.headers['content-length'] === undefined) response.flushHeaders();
    await pipeline(answer, response).catch(() => {
      // Either side broke off: the other sees it, for `pipeline` has destroyed both.
    });
  } finally {
    response.off('close', left);
    request.unpipe(sent);
    sent.destroy();
  }
}

function send(request: IncomingMessage, { socketPath, agent, key }: HandOverPlace): ClientRequest {
  const isChunked = request.headers['transfer-encoding'] !== undefined;
  return httpRequest({
    ...{ socketPath, agent, setHost: false },
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: {
      ...passedOn(request.headers, KEYS),
      'x-api-key': key,
      ...(isChunked && { 'transfer-encoding': 'chunked' }),
    },
  });
}

/** Sends the body and waits for the head of the answer. */
function answerOf(
  request: IncomingMessage,
  sent: ClientRequest,
  name: string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once('response', resolve);
    // It may break again while the answer is read: the answer breaks off then, which is seen there.
    sent.on('error', (error) => {
      reject(unanswered(name, error));
    });
    request.once('error', () => sent.destroy());
    request.pipe(sent);
  });
}

function unanswered(name: string, error: Error): RepriseError {
  return new RepriseError(
    'UNAVAILABLE',
    `the space ${name} did not answer, and is started again where it ended: send the request again later`,
    {},
    error,
  );
}

/** Headers without those of the connection, by the list and as the connection itself names them. */
function passedOn(headers: IncomingHttpHeaders, left: readonly string[] = []): OutgoingHttpHeaders {
  const named = (headers.connection ?? '').toLowerCase().split(',');
  const own = new Set([...OF_THE_CONNECTION, ...left, ...named.map((one) => one.trim())]);
  // Whoever names it would have a body sent on without its end.
  own.delete('content-length');
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !own.has(name)));
}
