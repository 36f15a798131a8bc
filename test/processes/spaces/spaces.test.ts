import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { keyedSocketPathOf, socketPathOf } from '../../../adapters/embedded/data-folder-socket.ts';
import { HttpProblem } from '../../../api/problem.ts';
import { spaceFolder, Spaces } from '../../../processes/spaces/spaces.ts';
import { send } from '../../api/harness.ts';

/** Holds requests of `/held` until one of `/release` comes, and answers all others at once. */
const HOLDING = (socketPath: string) => `
import { createServer } from 'node:http';
const held = [];
createServer((request, response) => {
  if (request.url === '/held') held.push(response);
  else {
    if (request.url === '/release') for (const each of held.splice(0)) each.end('released');
    response.end(String(held.length));
  }
}).listen(${JSON.stringify(socketPath)}, () => {
  process.stdout.write(JSON.stringify({ up: true }) + '\\n');
});
process.stdin.once('end', () => process.exit(0)).resume();
`;

const REQUESTS_MAX = 3;

describe('the spaces of a server', () => {
  let folder: string;
  let spaces: Spaces;
  let front: Server;
  let port: number;
  const sockets: string[] = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reprise-spaces-'));
    const data = join(folder, 'data');
    const socketPath = keyedSocketPathOf(socketPathOf(spaceFolder(data, 'acme')));
    sockets.push(dirname(socketPath));
    await mkdir(dirname(socketPath), { recursive: true });
    const script = join(folder, 'holding.mjs');
    await writeFile(script, HOLDING(socketPath));
    spaces = new Spaces({
      ...{ names: ['acme'], data, keysPath: join(folder, 'keys'), env: process.env },
      ...{ clock: () => Date.UTC(2026, 0, 1), logger: { warn: () => undefined } as never },
      ...{ script: pathToFileURL(script), requestsMax: REQUESTS_MAX },
    });
    spaces.start();
    const door = spaces.door({ spaceOf: () => 'acme' });
    front = createServer((request, response) => {
      door.handOver('acme', 'key', request, response).catch((error: unknown) => {
        const headers = error instanceof HttpProblem ? error.headers : {};
        const { code } = error as { code: string };
        response.writeHead(code === 'BUSY' ? 429 : 503, headers).end(code);
      });
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    ({ port } = front.address() as AddressInfo);
  });
  after(async () => {
    front.closeAllConnections();
    front.close();
    await spaces.close();
    for (const each of [folder, ...sockets]) await rm(each, { recursive: true, force: true });
  });

  async function until(look: () => boolean | Promise<boolean>): Promise<void> {
    const endMs = performance.now() + 60_000;
    while (!(await look())) {
      assert.ok(performance.now() < endMs, 'it never came');
      await sleep(10);
    }
  }

  test('have so many requests under way, refuse one more, and take others when one is over', async () => {
    await until(() => spaces.list()[0]?.state === 'up');
    const held = Array.from({ length: REQUESTS_MAX - 1 }, () => send({ port }, 'GET', '/held'));
    const heldCount = async (): Promise<string> => (await send({ port }, 'GET', '/count')).text;
    await until(async () => (await heldCount()) === String(REQUESTS_MAX - 1));
    held.push(send({ port }, 'GET', '/held'));
    // While it is full every other request is refused, with the time to wait.
    await until(async () => (await send({ port }, 'GET', '/count')).status === 429);
    const refused = await send({ port }, 'GET', '/count');
    assert.deepEqual([refused.status, refused.text], [429, 'BUSY']);
    assert.equal(refused.headers['retry-after'], '1');
    const socketPath = keyedSocketPathOf(socketPathOf(spaceFolder(join(folder, 'data'), 'acme')));
    await send({ socketPath }, 'GET', '/release');
    const answers = await Promise.all(held);
    assert.deepEqual(
      answers.map(({ status, text }) => [status, text]),
      answers.map(() => [200, 'released']),
    );
    assert.equal((await send({ port }, 'GET', '/count')).status, 200);
  });
});
