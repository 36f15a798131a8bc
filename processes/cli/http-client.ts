import type { IncomingMessage } from 'node:http';
import { Agent, request as httpRequest } from 'node:http';

import { RepriseError } from '../../events/error.ts';
import type { ErrorCode } from '../../events/error.ts';

/** One field that the API refused; `line` counts from 1 in an NDJSON body. */
export interface RefusedField {
  readonly field: string;
  readonly reason: string;
  readonly line?: number;
}

/** A problem document that the API answered with. */
export class ApiRefusal extends RepriseError {
  readonly status: number;
  readonly refused: readonly RefusedField[];
  readonly document: Readonly<Record<string, unknown>>;

  constructor(status: number, document: Readonly<Record<string, unknown>>) {
    const { code, detail, title, errors } = document;
    const message =
      [detail, title].find((text) => typeof text === 'string') ?? `HTTP ${String(status)}`;
    super((typeof code === 'string' ? code : 'UNAVAILABLE') as ErrorCode, message);
    this.name = 'ApiRefusal';
    this.status = status;
    this.refused = Array.isArray(errors) ? (errors as readonly RefusedField[]) : [];
    this.document = document;
  }
}

/** What a request carries. */
export interface RequestOptions {
  /** A JSON document. */
  readonly body?: unknown;
  /** NDJSON text, instead of a JSON document. */
  readonly ndjson?: string;
  /** The media type that the answer should have. */
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Talks HTTP with the API over a unix socket, on connections that are kept. */
export class HttpClient {
  readonly #socketPath: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Sends a request and reads the JSON answer; throws {@link ApiRefusal} on any other status than 2xx. */
  async json<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.open(method, path, options);
    return JSON.parse(await readText(response)) as T;
  }

  /** Sends a request and hands over the answer's stream; throws {@link ApiRefusal} on any other status than 2xx. */
  async open(method: string, path: string, options: RequestOptions = {}): Promise<IncomingMessage> {
    const response = await this.#send(method, path, options);
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    throw new ApiRefusal(status, parseProblem(await readText(response)));
  }

  /** Closes the connections. */
  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, options: RequestOptions): Promise<IncomingMessage> {
    const { body, ndjson, accept = 'application/json', signal } = options;
    const text = ndjson ?? (body === undefined ? undefined : JSON.stringify(body));
    const type = ndjson === undefined ? 'application/json' : 'application/x-ndjson';
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        socketPath: this.#socketPath,
        agent: this.#agent,
        method,
        path,
        ...(signal === undefined ? {} : { signal }),
        headers: {
          host: 'localhost',
          accept,
          ...(text === undefined
            ? {}
            : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
        },
      });
      request.on('response', resolve);
      request.on('error', (error) => {
        reject(signal?.aborted === true ? error : connectionFault(error));
      });
      request.end(text);
    });
  }
}

/** Tells whether an error says that nobody listens on the socket. */
export function isNobodyThere(error: unknown): boolean {
  const cause = error instanceof RepriseError ? error.cause : error;
  const code = (cause as { code?: unknown } | undefined)?.code;
  return code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTSOCK';
}

function connectionFault(error: Error): RepriseError {
  return new RepriseError(
    'UNAVAILABLE',
    `the server of this data folder does not answer (${error.message}): start it, or run the command again`,
    {},
    error,
  );
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function parseProblem(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through to the text itself: a proxy or an old server may answer without JSON.
  }
  return { detail: text.slice(0, 200) };
}
