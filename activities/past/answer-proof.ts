import type { KeyObject } from 'node:crypto';
import { appendedMsOf } from '../../events/append-time.ts';
import { RepriseError } from '../../events/error.ts';
import type { Identity, IdentityStore } from '../../events/identity.ts';
import type { Journal } from '../../events/journal.ts';
import { formatPosition, ORIGIN } from '../../events/position.ts';
import type { Partition, Position } from '../../events/position.ts';
import { surrogateFromBytes } from '../../events/surrogate.ts';
import { answerHash } from '../../projections/answer-hash.ts';
import type {
  Recommendation,
  RecommendationRequest,
  ScoredItem,
} from '../../projections/answer.ts';
import { decodeRules } from '../../projections/rules/asked-rules.ts';
import type { AnsweredRules, AskedRules } from '../../projections/rules/asked-rules.ts';
import type { RuleBook } from '../../projections/rules/rule-book.ts';
import { ShownItems } from '../../projections/rules/shown-items.ts';
import type { ShownSource } from '../../projections/rules/shown-items.ts';
import type { LoadedRelease } from '../../projections/index-release.ts';
import type { CatalogueView } from '../../projections/published-history.ts';
import { Recommender } from '../../projections/recommend.ts';
import { answerReader } from '../../projections/recommendation-id.ts';
import type { RecommendationFacts } from '../../projections/recommendation-id.ts';
import type { Searcher } from '../../projections/searcher.ts';
import type { FactHistory } from '../replay/fact-history.ts';
import { pastRules } from './past-rules.ts';
import type { PastAnswer, TimeTravel } from './time-travel.ts';
import type { TravelState } from './travel-state.ts';
import type { RegisteredVersion, VersionRegistry } from '../versions/version-registry.ts';

/** A release and who searches it, as long as they are lent. */
export interface LentRelease {
  readonly loaded: LoadedRelease;
  readonly searcher: Searcher;
}

/** What proofs need from outside. */
export interface AnswerProofDeps {
  readonly travel: Pick<TimeTravel, 'reach' | 'apart' | 'go'>;
  readonly journal: Pick<Journal, 'read' | 'head' | 'partitions'>;
  readonly history: (partition: Partition) => FactHistory;
  readonly identities: Pick<IdentityStore, 'reveal'>;
  readonly registry: Pick<VersionRegistry, 'get'>;
  readonly signingKey: KeyObject;
  /** Lends a release by name to some work, or says why there is none. */
  readonly withRelease: <T>(
    release: string,
    work: (lent: LentRelease) => Promise<T>,
  ) => Promise<T | { readonly missing: string }>;
  /** Items past which live answers take candidates of a release. */
  readonly exactScanItemsMax: number;
  readonly yieldNow: () => Promise<void>;
}

/** Where an answer came from. */
export interface AnswerLineage {
  readonly facts: RecommendationFacts;
  /** The user; null where there was none, or they were erased since. */
  readonly user: string | null;
  /** When the last event before the answer was appended, a position each; null before the first. */
  readonly appendedMs: readonly (number | null)[];
  /** The version that answered; undefined where it is not registered any more. */
  readonly version: RegisteredVersion | undefined;
}

/** An answer that was made again, beside what is known of the one that was given. */
export interface AnswerProof {
  /** `unverifiable`: what index candidates there were then cannot be told. */
  readonly verdict: 'equal' | 'different' | 'unverifiable';
  /** How it was made again: by scanning everything, or by the candidates of the release that it names. */
  readonly method: 'exact' | 'release';
  readonly expectedHash: string;
  readonly recomputedHash: string;
  readonly reason?: string;
  /** Whether events were taken out since: then it cannot be the same. */
  readonly changedByErasure: boolean;
  readonly items: readonly ScoredItem[];
}

/** An answer that was made again, and whether it is the one that was given. */
export interface RemadeAnswer {
  readonly items: readonly ScoredItem[];
  readonly isEqual: boolean;
}

interface Made extends Pick<Recommendation, 'search'> {
  readonly hash: string;
  readonly items: readonly ScoredItem[];
}

/** What an answer is made again from, beside the state. */
interface MadeFrom {
  readonly catalogue: CatalogueView;
  readonly searcher?: Searcher;
  readonly rules?: AskedRules;
  readonly book?: RuleBook;
  readonly shown?: ShownSource;
}

