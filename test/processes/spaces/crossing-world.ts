import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createApp } from '../../../api/app.ts';
import type { Access } from '../../../api/deps.ts';
import { KeyRing, keyDigest } from '../../../api/key-ring.ts';
import type { ApiKey } from '../../../api/key-ring.ts';
import { listen } from '../../../api/server.ts';
import { handOver } from '../../../processes/spaces/hand-over.ts';
import { fakeDeps, NOW_MS, startApi } from '../../api/harness.ts';
import type { Api } from '../../api/harness.ts';

/** The spaces of the world; `main` is the one behind the port. */
export const WORLD_SPACES = ['main', 'acme', 'globex'] as const;

/** One of {@link WORLD_SPACES}. */
export type WorldSpace = (typeof WORLD_SPACES)[number];

/** A key of a space by its scope: `reprise_acme_read-0123456789`. */
export function secretOf(space: WorldSpace, scope: ApiKey['scope']): string {
  return `reprise_${space}_${scope}-0123456789`;
}

/** An answer that a space gave. */
export interface Told {
  readonly space: WorldSpace;
  readonly route: string;
  readonly status: number;
}

/** A main space on a port and two others behind it, each with keys of its own, and what each of them answered. */
export interface CrossingWorld {
  readonly api: Api;
  readonly told: Told[];
  close(): Promise<void>;
}

const ALL_KEYS = WORLD_SPACES.flatMap((space) =>
  (['read', 'write', 'admin'] as const).map((scope) => ({
    ...{ name: `${space}-${scope}`, scope, sha256: keyDigest(secretOf(space, scope)), space },
  })),
);

/** Starts the three over doubles of all that is behind an API; the way between them is the real one. */
export async function crossingWorld(): Promise<CrossingWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-crossing-'));
  const told: Told[] = [];
  const watchOf = (space: WorldSpace) => ({
    begin: () => undefined,
    answered: (route: string, status: number): void => void told.push({ space, route, status }),
  });
  const keysOf = (space: WorldSpace): KeyRing =>
    new KeyRing(
      ALL_KEYS.filter((key) => key.space === space),
      () => NOW_MS,
    );
  const others = (['acme', 'globex'] as const).map(async (space) => {
    const access: Access = { kind: 'keys', keys: keysOf(space) };
    const app = createApp(fakeDeps({ access, watch: watchOf(space) }));
    return listen(app, { socketPath: join(folder, `${space}.sock`) });
  });
  const listening = await Promise.all(others);
  const agent = new Agent({ keepAlive: true });
  const ring = new KeyRing(
    ALL_KEYS.filter(({ space }) => space !== 'main'),
    () => NOW_MS,
  );
  const api = await startApi({
    access: {
      ...{ kind: 'keys', keys: keysOf('main') },
      spaces: {
        spaceOf: (sent) => ring.find(sent)?.space,
        handOver: (name, key, request, response) =>
          handOver(request, response, {
            ...{ name, key, agent, socketPath: join(folder, `${name}.sock`) },
          }),
      },
    },
    watch: watchOf('main'),
  });
  return {
    ...{ api, told },
    async close() {
      agent.destroy();
      await api.close();
      await Promise.all(listening.map((one) => one.close()));
      await rm(folder, { recursive: true });
    },
  };
}

/** A server on a socket of its own that answers as it is told. */
export async function socketServer(
  handle: Parameters<typeof createServer>[1],
): Promise<{ readonly socketPath: string; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-socket-'));
  const socketPath = join(folder, 'key.sock');
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await rm(folder, { recursive: true });
    },
  };
}
