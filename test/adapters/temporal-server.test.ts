import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Connection } from '@temporalio/client';
import { startTemporalServer } from '../../adapters/embedded/temporal-server.ts';
import type { TemporalServer } from '../../adapters/embedded/temporal-server.ts';
import { freePort } from '../../adapters/embedded/free-port.ts';
import { readNativeParts } from '../../processes/core/native-parts.ts';
import { SEARCH_ATTRIBUTES } from '../../workflows/messages.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { path: program = 'temporal', unavailable } = readNativeParts().temporal;
const guard = new URL('../../processes/temporal-guard.ts', import.meta.url);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function pidOf(folder: string): Promise<number> {
  return (JSON.parse(await readFile(join(folder, 'server.json'), 'utf8')) as { pid: number }).pid;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function answers({ address }: TemporalServer): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 500 });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

describe("Temporal's server", { skip: unavailable ?? false }, () => {
  const servers: TemporalServer[] = [];
  const start = async (folder: string): Promise<TemporalServer> => {
    const options = { program, folder, guard, searchAttributes: SEARCH_ATTRIBUTES, logger: quiet };
    const server = await startTemporalServer(options);
    servers.push(server);
    return server;
  };
  after(async () => {
    for (const server of servers) await server.stop();
  });

  it('answers with its UI and our search attributes, and keeps them over a restart', async () => {
    const folder = await temporaryFolder();
    for (const round of [1, 2]) {
      const server = await start(folder);
      const connection = await Connection.connect({ address: server.address });
      const known = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
      for (const { name } of SEARCH_ATTRIBUTES) {
        assert.ok(name in known.customAttributes, `${name} in round ${round}`);
      }
      assert.equal((await fetch(server.uiUrl)).status, 200);
      await connection.close();
      assert.equal(server.status().state, 'up');
      const pid = await pidOf(folder);
      await server.stop();
      assert.equal(isAlive(pid), false);
      assert.equal(server.status().state, 'stopped');
    }
  });

  it('is started again on the same address when it dies', async () => {
    const folder = await temporaryFolder();
    const server = await start(folder);
    const pid = await pidOf(folder);
    process.kill(pid, 'SIGKILL');
    await until(() => server.status().restarts === 1 && server.status().state === 'up');
    assert.ok(await answers(server));
    assert.notEqual(await pidOf(folder), pid);
    await server.stop();
  });

  it('is ended before the next one starts where its guard was killed and it lived on', async () => {
    const folder = await temporaryFolder();
    const first = await start(folder);
    const orphan = await pidOf(folder);
    process.kill(first.guardPid!, 'SIGKILL');
    await until(() => first.status().restarts === 1 && first.status().state === 'up');
    assert.equal(isAlive(orphan), false);
    assert.ok(await answers(first));
    await first.stop();
  });

  it('takes other ports where one that was free is taken before it is used', async () => {
    const folder = await temporaryFolder();
    const once = join(folder, 'once');
    const late = join(folder, 'late.sh');
    // As the server itself ends where another program took its port between the look and the use.
    const taken = "Error: can't set UI port: bind: address already in use";
    const tried = `[ -e '${once}' ] || { : > '${once}'; echo "${taken}" >&2; exit 1; }`;
    await writeFile(late, `#!/bin/sh\n${tried}\nexec '${program}' "$@"\n`, { mode: 0o700 });
    const said: string[] = [];
    const logger = { ...quiet, warn: (...told: unknown[]) => said.push(JSON.stringify(told)) };
    const uiPort = await freePort();
    const server = await startTemporalServer({
      ...{ folder, guard, searchAttributes: [], logger, uiPort },
      program: late,
    });
    servers.push(server);
    assert.ok(await answers(server));
    assert.notEqual(server.uiUrl, `http://127.0.0.1:${String(uiPort)}`);
    assert.ok(said.some((each) => each.includes(taken)));
    await server.stop();
  });

  it('says why where the program cannot be run', async () => {
    const folder = await temporaryFolder();
    const options = { folder, guard, searchAttributes: [], logger: quiet };
    await assert.rejects(startTemporalServer({ ...options, program: join(folder, 'none') }), {
      code: 'UNAVAILABLE',
    });
  });
});

describe('a free port', () => {
  it('is the preferred one where it is free, another where it is not', async () => {
    const port = await freePort();
    assert.equal(await freePort(port), port);
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    assert.notEqual(await freePort(port), port);
    await new Promise((resolve) => taken.close(resolve));
  });
});