/** Publications before and after an answer's place at which its catalogue is looked for. */
const CATALOGUE_PLACES_MAX = 8;

/** Explains and repeats answers by their ids, which hold all that it takes. */
export class AnswerProofs {
  readonly #deps: AnswerProofDeps;

  constructor(deps: AnswerProofDeps) {
    this.#deps = deps;
  }

  /** What an id says; undefined where it was not made here, or was changed since. */
  async lineage(id: string): Promise<AnswerLineage | undefined> {
    const { signingKey, journal, registry } = this.#deps;
    const facts = answerReader(signingKey)(id);
    if (facts === undefined) return undefined;
    this.#refuseBeyond(facts);
    const identity = await this.#identityOf(facts);
    const appendedMs: (number | null)[] = [];
    for (const { partition, sequence } of facts.positions) {
      appendedMs.push((await appendedMsOf(journal, partition, sequence)) ?? null);
    }
    const version = await registry.get(facts.version);
    return { facts, user: identity?.id ?? null, appendedMs, version };
  }

  /** Makes an answer again at its place, by its version; where the way there is long, the travel to wait for. */
  async prove({ facts }: AnswerLineage): Promise<PastAnswer<AnswerProof>> {
    const { positions, version } = facts;
    const reached = await this.#deps.travel.reach({ positions, version });
    if (!('answer' in reached)) return reached;
    const expectedHash = hex(facts.answerHash);
    const exact = await this.#exactly(facts, reached.answer, expectedHash);
    const known = { method: 'exact', expectedHash, ...told(exact) } as const;
    if (exact.hash === expectedHash) {
      return { answer: { ...known, verdict: 'equal', changedByErasure: false } };
    }
    if (facts.release !== null) return this.#byRelease(facts, known);
    const changedByErasure = this.#hasErasures();
    return { answer: { ...known, verdict: 'different', changedByErasure } };
  }

