import { withinMs } from '../../../adapters/cluster/time-bound.ts';
import type { HealthPort } from '../../../api/deps.ts';
import type { StatusAnswer } from '../../../api/schema/answers.ts';
import type { PartitionNote } from '../../../activities/replay/fences.ts';
import type { WaitingPartition } from '../../../activities/merges/live-merges.ts';
import { formatPosition, sequence } from '../../../events/position.ts';
import { RELEASE } from '../../config/release.ts';
import { countServed } from '../../core/counts.ts';
import { describeStatus } from '../../core/status.ts';
import type { ReplayStand } from '../../core/status.ts';
import type { ApiParts } from './api-parts.ts';
import { liveVersion } from './api-parts.ts';
import type { DependencyWatch, WatchedDependency } from './dependency-watch.ts';
import { need } from '../need.ts';

/** A mover that told nothing for so long is down, or cannot reach the database. */
export const MOVER_SILENT_MS_MAX = 10_000;

/** How long a status waits for one answer of a server. */
export const STATUS_WAIT_MS_MAX = 1_000;

/** The servers that an API depends on, and how each is asked whether it is there. */
export function watchedBy(parts: ApiParts): readonly WatchedDependency[] {
  const { stores, redis, transport, config, runs } = parts;
  const { mongo, objects } = stores;
  const { database } = need(config.mongo, 'REPRISE_MONGO_URL');
  const { address } = need(config.temporal, 'REPRISE_TEMPORAL_ADDRESS');
  const { brokers } = need(config.kafka, 'REPRISE_KAFKA_BROKERS');
  return [
    { name: 'kafka', where: brokers.join(','), check: () => transport.lag() },
    {
      name: 'mongodb',
      where: mongo.where,
      check: () => mongo.run(() => mongo.database(database).command({ ping: 1 })),
    },
    { name: 'redis', where: redis.name, check: () => redis.check() },
    {
      name: 'temporal',
      where: address,
      check: async () => {
        const connected = runs();
        if (connected === undefined) throw new Error(parts.durable.reason);
        await connected.check();
      },
    },
    {
      name: 'shared files',
      where: objects.where(''),
      check: () => objects.list('indexes/'),
    },
  ];
}

/** Tells how an API of the cluster stands: ready once it has a whole state of what stood in the journal at its start. */
export class ApiHealth implements HealthPort {
  readonly #parts: ApiParts;
  readonly #watch: DependencyWatch;
  #wasReady = false;
  /** The version that served when status was told last, with its learner. */
  #known: { readonly version: string; readonly learner: string } | undefined;

  constructor(parts: ApiParts, watch: DependencyWatch) {
    this.#parts = parts;
    this.#watch = watch;
  }

  /** What once was ready stays so: it answers from what it has, whatever server is down. */
  awaited(): readonly string[] {
    if (this.#wasReady) return [];
    const { serving, feed, startHeads } = this.#parts;
    const awaited: string[] = [];
    for (const [partition, head] of startHeads.entries()) {
      const behind = head - serving.position(partition);
      const { state, why } = feed.stand(partition);
      if (state !== 'loading' && behind <= 0) continue;
      const events = `${String(Math.max(0, behind))} events behind`;
      awaited.push(`partition ${String(partition)} (${why ?? state}, ${events})`);
    }
    if (awaited.length === 0 && serving.isReady) {
      this.#wasReady = true;
      return [];
    }
    const down = this.#watch.list().filter(({ up }) => !up);
    return [...awaited, ...down.map(({ name, where }) => `${name} at ${where}`)];
  }

  dependencies(): Readonly<Record<string, string>> {
    const states = this.#watch.list().map(({ name, where, up, why }): [string, string] => {
      return [name, up ? `up at ${where}` : `down at ${where}: ${why ?? ''}`];
    });
    return Object.fromEntries(states);
  }

  async status(): Promise<StatusAnswer> {
    const { stores, serving, catalogue, search, durable, warnings, clock, startedMs } = this.#parts;
    const notes = await soon(stores.fences.notes(), []);
    const learner = await this.#learner();
    const { journal } = stores;
    const known = serving.isReady;
    const answer = describeStatus({
      ...{ clock, journal, serving, catalogue, startedMs, release: RELEASE, profile: 'cluster' },
      replay: () => this.#replay(notes, learner),
      counts: () => (known ? countServed(serving) : { events: 0, users: 0, items: 0, refused: 0 }),
      awaited: () => this.awaited(),
      searcher: () => search.searcher?.status(),
      parts: () => [durable.part, searchPart(this.#parts)],
      links: (): Readonly<Record<string, string>> =>
        durable.url === undefined || durable.url === '' ? {} : { temporal: durable.url },
      warnings: () => warnings.list(),
      waiting: () => notes.flatMap(waitingOf),
    });
    return { ...answer, dependencies: this.#dependencies(), movers: notes.map(moverOf) };
  }

  #replay(notes: readonly PartitionNote[], learner: string): ReplayStand {
    const { serving, clock } = this.#parts;
    const positions = Array.from({ length: serving.partitions }, (_, partition) =>
      serving.position(partition),
    );
    const silent = positions.flatMap((_, partition) => {
      const told = notes.find(({ fence }) => fence.partition === partition)?.toldMs;
      return told === undefined || clock() - told > MOVER_SILENT_MS_MAX ? [partition] : [];
    });
    return {
      version: liveVersion(serving) ?? '',
      ...{ learner, positions },
      ...(silent.length === 0
        ? { leased: true }
        : { leased: false, reason: `no worker tells of partitions ${silent.join(', ')}` }),
    };
  }

  /** The learner of the version that serves; empty where it cannot be looked up now. */
  async #learner(): Promise<string> {
    const { serving, stores } = this.#parts;
    const version = liveVersion(serving);
    if (version === undefined) return '';
    if (this.#known?.version === version) return this.#known.learner;
    const found = await soon(stores.registry.get(version), undefined);
    if (found === undefined) return '';
    const { learner } = found.definition.learner;
    this.#known = { version, learner };
    return learner;
  }

  #dependencies(): NonNullable<StatusAnswer['dependencies']> {
    return this.#watch.list().map(({ name, where, up, sinceMs, why }) => ({
      ...{ name, where, up, since: new Date(sinceMs).toISOString() },
      ...(why !== undefined && { why }),
    }));
  }
}

/** What a server answers soon; something else where it does not. */
function soon<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  return withinMs(STATUS_WAIT_MS_MAX, 'too late for a status', answer).catch(() => otherwise);
}

function moverOf(note: PartitionNote): NonNullable<StatusAnswer['movers']>[number] {
  const { fence, version, position, barrier, toldMs } = note;
  const { partition, holder } = fence;
  return {
    ...{ partition, holder, version, barrier, told: new Date(toldMs).toISOString() },
    position: formatPosition({ partition, sequence: sequence(position) }),
  };
}

/** A partition that lacked what others contribute to the barrier it passed last, when its mover told it. */
function waitingOf(note: PartitionNote): readonly WaitingPartition[] {
  const { fence, barrier, waitsFor = [] } = note;
  if (waitsFor.length === 0) return [];
  return [{ partition: fence.partition, barrier, behind: waitsFor }];
}

function searchPart({ search }: ApiParts): { name: string; on: boolean; reason?: string } {
  const name = 'approximate search (faiss-node)';
  if (search.searcher !== undefined) return { name, on: true };
  return { name, on: false, reason: search.trouble ?? 'faiss-node is off' };
}
