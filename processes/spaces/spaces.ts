import { Agent } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';

import { keyedSocketPathOf, socketPathOf } from '../../adapters/embedded/data-folder-socket.ts';
import { HttpProblem } from '../../api/problem.ts';
import type { SpaceAnswer } from '../../api/schema/spaces.ts';
import type { SpaceDoorPort, SpacesPort } from '../../api/space-door.ts';
import { RepriseError } from '../../events/error.ts';
import type { Logger } from '../logger.ts';
import { handOver } from './hand-over.ts';
import { spaceEnvironment } from './space-environment.ts';
import { SpaceProcess } from './space-process.ts';

/** Requests of one space that are under way at a time: no space takes all connections of the server. */
export const spaceRequestsMax = 512;
/** Connections to a space that are kept for the next request. */
export const spaceIdleSocketsMax = 64;

/** What spaces are run with. */
export interface SpacesOptions {
  readonly names: readonly string[];
  /** The data folder of the main space; theirs are in it. */
  readonly data: string;
  /** The file of keys, of which each space takes its own. */
  readonly keysPath: string;
  readonly env: NodeJS.ProcessEnv;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'warn'>;
  /** What a space's process runs; `processes/space.ts` where absent. */
  readonly script?: URL;
  /** {@link spaceRequestsMax} where absent. */
  readonly requestsMax?: number;
}

interface Space {
  readonly process: SpaceProcess;
  readonly agent: Agent;
  underWay: number;
}

/** Where a data folder has the data folder of a space. */
export function spaceFolder(data: string, name: string): string {
  return join(data, 'spaces', name);
}

/** The spaces of a server: a core of its own for each, in a process of its own, that this one starts again when it ends. */
export class Spaces implements SpacesPort {
  readonly #spaces: ReadonlyMap<string, Space>;
  readonly #requestsMax: number;

  constructor({ names, data, keysPath, env, clock, logger, ...given }: SpacesOptions) {
    const { script = new URL('../space.ts', import.meta.url) } = given;
    this.#requestsMax = given.requestsMax ?? spaceRequestsMax;
    this.#spaces = new Map(
      names.map((name) => {
        const folder = spaceFolder(data, name);
        const made = new SpaceProcess({
          ...{ name, script, clock, logger },
          args: [folder, name, keysPath],
          env: spaceEnvironment(env, name),
          socketPath: keyedSocketPathOf(socketPathOf(folder)),
        });
        const agent = new Agent({ keepAlive: true, maxFreeSockets: spaceIdleSocketsMax });
        return [name, { process: made, agent, underWay: 0 }];
      }),
    );
  }

  /** Starts them all; none is waited for, and one that does not come up holds up no other. */
  start(): void {
    for (const { process: one } of this.#spaces.values()) one.start();
  }

  list(): readonly SpaceAnswer[] {
    return [...this.#spaces.values()].map(({ process: one }) => one.stand());
  }

  /** The way to them by the keys that are known. */
  door(keys: Pick<SpaceDoorPort, 'spaceOf'>): SpaceDoorPort {
    return {
      // A key of a space that is not run opens nothing, as if it were nobody's.
      spaceOf: (sent) => {
        const space = keys.spaceOf(sent);
        return space !== undefined && this.#spaces.has(space) ? space : undefined;
      },
      handOver: (name, key, request, response) => this.#handOver(name, key, request, response),
    };
  }

  /** Ends them all at the same time. */
  async close(): Promise<void> {
    await Promise.all([...this.#spaces.values()].map(({ process: one }) => one.stop()));
    for (const { agent } of this.#spaces.values()) agent.destroy();
  }

  async #handOver(
    name: string,
    key: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const space = this.#spaces.get(name);
    if (space?.process.isUp !== true) throw notUp(name, space?.process.stand().state ?? 'unknown');
    if (space.underWay >= this.#requestsMax) {
      const most = String(this.#requestsMax);
      throw new HttpProblem('BUSY', `${most} requests of the space ${name} are under way: wait`, {
        headers: { 'retry-after': '1' },
      });
    }
    space.underWay += 1;
    try {
      const { socketPath } = space.process;
      await handOver(request, response, { socketPath, agent: space.agent, key, name });
    } finally {
      space.underWay -= 1;
    }
  }
}

function notUp(name: string, state: string): RepriseError {
  return new RepriseError(
    'UNAVAILABLE',
    `the space ${name} is ${state}: send the request again later`,
  );
}