  /** Makes an answer under rules again, however long the way to its place is; by other rules where some are given. */
  async remake(facts: RecommendationFacts, rules?: AskedRules): Promise<RemadeAnswer> {
    const { positions, version } = facts;
    if (facts.rules === null) throw new RangeError('an answer without rules is proven, not remade');
    const ruled = decodeRules(facts.rules);
    const state = await this.#deps.travel.go({ positions, version }).result;
    const own = ownPosition(facts, state, ruled);
    const from = { ...this.#ruledFrom(ruled), ...(rules && { rules }) };
    const { items, hash } = await this.#make(facts, state, own, from);
    return { items, isEqual: hash === hex(facts.answerHash) };
  }

  /** Scans everything, with the catalogue as it stood at the place or, for it has a place of its own, near it. */
  async #exactly(facts: RecommendationFacts, state: TravelState, wanted: string): Promise<Made> {
    const ruled = facts.rules === null ? undefined : decodeRules(facts.rules);
    const own = ownPosition(facts, state, ruled);
    // An answer under rules says up to where publications were known.
    if (ruled !== undefined) return this.#make(facts, state, own, this.#ruledFrom(ruled));
    const history = this.#deps.history(own.partition);
    const there = await this.#make(facts, state, own, {
      catalogue: history.catalogueAt(own.sequence),
    });
    if (there.hash === wanted) return there;
    for (const place of history.publicationsNear(own.sequence, CATALOGUE_PLACES_MAX)) {
      const catalogue = history.catalogueAt(place);
      const near = await this.#make(facts, state, own, { catalogue });
      if (near.hash === wanted) return near;
    }
    return there;
  }

  /** Takes the candidates of the release that answered: exact ones need not be those. */
  async #byRelease(
    facts: RecommendationFacts,
    exact: Pick<AnswerProof, 'method' | 'expectedHash' | 'recomputedHash' | 'items'>,
  ): Promise<PastAnswer<AnswerProof>> {
    const { positions, version } = facts;
    const release = facts.release ?? '';
    const changedByErasure = this.#hasErasures();
    const open = (reason: string): PastAnswer<AnswerProof> => ({
      answer: { ...exact, verdict: 'unverifiable', reason, changedByErasure },
    });
    const made = await this.#deps.travel.apart<Made | { missing: string }>(
      { positions, version },
      {
        name: `release ${release} ${exact.expectedHash}`,
        source: { exactScanItemsMax: this.#deps.exactScanItemsMax },
        work: (state) =>
          this.#deps.withRelease(release, async ({ loaded, searcher }) => {
            await state.serving.useRelease(loaded, this.#deps.yieldNow);
            const own = ownPosition(facts, state);
            const catalogue = this.#deps.history(own.partition).catalogueAt(own.sequence);
            return this.#make(facts, state, own, { catalogue, searcher });
          }),
      },
    );
    if (!('answer' in made)) return made;
    if ('missing' in made.answer) return open(made.answer.missing);
    const { search } = made.answer;
    if (search.mode === 'exact') {
      return open(
        `release ${release} could not be searched: ${search.reason ?? 'it is too small'}`,
      );
    }
    if (made.answer.hash !== exact.expectedHash) {
      return open(
        `the candidates of release ${release} give another answer now: which items had drifted from it by then is not recorded`,
      );
    }
    const { expectedHash } = exact;
    return {
      answer: {
        ...{ verdict: 'equal', method: 'release', expectedHash, ...told(made.answer) },
        changedByErasure: false,
      },
    };
  }

  async #make(
    facts: RecommendationFacts,
    { serving }: TravelState,
    { partition }: Position,
    { rules, ...from }: MadeFrom,
  ): Promise<Made> {
    const { signingKey } = this.#deps;
    const { surrogate, n, exclude, item } = facts;
    const asker =
      surrogate === null
        ? undefined
        : { id: '', surrogate: surrogateFromBytes(surrogate, 0), key: new Uint8Array(0) };
    const recommender = new Recommender({
      ...{ serving, signingKey, ...from },
      identities: { find: () => Promise.resolve(asker) },
      partitionOf: () => partition,
    });
    const request: RecommendationRequest = { user: '', n, exclude, rules };
    const asked = item === null ? request : { ...request, item };
    const { items, search } = await recommender.recommend(asked);
    return { hash: hex(answerHash(items)), items, search };
  }

  /** The catalogue and the rules of an answer, as they stood where it says. */
  #ruledFrom({ rules, catalogue: place, own }: AnsweredRules): MadeFrom {
    const { journal, yieldNow } = this.#deps;
    const history = this.#deps.history(place.partition);
    const book = pastRules(history, place, yieldNow);
    const items = new ShownItems(journal, yieldNow);
    // The answer need not have been read where its asker's events stand.
    const shown: ShownSource = {
      factors: (surrogate, at, rotation) => items.factors(surrogate, own ?? at, rotation),
    };
    return { rules, book, shown, catalogue: history.catalogueAt(place.sequence) };
  }

  async #identityOf({ surrogate }: RecommendationFacts): Promise<Identity | undefined> {
    if (surrogate === null) return undefined;
    const [identity] = await this.#deps.identities.reveal(surrogate);
    return identity;
  }

  /** An id outlives a journal that was put back from an older backup. */
  #refuseBeyond({ positions }: RecommendationFacts): void {
    const { journal } = this.#deps;
    for (const position of positions) {
      const isThere = position.partition < journal.partitions;
      if (isThere && position.sequence <= journal.head(position.partition)) continue;
      throw new RepriseError(
        'INVALID',
        `recommendationId was answered at ${formatPosition(position)}, which this journal does not have: it lost events since`,
        { field: 'recommendationId' },
      );
    }
  }

  #hasErasures(): boolean {
    const { journal, history } = this.#deps;
    for (let partition = 0; partition < journal.partitions; partition += 1) {
      if (history(partition).lastErasure !== ORIGIN) return true;
    }
    return false;
  }
}

/** Where the asker's own partition stood: of several, the one that the rules name or that knows them; else the first. */
function ownPosition(
  facts: RecommendationFacts,
  { serving }: TravelState,
  ruled?: AnsweredRules,
): Position {
  const { surrogate, positions } = facts;
  const named = positions.find(({ partition }) => partition === ruled?.own?.partition);
  const own =
    named ??
    positions.find(
      ({ partition }) =>
        surrogate !== null && serving.partition(partition).users.rowOf(surrogate) >= 0,
    );
  return own ?? positions[0] ?? { partition: 0, sequence: ORIGIN };
}

function told({ hash, items }: Made): Pick<AnswerProof, 'recomputedHash' | 'items'> {
  return { recomputedHash: hash, items };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
