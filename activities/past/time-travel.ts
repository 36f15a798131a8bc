import type { KeyObject } from 'node:crypto';
import type { IdentityStore } from '../../events/identity.ts';
import type { Journal } from '../../events/journal.ts';
import { formatPosition } from '../../events/position.ts';
import type { Partition, Position } from '../../events/position.ts';
import { sha256 } from '../../events/sha256.ts';
import { surrogateToBytes } from '../../events/surrogate.ts';
import type { Recommendation, RecommendationRequest } from '../../projections/answer.ts';
import { Recommender } from '../../projections/recommend.ts';
import { explorationSeed } from '../../projections/rules/exploration.ts';
import { ShownItems } from '../../projections/rules/shown-items.ts';
import type { FactHistory } from '../replay/fact-history.ts';
import { pastRules } from './past-rules.ts';
import { PastPlaces } from './past-places.ts';
import type { AsOf } from './past-places.ts';
import type { TravelBuilder, TravelControl, TravelSource } from './travel-builder.ts';
import type { StartedTravel, TravelJob, TravelJobs } from './travel-jobs.ts';
import type { TravelPlace } from './travel-place.ts';
import type { TravelState } from './travel-state.ts';
import { TravelStates } from './travel-states.ts';

/** Milliseconds that an answer from the past is waited for; the travel goes on after that. */
export const timeTravelWaitMsMax = 5_000;

/** Milliseconds that an answer waits for the page on which its travel is shown; it goes without past that. */
export const travelShownWaitMsMax = 1_000;

/** What is asked of the past. */
export interface PastQuery extends RecommendationRequest {
  readonly asOf: AsOf;
}

/** Where a travel goes: positions, and the version where it is not the one that was live there. */
export interface Destination {
  readonly positions: readonly Position[];
  readonly version?: string;
}

/** Work on a state that is built for it alone. */
export interface ApartWork<T> {
  /** Tells this work from others at the same destination. */
  readonly name: string;
  readonly source?: Omit<TravelSource, 'cuts'>;
  readonly work: (state: TravelState) => Promise<T>;
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
  /** Told whether a state that was asked for was kept from before, or had to be built by replay. */
  readonly onState?: (source: 'kept' | 'built') => void;
}

/** Answers as `live` would have answered at any place of the journal: each state by replay, beside what serves. */
export class TimeTravel {
  readonly places: PastPlaces;
  readonly #deps: TimeTravelDeps;
  readonly #states = new TravelStates();
  #lastErasures = '';

  constructor(deps: TimeTravelDeps) {
    this.#deps = deps;
    this.places = new PastPlaces(deps);
  }

  /** What a user would have been recommended; where the way there is long, the travel to wait for. */
  async recommend(query: PastQuery): Promise<PastAnswer<Recommendation>> {
    const own = this.#deps.partitionOf(query.user);
    const at = await this.places.own(query.asOf, own);
    const identity = await this.#deps.identities.find(query.user);
    const alone = await this.reach({ positions: [at] });
    if (!('answer' in alone)) return alone;
    const surrogate = identity && surrogateToBytes(identity.surrogate);
    let state = alone.answer;
    if (this.#deps.journal.partitions > 1 && !hasTaste(state, own, surrogate)) {
      const all = await this.reach({ positions: await this.places.all(at, query.asOf) });
      if (!('answer' in all)) return all;
      state = all.answer;
    }
    const recommender = this.recommender(state, at, () => Promise.resolve(identity));
    return { answer: await recommender.recommend(query) };
  }

  /** A question whose draw by chance is the one at a place, wherever else it is answered. */
  seeded<Q extends RecommendationRequest>(question: Q, at: Position): Q {
    const { rules } = question;
    if (rules?.exploration === undefined) return question;
    const seed = explorationSeed(question, at, this.#deps.signingKey);
    return { ...question, rules: { ...rules, exploration: { ...rules.exploration, seed } } };
  }

  /**
   * The queries over a state of the past, for a user of one partition; what was shown to them is read in the journal that
   * the state was made of.
   */
  recommender(
    { serving }: TravelState,
    { partition, sequence: at }: Position,
    find: IdentityStore['find'],
    journal: Pick<Journal, 'read'> = this.#deps.journal,
  ): Recommender {
    const { history, signingKey, yieldNow } = this.#deps;
    return new Recommender({
      ...{ serving, signingKey },
      identities: { find },
      partitionOf: () => partition,
      catalogue: history(partition).catalogueAt(at),
      book: pastRules(history(partition), { partition, sequence: at }, yieldNow),
      shown: new ShownItems(journal, yieldNow),
    });
  }

  /** A travel by its id; undefined where it is not known, or ended long ago. */
  find(id: string): TravelJob | undefined {
    return this.#deps.jobs.find(id);
  }

  /** Starts a travel, or joins it where it is under way; it ends at once where its state is kept. */
  go(destination: Destination): StartedTravel<TravelState> {
    return this.#deps.jobs.start({
      ...{ id: this.#idOf(destination, ''), position: destination.positions.map(formatPosition) },
      work: (control) => this.#reach(destination, control),
    });
  }

