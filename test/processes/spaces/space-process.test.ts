import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { SpaceProcess } from '../../../processes/spaces/space-process.ts';

/** How long a child may take to come up on a machine that is busy. */
const seenMsMax = 60_000;

/** Says its process id in place of a reason, then that it is up, and ends with its input. */
const STEADY = `
process.stdout.write(JSON.stringify({ why: 'it was ' + process.pid }) + '\\n');
process.stdout.write(JSON.stringify({ up: true }) + '\\n');
process.stdin.once('end', () => process.exit(0)).resume();
`;
const FAILING = `
process.stdout.write('no JSON\\n' + JSON.stringify({ why: 'the folder is damaged' }) + '\\n');
process.exitCode = 1;
`;

/** Answers its probe until it is told to hang: then it takes connections, and is silent. */
const HANGING = (socketPath: string) => `
import { createServer } from 'node:http';
let isSilent = false;
const server = createServer((request, response) => {
  if (request.url === '/hang') isSilent = true;
  if (request.url === '/hang' || !isSilent) response.end('here');
});
import { rmSync } from 'node:fs';
rmSync(${JSON.stringify(socketPath)}, { force: true });
server.listen(${JSON.stringify(socketPath)}, () => {
  process.stdout.write(JSON.stringify({ up: true }) + '\\n');
});
process.stdin.once('end', () => process.exit(0)).resume();
`;

/** Tells a space to be silent from now on. */
function hang(socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: '/hang' }, (answer) => {
      answer.resume().once('end', resolve);
    })
      .on('error', reject)
      .end();
  });
}

describe('a space’s process', () => {
  let folder: string;
  const warned: unknown[] = [];
  const logger = { warn: (fields: unknown) => void warned.push(fields) } as never;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reprise-space-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function started(
    name: string,
    text: string,
    bounds: { readonly lookMs?: number; readonly hungMsMax?: number } = {},
  ): Promise<SpaceProcess> {
    const path = join(folder, `${name}.mjs`);
    await writeFile(path, text);
    const space = new SpaceProcess({
      ...{ name, script: pathToFileURL(path), args: [], env: process.env, logger, ...bounds },
      socketPath: join(folder, `${name}.sock`),
      clock: () => Date.UTC(2026, 0, 1),
    });
    space.start();
    return space;
  }

  async function until(look: () => boolean): Promise<void> {
    const endMs = performance.now() + seenMsMax;
    while (!look()) {
      assert.ok(performance.now() < endMs, 'it never came');
      await sleep(10);
    }
  }

  test('is up when it says so, is started again when it is killed, and ends when it is told', async () => {
    const space = await started('steady', STEADY);
    const since = '2026-01-01T00:00:00.000Z';
    assert.deepEqual(space.stand(), {
      ...{ name: 'steady', state: 'starting', restarts: 0, why: null, since },
    });
    await until(() => space.isUp);
    assert.ok(space.pid !== undefined);
    const first = space.pid;
    process.kill(first, 'SIGKILL');
    await until(() => !space.isUp);
    await until(() => space.isUp);
    assert.deepEqual([space.stand().restarts, space.stand().why], [1, `it was ${String(first)}`]);
    assert.notEqual(space.pid, first);
    const last = space.pid;
    await space.stop();
    assert.equal(space.stand().state, 'stopped');
    assert.throws(() => process.kill(last, 0), { code: 'ESRCH' });
  });

  test('is ended by force when it is silent for too long, not before, and started again', async () => {
    const socketPath = join(folder, 'hanging.sock');
    const hungMsMax = 3_000;
    const space = await started('hanging', HANGING(socketPath), { lookMs: 200, hungMsMax });
    await until(() => space.isUp);
    const first = space.pid;
    // Long enough to be ended if answers did not count.
    await sleep(hungMsMax + 2_000);
    assert.deepEqual([space.pid, space.stand().restarts], [first, 0]);
    const hungMs = performance.now();
    await hang(socketPath);
    await until(() => space.stand().restarts === 1 && space.isUp);
    assert.ok(performance.now() - hungMs > hungMsMax - 400, 'it was given no time');
    assert.match(String(space.stand().why), /SIGKILL/);
    await space.stop();
  });

  test('that does not come up says why, is tried again, and can be stopped in between', async () => {
    const space = await started('failing', FAILING);
    await until(() => space.stand().restarts >= 1 && space.stand().state === 'down');
    assert.equal(space.stand().why, 'the folder is damaged');
    assert.deepEqual(warned.at(-1), { space: 'failing', why: 'the folder is damaged' });
    await space.stop();
    const { restarts } = space.stand();
    await sleep(1_500);
    assert.deepEqual([space.stand().state, space.stand().restarts], ['stopped', restarts]);
  });
});
