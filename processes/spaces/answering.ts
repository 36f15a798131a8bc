import { request } from 'node:http';

/** Tells whether a server on a socket answers its probe within a time. */
export function isAnswering(socketPath: string, waitMsMax: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({
      ...{ socketPath, path: '/health/live', headers: { host: 'localhost' } },
      signal: AbortSignal.timeout(waitMsMax),
    });
    probe.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    probe.on('error', () => {
      resolve(false);
    });
    probe.end();
  });
}