  /** The state at a destination, kept for the next question; where the way there is long, the travel to wait for. */
  reach(destination: Destination): Promise<PastAnswer<TravelState>> {
    return this.#awaited(this.go(destination), destination.version);
  }

  /** Does some work on a state that is built for it alone; what the work gives is kept for whoever asks again. */
  apart<T>(destination: Destination, { name, source, work }: ApartWork<T>): Promise<PastAnswer<T>> {
    const started = this.#deps.jobs.start({
      ...{ id: this.#idOf(destination, name), position: destination.positions.map(formatPosition) },
      isKept: true,
      work: async (control) => {
        const place = await this.#placeOf(destination, control);
        const { cuts } = this.#states;
        return work(await this.#deps.builder.build(place, { ...source, cuts }, control));
      },
    });
    return this.#awaited(started, destination.version, false);
  }

  /** Resolves when nothing is read any more; the signal of the jobs has to have aborted. */
  close(): Promise<void> {
    return this.#deps.jobs.idle();
  }

  /** What a travel gives within the bound; else the travel, which goes on. */
  async #awaited<T>(
    { job, result }: StartedTravel<T>,
    version: string | undefined,
    isShown = true,
  ): Promise<PastAnswer<T>> {
    const waited = await within(result, this.#deps.waitMsMax ?? timeTravelWaitMsMax);
    if (waited !== undefined) return { answer: waited };
    if (isShown) job.url ??= await within(this.#deps.show(job, version), travelShownWaitMsMax);
    return { travel: job };
  }

  async #reach(destination: Destination, control: TravelControl): Promise<TravelState> {
    const place = await this.#placeOf(destination, control);
    const kept = this.#states.find(place);
    this.#deps.onState?.(kept === undefined ? 'built' : 'kept');
    if (kept !== undefined) return kept;
    const { cuts } = this.#states;
    const built = await this.#deps.builder.build(place, { cuts }, control);
    this.#states.keep(built);
    return built;
  }

  /** Reads what the journal says beside interactions, and tells which version answers at the first position. */
  async #placeOf(
    { positions, version }: Destination,
    control: TravelControl,
  ): Promise<TravelPlace> {
    const { history, journal, firstVersion } = this.#deps;
    for (let partition = 0; partition < journal.partitions; partition += 1) {
      await history(partition).to(journal.head(partition), control.signal);
    }
    this.#heedErasures();
    const [first] = positions;
    const live = first && history(first.partition).versionAt(first.sequence);
    return {
      version: version ?? live ?? (await firstVersion()),
      ats: new Map(positions.map(({ partition, sequence: at }) => [partition, at])),
    };
  }

  /** A state that was built before somebody was erased holds them still. */
  #heedErasures(): void {
    const erasures = this.#erasures();
    if (erasures !== this.#lastErasures) this.#states.clear();
    this.#lastErasures = erasures;
  }

  /** Where users were erased last, as far as the journal was read. */
  #erasures(): string {
    const { history, journal } = this.#deps;
    const partitions = Array.from({ length: journal.partitions }, (_, partition) => partition);
    return partitions.map((partition) => history(partition).lastErasure).join();
  }

  /** The id of a travel: the same destination, and the same work there, has the same. */
  #idOf({ positions, version = '' }: Destination, work: string): string {
    const parts = [version, work, work === '' ? '' : this.#erasures()];
    const text = JSON.stringify([...parts, ...positions.map(formatPosition)]);
    return `travel-${Buffer.from(sha256(Buffer.from(text)))
      .toString('hex')
      .slice(0, 16)}`;
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
