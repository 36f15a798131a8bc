import type { KeyObject } from 'node:crypto';
import { appendedMsOf, lastAppendedBy } from '../events/append-time.ts';
import { RepriseError } from '../events/error.ts';
import type { IdentityStore } from '../events/identity.ts';
import type { Journal } from '../events/journal.ts';
import { formatPosition, ORIGIN, sequence } from '../events/position.ts';
import type { Partition, Position } from '../events/position.ts';
import { sha256 } from '../events/sha256.ts';
import { surrogateToBytes } from '../events/surrogate.ts';
import type { Recommendation, RecommendationRequest } from '../projections/answer.ts';
import { Recommender } from '../projections/recommend.ts';
import type { FactHistory } from './fact-history.ts';
import type { TravelBuilder, TravelControl } from './travel-builder.ts';
import type { TravelJob, TravelJobs } from './travel-jobs.ts';
import type { TravelState } from './travel-state.ts';
import { TravelStates } from './travel-states.ts';

/** Milliseconds that an answer from the past is waited for; the travel goes on after that. */
export const timeTravelWaitMsMax = 5_000;

/** The moment that is asked for: a position of the user's partition, or a time of appending. */
export type AsOf = { readonly position: Position } | { readonly timeMs: number };

/** What is asked of the past. */
export interface PastQuery extends RecommendationRequest {
  readonly asOf: AsOf;
}

/** Where a travel goes: positions, and the version where it is not the one that was live there. */
export interface Destination {
  readonly positions: readonly Position[];
  readonly version?: string;
}

/** An answer, or the travel that it has to wait for. */
export type PastAnswer<T> = { readonly answer: T } | { readonly travel: TravelJob };

/** What time travel needs from outside. */
export interface TimeTravelDeps {
  readonly journal: Pick<Journal, 'read' | 'head' | 'partitions'>;
  readonly builder: TravelBuilder;
  readonly history: (partition: Partition) => FactHistory;
  readonly jobs: TravelJobs;
  readonly identities: Pick<IdentityStore, 'find'>;
  readonly partitionOf: (user: string) => Partition;
  /** The version that a journal starts with, live until the first promotion. */
  readonly firstVersion: () => Promise<string>;
  readonly signingKey: KeyObject;
  readonly yieldNow: () => Promise<void>;
  /** Shows a travel that takes long where it can be watched; resolves to the page, undefined where there is none. */
  readonly show: (job: TravelJob, version: string | undefined) => Promise<string | undefined>;
  readonly waitMsMax?: number;
}

/** Answers as `live` would have answered at any place of the journal: each state by replay, beside what serves. */
export class TimeTravel {
  readonly #deps: TimeTravelDeps;
  readonly #states = new TravelStates();
  #lastErasures = '';

  constructor(deps: TimeTravelDeps) {
    this.#deps = deps;
  }

  /** What a user would have been recommended; where the way there is long, the travel to wait for. */
  async recommend(query: PastQuery): Promise<PastAnswer<Recommendation>> {
    const own = this.#deps.partitionOf(query.user);
    const at = await this.#placeOf(query.asOf, own);
    const identity = await this.#deps.identities.find(query.user);
    const alone = await this.#within({ positions: [at] });
    if (!('answer' in alone)) return alone;
    const surrogate = identity && surrogateToBytes(identity.surrogate);
    let state = alone.answer;
    if (this.#deps.journal.partitions > 1 && !hasTaste(state, own, surrogate)) {
      const all = await this.#within({ positions: await this.#everywhere(at, query.asOf) });
      if (!('answer' in all)) return all;
      state = all.answer;
    }
    const recommender = this.recommender(state, at, () => Promise.resolve(identity));
    return { answer: await recommender.recommend(query) };
  }

  /** The queries over a state of the past, for a user of one partition. */
  recommender(
    { serving }: TravelState,
    { partition, sequence: at }: Position,
    find: IdentityStore['find'],
  ): Recommender {
    const { history, signingKey } = this.#deps;
    return new Recommender({
      ...{ serving, signingKey },
      identities: { find },
      partitionOf: () => partition,
      catalogue: history(partition).catalogueAt(at),
    });
  }

  /** A travel by its id; undefined where it is not known, or ended long ago. */
  find(id: string): TravelJob | undefined {
    return this.#deps.jobs.find(id);
  }

  /** Starts a travel, or joins it where it is under way; it ends at once where its state is kept. */
  go(destination: Destination): TravelJob<TravelState> {
    const position = destination.positions.map(formatPosition);
    const id = travelId(destination);
    const work = (control: TravelControl): Promise<TravelState> =>
      this.#reach(destination, control);
    return this.#deps.jobs.start({ id, position, work });
  }

  /** The state at a destination where it comes within the bound; else the travel, which goes on. */
  async #within(destination: Destination): Promise<PastAnswer<TravelState>> {
    const job = this.go(destination);
    const waited = await within(job.result, this.#deps.waitMsMax ?? timeTravelWaitMsMax);
    if (waited !== undefined) return { answer: waited };
    job.url ??= await this.#deps.show(job, destination.version);
    return { travel: job };
  }

