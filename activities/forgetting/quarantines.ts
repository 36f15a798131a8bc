import { RepriseError } from '../../events/error.ts';
import type { EventDoor } from '../../events/door.ts';
import type { SharedFact } from '../../events/fact.ts';
import type { IdentityStore } from '../../events/identity.ts';
import type { Journal } from '../../events/journal.ts';
import { formatPosition, ORIGIN, sequence } from '../../events/position.ts';
import type { Position, Sequence } from '../../events/position.ts';
import type { Surrogate } from '../../events/fact.ts';
import { countLeftOut } from './left-out-count.ts';
import { OneAtATime } from '../one-at-a-time.ts';
import type { QuarantineRecord, QuarantineStore } from './quarantine-record.ts';
import { unfenced } from '../unfenced.ts';

/** Quarantines that are not lifted, at most. */
export const QUARANTINES_MAX = 100;

/** What quarantines need from outside. */
export interface QuarantinesDeps {
  readonly store: QuarantineStore;
  readonly identities: Pick<IdentityStore, 'find'>;
  readonly journal: Pick<Journal, 'head' | 'read' | 'partitions'>;
  readonly door: Pick<EventDoor, 'appendShared'>;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly yieldNow: () => Promise<void>;
}

/** Which events to leave out: those of users, or of a source, after some positions and up to others. */
export interface QuarantineRequest {
  readonly users: readonly string[];
  /** The source whose events are meant; `users` is empty then. */
  readonly source?: string;
  /** One a partition at most; from the start where a partition is not named. */
  readonly from: readonly Position[];
  /** One a partition at most; up to the head of now where a partition is not named. */
  readonly to: readonly Position[];
}

/** Takes quarantines in and lifts them: facts in the journal, which the version that is built next obeys. */
export class Quarantines {
  readonly #deps: QuarantinesDeps;
  /** One change at a time: no record is written from an old one. */
  readonly #changes = new OneAtATime();

  constructor(deps: QuarantinesDeps) {
    this.#deps = deps;
  }

