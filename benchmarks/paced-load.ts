import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** Latencies of a run, milliseconds. */
export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** An answer to a request. */
export interface Answer {
  readonly status: number;
  readonly json: unknown;
}

/** Sums latencies up. */
export function summary(latencies: readonly number[]): Latencies {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN);
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** Rounds to three decimals. */
export function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

/**
 * Begins an operation at a fixed rate, whether or not those before are done, and gives the latency of each from the
 * time at which it was due: a server that stalls is charged for all that had to wait.
 */
export async function paced(
  perSecond: number,
  seconds: number,
  once: (at: number) => Promise<unknown>,
): Promise<readonly number[]> {
  const count = perSecond * seconds;
  const latencies: number[] = [];
  const started = performance.now();
  const running: Promise<void>[] = [];
  for (let at = 0; at < count; at += 1) {
    const due = started + (at * 1_000) / perSecond;
    while (performance.now() < due) await sleep(Math.max(0, due - performance.now()));
    const begun = performance.now();
    // The timer of this process is late by up to a millisecond: that is not the server's doing.
    const charged = begun - due > 2 ? due : begun;
    running.push(
      once(at).then(() => {
        latencies.push(performance.now() - charged);
      }),
    );
  }
  await Promise.all(running);
  return latencies;
}

/** A client with connections that are kept. */
export class Client {
  readonly #port: number;
  readonly #agent: Agent;

  /** With fewer connections than requests under way the client waits for itself. */
  constructor(port: number, connectionsMax = 64) {
    this.#port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connectionsMax });
  }

  /** Sends a request, as JSON or as NDJSON, and reads the JSON answer. */
  async send(method: string, path: string, body?: object | string): Promise<Answer> {
    for (;;) {
      const answer = await this.#send(method, path, body);
      if (answer !== undefined) return answer;
    }
  }

  /** Undefined where a connection that was kept had just been closed by the server: then nothing was asked. */
  #send(method: string, path: string, body?: object | string): Promise<Answer | undefined> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
    const headers = body === undefined ? {} : { 'content-type': type };
    return new Promise((resolve, reject) => {
      const target = { host: '127.0.0.1', port: this.#port, agent: this.#agent };
      const sent = request({ ...target, method, path, headers }, (response) => {
        let answer = '';
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => {
            answer += chunk;
          })
          .on('end', () => {
            resolve({ status: response.statusCode ?? 0, json: JSON.parse(answer) as unknown });
          })
          .on('error', reject);
      });
      sent
        .on('error', (error: NodeJS.ErrnoException) => {
          if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(undefined);
          else reject(error);
        })
        .end(text);
    });
  }

  /** Closes the connections. */
  close(): void {
    this.#agent.destroy();
  }
}
