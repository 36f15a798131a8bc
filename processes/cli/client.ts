import { setTimeout as sleep } from 'node:timers/promises';

import { hasCode, RepriseError } from '../../events/error.ts';
import { HttpClient, isNobodyThere } from './http-client.ts';

/** How a command wants the core, where it has to start one itself. */
export interface ConnectOptions {
  /** Whether durable workflows are needed: `lazy` starts Temporal when the first run is asked for. */
  readonly durable?: 'lazy' | 'off';
  /** Partitions of a data folder that is made by this command. */
  readonly partitions?: number;
  /** Makes the data folder where there is none; commands that only read refuse a folder that is not there. */
  readonly create?: boolean;
}

/** The API of a data folder. */
export interface Client {
  readonly http: HttpClient;
  /** True where no server was running and the core was started in this process. */
  readonly own: boolean;
  close(): Promise<void>;
}

/** A core that this process started. */
export interface OwnCore {
  readonly socketPath: string;
  close(): Promise<void>;
}

/** What connecting needs; the process passes the real ones. */
export interface ConnectDeps {
  /** The path of the data folder's private socket. */
  readonly socketPath: (data: string) => string;
  /** Tells whether there is a data folder. */
  readonly isThere: (data: string) => boolean;
  /** Starts the core on that socket; throws CONFLICT while another process has the folder. */
  readonly startCore: (data: string, options: ConnectOptions) => Promise<OwnCore>;
  readonly signal: AbortSignal;
}

/** How long a data folder may be in use without anybody on its socket: its server is starting up or ending. */
export const takeoverTriesMax = 60;
const takeoverEveryMs = 250;

/** Opens the API of a data folder: of the server that runs on it, else of a core started in this process. */
export async function connectWith(
  deps: ConnectDeps,
  data: string,
  options: ConnectOptions,
): Promise<Client> {
  if (options.create !== true && !deps.isThere(data)) {
    throw new RepriseError(
      'NOT_FOUND',
      `there is no data folder at ${data}: make one with start or import, or name another with --data`,
    );
  }
  for (let tries = 1; ; tries += 1) {
    const running = await findServer(deps.socketPath(data));
    if (running !== undefined) return running;
    try {
      return await startOwn(deps, data, options);
    } catch (error) {
      if (!isInUse(error) || tries >= takeoverTriesMax) throw error;
    }
    await sleep(takeoverEveryMs, undefined, { signal: deps.signal });
  }
}

/** A folder in use names the process; other conflicts (its format, its partitions) don't pass with time. */
function isInUse(error: unknown): boolean {
  return hasCode(error, 'CONFLICT') && typeof error.fields['pid'] === 'number';
}

async function findServer(socketPath: string): Promise<Client | undefined> {
  const http = new HttpClient(socketPath);
  try {
    await http.json('GET', '/health/live');
    return {
      http,
      own: false,
      close(): Promise<void> {
        http.close();
        return Promise.resolve();
      },
    };
  } catch (error) {
    http.close();
    if (isNobodyThere(error)) return undefined;
    throw error;
  }
}

async function startOwn(deps: ConnectDeps, data: string, options: ConnectOptions): Promise<Client> {
  const core = await deps.startCore(data, options);
  const http = new HttpClient(core.socketPath);
  return {
    http,
    own: true,
    async close(): Promise<void> {
      http.close();
      await core.close();
    },
  };
}
