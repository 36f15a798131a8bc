import { hasCode } from '../events/error.ts';
import type { ArmPresence } from './arm-presence.ts';
import type { AnsweredArm, AnswerLabel, ArmLabel, Recommendation } from './answer.ts';
import type { Queries, RecommendationQuery } from './queries.ts';
import type { Recommender } from './recommend.ts';
import type { ServingState } from './serving-state.ts';

/** What answers of arms are found with. */
export interface ArmQueriesDeps {
  readonly queries: Pick<Queries, 'recommend' | 'waitFor' | 'beside'>;
  readonly presence: ArmPresence;
  readonly partitionOf: (user: string) => number;
}

/** A query of which it is known by which arm it is asked. */
export type ArmQuery = Omit<RecommendationQuery, 'label'> & {
  readonly label?: ArmLabel | undefined;
};

/** Answers by the versions that arms of experiments name: the live one, or those held beside it. */
export class ArmQueries {
  readonly #deps: ArmQueriesDeps;
  readonly #recommenders = new WeakMap<ServingState, Recommender>();

  constructor(deps: ArmQueriesDeps) {
    this.#deps = deps;
  }

  /**
   * Recommends by the arm's version, by the rules and after the positions that live would obey. Where the version can't
   * answer live does; and while a version of any arm can't, the answer is counted to none and says why.
   */
  async recommend(query: ArmQuery): Promise<Recommendation> {
    const { label, after, user } = query;
    const { queries, presence, partitionOf } = this.#deps;
    if (label?.version === undefined) return queries.recommend(query);
    const { version, versions = [version] } = label;
    const own = partitionOf(user);
    // A held version follows the live one: what live has not is in none.
    await queries.waitFor(after);
    const away = versions.map((one) => presence.whyAway(one, own)).find((why) => why !== undefined);
    const asked = { ...query, after: [], label: away === undefined ? label : uncounted(label) };
    const found = await this.#byVersion(version, own, asked, after);
    if (found?.model === version) return away === undefined ? found : told(found, label, away);
    const why = away ?? `version ${version} of arm ${label.arm} was not there in time`;
    return told(await queries.recommend({ ...asked, label: uncounted(label) }), label, why);
  }

  /** The answer of a version; undefined where it can't answer. */
  async #byVersion(
    version: string,
    own: number,
    asked: RecommendationQuery,
    after: RecommendationQuery['after'],
  ): Promise<Recommendation | undefined> {
    const { queries, presence } = this.#deps;
    if (presence.isLive(version, own)) return queries.recommend(asked);
    const serving = presence.servingOf(version, own);
    if (serving === undefined || presence.whyAway(version, own) !== undefined) return undefined;
    try {
      await serving.waitFor(after);
      // A promotion may have made it live meanwhile.
      if (presence.isLive(version, own)) return await queries.recommend(asked);
      return await this.#recommenderOf(serving).recommend(asked);
    } catch (error) {
      if (!hasCode(error, 'TIMEOUT') && !hasCode(error, 'UNAVAILABLE')) throw error;
      return presence.isLive(version, own) ? queries.recommend(asked) : undefined;
    }
  }

  #recommenderOf(serving: ServingState): Recommender {
    const known = this.#recommenders.get(serving);
    if (known !== undefined) return known;
    const made = this.#deps.queries.beside(serving);
    this.#recommenders.set(serving, made);
    return made;
  }
}

/** A label under which answer and reactions are counted by version and scenario alone. */
function uncounted({ scenario }: ArmLabel): AnswerLabel | undefined {
  return scenario === '' ? undefined : { scenario, experiment: '', arm: '' };
}

function told(answer: Recommendation, { experiment, arm }: ArmLabel, why: string): Recommendation {
  return { ...answer, experiment: { name: experiment, arm, uncounted: why } };
}

/** What an answer is counted under: nothing of an experiment where it says that it is not. */
export function countedLabel(
  label: ArmLabel | undefined,
  { experiment }: { readonly experiment?: AnsweredArm | undefined },
): AnswerLabel | null {
  if (label === undefined) return null;
  return experiment?.uncounted === undefined ? label : (uncounted(label) ?? null);
}