  /**
   * Sets a quarantine. Throws NOT_FOUND where a user is unknown, INVALID where positions don't fit the journal or no
   * event is meant, BUSY where there are too many; nothing is changed then.
   */
  request(request: QuarantineRequest): Promise<QuarantineRecord> {
    return this.#changes.do(async () => {
      const record = await unfenced(() => this.#noted(request));
      await this.#append(record);
      return record;
    });
  }

  /** Begins to lift a quarantine. Throws NOT_FOUND where there is none, CONFLICT where it is not in force. */
  lift(quarantine: string): Promise<QuarantineRecord> {
    return this.#changes.do(async () => {
      const lifting = await unfenced(() => this.#lifting(quarantine));
      await this.#append(lifting);
      return lifting;
    });
  }

  /** Appends the facts that a kill has cut off. */
  resume(): Promise<void> {
    return this.#changes.do(async () => {
      for (const record of await this.pending()) await this.#append(record);
    });
  }

  /** The quarantines whose version is not live yet, oldest first. */
  async pending(): Promise<readonly QuarantineRecord[]> {
    const records = await this.#deps.store.list();
    return records.filter(({ state }) => state === 'building' || state === 'lifting');
  }

  /** Every quarantine, oldest first. */
  list(): Promise<readonly QuarantineRecord[]> {
    return this.#deps.store.list();
  }

  /** A quarantine by name; undefined where there is none. */
  get(quarantine: string): Promise<QuarantineRecord | undefined> {
    return this.#deps.store.get(quarantine);
  }

  /** Changes a record in turn with everything else. */
  change(
    quarantine: string,
    by: (record: QuarantineRecord) => Promise<QuarantineRecord> | QuarantineRecord,
  ): Promise<QuarantineRecord> {
    return this.#changes.do(() =>
      unfenced(async () => {
        const record = await this.#known(quarantine);
        const changed = await by(record);
        if (changed !== record) await this.#deps.store.write(changed);
        return changed;
      }),
    );
  }

  async #noted(request: QuarantineRequest): Promise<QuarantineRecord> {
    const records = await this.#deps.store.list();
    if (records.filter(({ state }) => state !== 'lifted').length >= QUARANTINES_MAX) {
      throw new RepriseError(
        'BUSY',
        `lift a quarantine first: there are ${String(QUARANTINES_MAX)}`,
      );
    }
    const { from, to } = this.#range(request);
    const { source } = request;
    const users = await this.#surrogates(request.users);
    const quarantine = `q${String(records.length + 1)}`;
    const leftOut = { quarantine, users, ...(source !== undefined && { source }), from, to };
    const events = await countLeftOut(this.#deps, leftOut);
    if (events === 0) throw nothingMeant(request);
    const requestedMs = Math.floor(this.#deps.clock());
    const record: QuarantineRecord = { ...leftOut, state: 'building', requestedMs, events };
    await this.#deps.store.write(record);
    return record;
  }

  async #lifting(quarantine: string): Promise<QuarantineRecord> {
    const record = await this.#known(quarantine);
    if (record.state !== 'active') {
      throw new RepriseError(
        'CONFLICT',
        `quarantine ${quarantine} is ${record.state}: only one that is active can be lifted`,
        { quarantine },
      );
    }
    const lifting: QuarantineRecord = { ...withoutPlan(record), state: 'lifting' };
    await this.#deps.store.write(lifting);
    return lifting;
  }

  async #known(quarantine: string): Promise<QuarantineRecord> {
    const record = await this.#deps.store.get(quarantine);
    if (record !== undefined) return record;
    throw new RepriseError('NOT_FOUND', `there is no quarantine ${quarantine}`, { quarantine });
  }

  async #surrogates(users: readonly string[]): Promise<readonly Surrogate[]> {
    const surrogates = new Set<Surrogate>();
    for (const [index, user] of users.entries()) {
      const identity = await this.#deps.identities.find(user);
      if (identity === undefined) {
        throw new RepriseError(
          'NOT_FOUND',
          `user ${String(index)} is not known here: nothing was changed`,
          { field: 'users', index },
        );
      }
      surrogates.add(identity.surrogate);
    }
    return [...surrogates];
  }

  #range({ from, to }: QuarantineRequest): { from: readonly Sequence[]; to: readonly Sequence[] } {
    const { journal } = this.#deps;
    this.#checkPositions('from', from);
    this.#checkPositions('to', to);
    const partitions = Array.from({ length: journal.partitions }, (_, partition) => partition);
    const range = {
      from: partitions.map((partition) => of(from, partition) ?? ORIGIN),
      to: partitions.map((partition) => of(to, partition) ?? journal.head(partition)),
    };
    for (const partition of partitions) {
      if ((range.from[partition] ?? 0) <= (range.to[partition] ?? 0)) continue;
      throw new RepriseError('INVALID', 'from stands after to: swap them', { field: 'from' });
    }
    return range;
  }

  #checkPositions(field: string, positions: readonly Position[]): void {
    const { journal } = this.#deps;
    const met = new Set<number>();
    for (const position of positions) {
      const { partition } = position;
      const fault =
        partition >= journal.partitions
          ? `names partition ${String(partition)}, and there are ${String(journal.partitions)}`
          : met.has(partition)
            ? `names partition ${String(partition)} twice`
            : position.sequence > journal.head(partition)
              ? `names ${formatPosition(position)}, past the head ${formatPosition({ partition, sequence: journal.head(partition) })}`
              : undefined;
      if (fault !== undefined) throw new RepriseError('INVALID', `${field} ${fault}`, { field });
      met.add(partition);
    }
  }

  /** The id is the record's own, so that the fact stands once. */
  async #append(record: QuarantineRecord): Promise<void> {
    const { quarantine, users, source, from, to, requestedMs } = record;
    const timeMs = Math.floor(this.#deps.clock());
    const fact: SharedFact =
      record.state === 'lifting'
        ? { kind: 'QuarantineLifted', quarantine, timeMs }
        : {
            ...{ kind: 'QuarantineSet', quarantine, timeMs },
            users,
            ...(source !== undefined && { source }),
            from: from.map(sequence),
            to: to.map(sequence),
          };
    await this.#deps.door.appendShared(fact, `${fact.kind} ${quarantine} ${String(requestedMs)}`);
  }
}

/** A record without the version that was built for what it was before. */
export function withoutPlan(record: QuarantineRecord): QuarantineRecord {
  const { version: _v, parent: _p, replayedFrom: _r, promotedAt: _a, ...rest } = record;
  return rest;
}

function nothingMeant({ source }: QuarantineRequest): RepriseError {
  const [what, field] =
    source === undefined ? ['users have', 'users'] : ['the source has', 'source'];
  const message = `${what} no event in this range: name others, or a wider one`;
  return new RepriseError('INVALID', message, { field });
}

function of(positions: readonly Position[], partition: number): Sequence | undefined {
  return positions.find((position) => position.partition === partition)?.sequence;
}
