import { erasedId } from '../../events/erased-id.ts';
import { RepriseError } from '../../events/error.ts';
import { eventKey } from '../../events/event-key.ts';
import type { Surrogate, UserErased } from '../../events/fact.ts';
import type { ForgettingIdentities, Identity } from '../../events/identity.ts';
import type { Journal, JournalEntry } from '../../events/journal.ts';
import type { Partition } from '../../events/position.ts';
import { surrogateToBytes } from '../../events/surrogate.ts';
import type { ErasureRecord, ErasureStore } from './erasure-record.ts';
import { OneAtATime } from '../one-at-a-time.ts';
import { unfenced } from '../unfenced.ts';

/** Users that one erasure gathers, at most. */
export const ERASURE_USERS_MAX = 10_000;

/** What erasures need from outside. */
export interface ErasuresDeps {
  readonly store: ErasureStore;
  readonly identities: Pick<ForgettingIdentities, 'find' | 'reveal' | 'erase'>;
  /** Appends facts; resolves when they are durable. The same again changes nothing. */
  readonly journal: Pick<Journal, 'append'>;
  readonly partitionOf: (user: string) => Partition;
  /** Unix milliseconds. */
  readonly clock: () => number;
}

/**
 * Takes erasures in: the users are out of every answer and their identities and keys are destroyed when a request
 * resolves. What was learned of them goes with the version that is built next; until then the erasure is pending.
 */
export class Erasures {
  readonly #deps: ErasuresDeps;
  /** One change at a time: a user is never in two erasures, and no record is written from an old one. */
  readonly #changes = new OneAtATime();

  constructor(deps: ErasuresDeps) {
    this.#deps = deps;
  }

  /**
   * Erases users by their ids, all or none: throws NOT_FOUND where one is unknown, erased before or never met, and
   * BUSY where the erasure that gathers now is full. Returns the erasure that they are part of. With `purge` their events
   * are blanked in the journal, too, before it is done.
   */
  request(users: readonly string[], purge = false): Promise<ErasureRecord> {
    return this.#changes.do(async () => {
      const noted = await unfenced(async () => {
        const identities = await this.#known([...new Set(users)]);
        const record = await this.#joined(identities, purge);
        // From here on a start after a kill ends what was begun.
        await this.#deps.store.write(record);
        return record;
      });
      return this.#settle(noted.erasure);
    });
  }

  /** Ends what a kill has cut off; resolves when every identity that was to be destroyed is. */
  resume(): Promise<void> {
    return this.#changes.do(async () => {
      for (const { erasure, forgotten } of await this.pending()) {
        if (!forgotten) await this.#settle(erasure);
      }
    });
  }

  /** The erasures whose version is not live yet, oldest first. */
  async pending(): Promise<readonly ErasureRecord[]> {
    return (await this.#deps.store.list()).filter(({ state }) => state !== 'done');
  }

  /** Every erasure, oldest first. */
  list(): Promise<readonly ErasureRecord[]> {
    return this.#deps.store.list();
  }

  /** An erasure by name; undefined where there is none. */
  get(erasure: string): Promise<ErasureRecord | undefined> {
    return this.#deps.store.get(erasure);
  }

  /** Changes the record of an erasure in turn with everything else; throws NOT_FOUND where there is none. */
  change(
    erasure: string,
    by: (record: ErasureRecord) => Promise<ErasureRecord> | ErasureRecord,
  ): Promise<ErasureRecord> {
    return this.#changes.do(() =>
      unfenced(async () => {
        const record = await this.#existing(erasure);
        const changed = await by(record);
        if (changed !== record) await this.#deps.store.write(changed);
        return changed;
      }),
    );
  }

  async #existing(erasure: string): Promise<ErasureRecord> {
    const record = await this.#deps.store.get(erasure);
    if (record !== undefined) return record;
    throw new RepriseError('NOT_FOUND', `there is no erasure ${erasure}`, { erasure });
  }

  /** Destroys the identities of a record, also where others add to it meanwhile; returns it as it is then. */
  #settle(erasure: string): Promise<ErasureRecord> {
    return unfenced(async () => {
      const record = await this.#existing(erasure);
      if (record.forgotten) return record;
      const revealed = await this.#revealed(record.surrogates);
      await this.#append(
        revealed.map(({ id, surrogate }) => [surrogate, this.#deps.partitionOf(id)] as const),
      );
      return this.#forget(record);
    });
  }

  async #known(users: readonly string[]): Promise<readonly Identity[]> {
    const identities: Identity[] = [];
    for (const [index, user] of users.entries()) {
      const identity = await this.#deps.identities.find(user);
      if (identity === undefined) {
        throw new RepriseError(
          'NOT_FOUND',
          `user ${String(index)} is not known here, or was erased before: nothing was changed`,
          { field: 'users', index },
        );
      }
      identities.push(identity);
    }
    return identities;
  }

  /** The erasure that gathers, with these users in it; a new one where none gathers. */
  async #joined(identities: readonly Identity[], purge: boolean): Promise<ErasureRecord> {
    const records = await this.#deps.store.list();
    const open = records.find(({ state }) => state === 'collecting');
    const own = identities.map(({ surrogate }) => surrogate);
    // Another process may have been asked for the same user a moment ago.
    const surrogates = [...new Set([...(open?.surrogates ?? []), ...own])];
    const purged = [...new Set([...(open?.purge ?? []), ...(purge ? own : [])])];
    if (surrogates.length > ERASURE_USERS_MAX) {
      throw new RepriseError(
        'BUSY',
        `an erasure takes ${String(ERASURE_USERS_MAX)} users: send the others when this one is under way`,
      );
    }
    return {
      erasure: open?.erasure ?? `e${String(records.length + 1)}`,
      state: 'collecting',
      ...(open?.revision !== undefined && { revision: open.revision }),
      requestedMs: open?.requestedMs ?? Math.floor(this.#deps.clock()),
      users: surrogates.length,
      surrogates,
      ...(purged.length > 0 && { purge: purged }),
      forgotten: false,
    };
  }

  async #append(users: readonly (readonly [Surrogate, Partition])[]): Promise<void> {
    const timeMs = Math.floor(this.#deps.clock());
    const entries = users.map(([user, partition]): JournalEntry => {
      const fact: UserErased = { kind: 'UserErased', user, timeMs };
      return { partition, key: eventKey(erasedId(user)), fact };
    });
    if (entries.length > 0) await this.#deps.journal.append(entries);
  }

  /** Destroys the identities only now: a row that is missing without its UserErased would be damage. */
  async #forget(record: ErasureRecord): Promise<ErasureRecord> {
    await this.#deps.identities.erase(record.surrogates);
    const forgotten: ErasureRecord = { ...record, forgotten: true };
    await this.#deps.store.write(forgotten);
    return forgotten;
  }

  async #revealed(surrogates: readonly Surrogate[]): Promise<readonly Identity[]> {
    const bytes = Buffer.concat(surrogates.map((each) => surrogateToBytes(each)));
    const found = await this.#deps.identities.reveal(bytes);
    return found.filter((identity) => identity !== undefined);
  }
}
