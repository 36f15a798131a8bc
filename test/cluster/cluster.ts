import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLUSTER_PROCESSES } from '../../processes/config/cluster-process.ts';
import type { ClusterProcess } from '../../processes/config/cluster-process.ts';
import type { Stack } from '../services/stack.ts';
import { Member } from './member.ts';
import { registerNamespace } from './namespace.ts';

/** What a cluster is made of. */
export interface ClusterOptions {
  readonly stack: Stack;
  readonly partitions: number;
  /** How many of each kind; one of each where it is left out, and none of what is 0. */
  readonly processes?: Partial<Readonly<Record<ClusterProcess, number>>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A whole cluster of real processes over a stack, with topic, databases, namespace and folders of its own. */
export class Cluster {
  readonly folder: string;
  readonly partitions: number;
  readonly env: Readonly<Record<string, string>>;
  readonly members: readonly Member[];
  #isFailed = false;

  constructor(folder: string, env: Readonly<Record<string, string>>, options: ClusterOptions) {
    this.folder = folder;
    this.env = env;
    this.partitions = options.partitions;
    this.members = CLUSTER_PROCESSES.flatMap((kind) =>
      Array.from(
        { length: options.processes?.[kind] ?? 1 },
        (_, n) => new Member({ name: `${kind}-${String(n)}`, kind, env, folder }),
      ),
    );
    // A runner that gives up on this file ends it by a signal; nothing may be left then either.
    process.once('exit', this.#killAll);
    process.once('SIGTERM', this.#endAtOnce);
  }

  /** The member of a name, e.g. `worker-1`. */
  member(name: string): Member {
    const found = this.members.find((one) => one.name === name);
    assert.ok(found, `there is no ${name}`);
    return found;
  }

  /** The members of a kind. */
  ofKind(kind: ClusterProcess): readonly Member[] {
    return this.members.filter((one) => one.kind === kind);
  }

  /** Where the first API listens. */
  get url(): string {
    return this.member('api-0').url;
  }

  /** Does a part of a test: where it fails, the logs are kept and the failure says where. */
  async watch<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#isFailed = true;
      const gone = this.members.filter(({ isRunning }) => !isRunning);
      const ends = gone.map((one) => `${one.name} does not run:\n${one.tail()}`);
      const message = `${error instanceof Error ? error.message : String(error)}; logs are in ${this.folder}`;
      throw new Error([message, ...ends].join('\n'), { cause: error });
    }
  }

  /** Ends every process in order, and removes the folder unless something failed. */
  async close(): Promise<void> {
    const ended = await Promise.allSettled(this.members.map((member) => member.end()));
    process.off('exit', this.#killAll);
    process.off('SIGTERM', this.#endAtOnce);
    const failure = ended.find((one) => one.status === 'rejected');
    if (failure === undefined && !this.#isFailed) {
      await rm(this.folder, { recursive: true, force: true });
    }
    if (failure !== undefined) throw failure.reason;
  }

  /** A signal alone would end this process without its 'exit'. */
  readonly #endAtOnce = (): void => {
    process.exit(143);
  };

  readonly #killAll = (): void => {
    for (const member of this.members) member.killNow();
  };
}

/** Starts a cluster and resolves when every process of it is ready. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { stack, partitions } = options;
  const name = `test-${randomBytes(4).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), 'reprise-cluster-'));
  await mkdir(join(folder, 'shared'));
  const address = stack.value('REPRISE_TEMPORAL_ADDRESS');
  await registerNamespace(address, name);
  const env = {
    REPRISE_PARTITIONS: String(partitions),
    REPRISE_KAFKA_BROKERS: stack.value('REPRISE_KAFKA_BROKERS'),
    REPRISE_KAFKA_TOPIC: name,
    REPRISE_MONGO_URL: stack.value('REPRISE_MONGO_URL'),
    REPRISE_MONGO_DATABASE: name,
    REPRISE_MONGO_IDENTITY_DATABASE: `${name}-identity`,
    REPRISE_REDIS_URL: stack.value('REPRISE_REDIS_URL'),
    REPRISE_TEMPORAL_ADDRESS: address,
    REPRISE_TEMPORAL_NAMESPACE: name,
    REPRISE_SHARED_FOLDER: join(folder, 'shared'),
    REPRISE_SIGNING_KEY: randomBytes(32).toString('base64'),
    ...options.env,
  };
  const cluster = new Cluster(folder, env, options);
  try {
    await cluster.watch(async () => {
      await Promise.all(cluster.members.map((member) => member.start()));
      await Promise.all(cluster.members.map((member) => member.ready()));
    });
    return cluster;
  } catch (error) {
    await cluster.close();
    throw error;
  }
}
