import type {
  DeadLetters,
  ItemAnswer,
  PopularAnswer,
  RecommendationAnswer,
  SimilarAnswer,
  StartedRun,
  StatusAnswer,
  TrainingRequest,
} from '../../api/schema/answers.ts';
import type { ExperimentAnswer } from '../../api/schema/experiments.ts';
import type { ItemList, UserEventsAnswer, UserList } from '../../api/schema/listings.ts';
import type { ScenarioAnswer } from '../../api/schema/scenarios.ts';
import type { TravelAnswer } from '../../api/schema/travels.ts';
import type { PromotionAnswer } from '../../api/schema/versions.ts';
import type { WhatIfAnswer } from '../../api/schema/what-if.ts';
import { ask, Refusal } from './request.ts';

/** Items that an answer lists. */
export const ANSWER_ITEMS = 12;
/** Events of a user that the time line shows. */
export const HISTORY_EVENTS = 50;

/** An answer from the past, or the travel that it waits for. */
export type FromPast<Answer> = Answer | TravelAnswer;

/** Tells whether the way into the past is still under way. */
export function isTravel<Answer extends object>(past: FromPast<Answer>): past is TravelAnswer {
  return 'travelId' in past;
}

const part = encodeURIComponent;

/** Recommends with reasons, after a position or as of one, under a scenario where one is named. */
export function recommend(
  user: string,
  place: {
    readonly after?: string | undefined;
    readonly asOf?: string | undefined;
    readonly scenario?: string | undefined;
  } = {},
): Promise<FromPast<RecommendationAnswer>> {
  const query = new URLSearchParams({ n: String(ANSWER_ITEMS), explain: 'true' });
  if (place.after !== undefined) query.set('after', place.after);
  if (place.asOf !== undefined) query.set('asOf', place.asOf);
  if (place.scenario !== undefined) query.set('scenario', place.scenario);
  return ask('GET', `/v1/users/${part(user)}/recommendations?${query.toString()}`);
}

/** Says what somebody did; gives the position of the event. */
export async function tell(user: string, type: string, item: string): Promise<string | undefined> {
  const answer = await ask<{ positions: readonly string[] }>('POST', '/v1/events', {
    ...{ user, type, item },
  });
  return answer.positions[0];
}

/** What a user would be recommended without some of their events, under a scenario where one is named. */
export function askWithout(
  user: string,
  positions: readonly string[],
  scenario: string | undefined,
): Promise<FromPast<WhatIfAnswer>> {
  return ask('POST', '/v1/what-if', { user, remove: positions, n: ANSWER_ITEMS, scenario });
}

/** What a user did last, newest first; undefined where this process knows no past. */
export async function eventsOf(user: string): Promise<UserEventsAnswer['events'] | undefined> {
  const path = `/v1/users/${part(user)}/events?n=${String(HISTORY_EVENTS)}`;
  return (await orUnavailable(ask<UserEventsAnswer>('GET', path)))?.events;
}

const MISSING: ReadonlySet<string> = new Set(['UNAVAILABLE', 'FORBIDDEN']);

/** Who was active last; nobody where this process does not tell. */
export async function recentUsers(): Promise<UserList['users']> {
  return (await orUnavailable(ask<UserList>('GET', '/v1/users?n=30')))?.users ?? [];
}

/** Gives nothing where this process does not have what was asked for, or the key does not allow it. */
async function orUnavailable<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  return asked.catch((error: unknown) => {
    if (error instanceof Refusal && MISSING.has(error.code)) return undefined;
    throw error;
  });
}

/** Items whose titles fit words. */
export async function searchItems(words: string, n: number): Promise<ItemList['items']> {
  const query = new URLSearchParams({ query: words, n: String(n) });
  return (await ask<ItemList>('GET', `/v1/items?${query.toString()}`)).items;
}

/** Items in short. */
export async function lookUp(ids: readonly string[]): Promise<ItemList['items']> {
  return (await ask<ItemList>('POST', '/v1/items/lookup', { ids })).items;
}

/** An item with all its metadata. */
export function itemOf(id: string): Promise<ItemAnswer> {
  return ask('GET', `/v1/items/${part(id)}`);
}

/** Items most similar to one. */
export function similarTo(id: string): Promise<SimilarAnswer> {
  return ask('GET', `/v1/items/${part(id)}/similar?n=${String(ANSWER_ITEMS)}`);
}

/** Items that are popular now. */
export async function popularItems(n: number): Promise<PopularAnswer['items']> {
  return (await ask<PopularAnswer>('GET', `/v1/items/popular?n=${String(n)}`)).items;
}

/** How the instance stands. */
export function status(): Promise<StatusAnswer> {
  return ask('GET', '/v1/status');
}

/** The events that were refused. */
export function deadLetters(): Promise<DeadLetters> {
  return ask('GET', '/v1/dead-letters');
}

/** The experiments with their figures; undefined where this process counts no reactions. */
export async function experiments(): Promise<readonly ExperimentAnswer[] | undefined> {
  const path = '/v1/experiments';
  return (await orUnavailable(ask<{ experiments: readonly ExperimentAnswer[] }>('GET', path)))
    ?.experiments;
}

/** The scenarios; undefined where this process keeps none. */
export async function scenarios(): Promise<readonly ScenarioAnswer[] | undefined> {
  const path = '/v1/scenarios';
  return (await orUnavailable(ask<{ scenarios: readonly ScenarioAnswer[] }>('GET', path)))
    ?.scenarios;
}

/** Makes a version live, or takes the live one back. */
export function switchModel(
  version: string,
  way: 'promote' | 'rollback',
): Promise<PromotionAnswer> {
  return ask('POST', `/v1/models/${part(version)}/${way}`, {});
}

/** Trains a version. */
export function train(request: TrainingRequest): Promise<StartedRun> {
  return ask('POST', '/v1/training-runs', request);
}

/** Builds an index release. */
export function buildIndex(): Promise<StartedRun> {
  return ask('POST', '/v1/index-releases', {});
}

/** Builds a version with other settings beside the live one. */
export function backfill(settings: Readonly<Record<string, number>>): Promise<StartedRun> {
  return ask('POST', '/v1/backfills', { settings });
}