  async #reach(destination: Destination, control: TravelControl): Promise<TravelState> {
    const { history, journal, builder, firstVersion } = this.#deps;
    const { positions } = destination;
    for (let partition = 0; partition < journal.partitions; partition += 1) {
      await history(partition).to(journal.head(partition), control.signal);
    }
    this.#heedErasures();
    const [first] = positions;
    const live = first && history(first.partition).versionAt(first.sequence);
    const version = destination.version ?? live ?? (await firstVersion());
    const place = {
      version,
      ats: new Map(positions.map(({ partition, sequence }) => [partition, sequence])),
    };
    const kept = this.#states.find(place);
    if (kept !== undefined) return kept;
    const built = await builder.build(place, { cuts: this.#states.cuts }, control);
    this.#states.keep(built);
    return built;
  }

  /** A state that was built before somebody was erased holds them still. */
  #heedErasures(): void {
    const { history, journal } = this.#deps;
    const partitions = Array.from({ length: journal.partitions }, (_, partition) => partition);
    const erasures = partitions.map((partition) => history(partition).lastErasure).join();
    if (erasures !== this.#lastErasures) this.#states.clear();
    this.#lastErasures = erasures;
  }

  async #placeOf(asOf: AsOf, own: Partition): Promise<Position> {
    if ('timeMs' in asOf) return this.#placeBy(asOf.timeMs, own);
    const { position } = asOf;
    const head = this.#deps.journal.head(own);
    const end = formatPosition({ partition: own, sequence: head });
    if (position.partition !== own) {
      throw refused(
        `names ${formatPosition(position)}, but the user's events stand in partition ${String(own)}: name a position there, up to ${end}, or a time`,
      );
    }
    if (position.sequence > head) {
      throw refused(`names ${formatPosition(position)}, which lies beyond the head ${end}`);
    }
    return position;
  }

  async #placeBy(timeMs: number, own: Partition): Promise<Position> {
    const places = await this.#placesBy(timeMs);
    if (places.every(({ sequence }) => sequence === ORIGIN)) {
      const firstMs = await this.#firstMs();
      const since = Number.isFinite(firstMs)
        ? `the first event was appended at ${new Date(firstMs).toISOString()}`
        : 'no event has been appended yet';
      throw refused(`lies before the first event: ${since}`);
    }
    return places[own] ?? { partition: own, sequence: ORIGIN };
  }

  /** When the first event of any partition was appended; Infinity where there is none. */
  async #firstMs(): Promise<number> {
    const { journal } = this.#deps;
    let firstMs = Infinity;
    for (let partition = 0; partition < journal.partitions; partition += 1) {
      const appendedMs = await appendedMsOf(journal, partition, sequence(0));
      if (appendedMs !== undefined) firstMs = Math.min(firstMs, appendedMs);
    }
    return firstMs;
  }

  async #placesBy(timeMs: number): Promise<readonly Position[]> {
    const { journal, yieldNow } = this.#deps;
    const places: Position[] = [];
    for (let partition = 0; partition < journal.partitions; partition += 1) {
      places.push({
        partition,
        sequence: await lastAppendedBy(journal, partition, timeMs, yieldNow),
      });
    }
    return places;
  }

  /** All partitions at the moment that the user's own stood at a place: what was appended by then. */
  async #everywhere(at: Position, asOf: AsOf): Promise<readonly Position[]> {
    const ownMs = await appendedMsOf(this.#deps.journal, at.partition, at.sequence);
    const timeMs = 'timeMs' in asOf ? asOf.timeMs : (ownMs ?? -Infinity);
    const places = await this.#placesBy(timeMs);
    // The user's own goes first: the version that was live there answers.
    return [at, ...places.filter(({ partition }) => partition !== at.partition)];
  }
}

/** Whether a user is answered by what was learned of them, which their own partition holds. */
function hasTaste(
  { serving }: TravelState,
  partition: Partition,
  surrogate: Uint8Array | undefined,
): boolean {
  if (surrogate === undefined) return false;
  const { users } = serving.partition(partition);
  const row = users.rowOf(surrogate);
  return row >= 0 && users.facts(row).positives > 0;
}

/** The id of a travel: the same destination has the same. */
function travelId({ positions, version = '' }: Destination): string {
  const text = JSON.stringify([version, ...positions.map(formatPosition)]);
  return `travel-${Buffer.from(sha256(Buffer.from(text)))
    .toString('hex')
    .slice(0, 16)}`;
}

/** What a promise gives within a time; undefined where it takes longer. */
async function within<T>(promise: Promise<T>, msMax: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, msMax);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function refused(reason: string): RepriseError {
  return new RepriseError('INVALID', `asOf ${reason}`, { field: 'asOf' });
}
