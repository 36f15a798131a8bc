import { batch, computed, effect, signal } from '@preact/signals';

import type { RecommendationAnswer } from '../../api/schema/answers.ts';
import type { UserEventsAnswer } from '../../api/schema/listings.ts';
import type { WhatIfAnswer } from '../../api/schema/what-if.ts';
import { changeOf } from '../listen/answer-change.ts';
import type { AnswerChange } from '../listen/answer-change.ts';
import { askWithout, eventsOf, HISTORY_EVENTS, isTravel, recommend, tell } from '../wire/calls.ts';
import type { FromPast } from '../wire/calls.ts';
import { followedTravel, followedUser, travelNews, userNews } from './live-state.ts';
import { attempt } from './notices.ts';

/** An event of the user, as the time line shows it. */
export type TimelineEvent = UserEventsAnswer['events'][number];

/** What made the answer change, and how long it took. */
export interface ShownChange extends AnswerChange {
  readonly cause: string;
  /** From the click to the new answer, milliseconds; undefined where somebody else clicked. */
  readonly ms: number | undefined;
}

/** The user at hand. */
export const user = signal('');
/** The answer that is shown. */
export const answer = signal<RecommendationAnswer | undefined>(undefined);
/** What the user did, newest first; undefined until it is known. */
export const timeline = signal<readonly TimelineEvent[] | undefined>(undefined);
/** Whether this process tells what users did: an API of a cluster answers from the newest position only. */
export const hasPast = signal(true);
/** The position that is looked at; undefined for now. */
export const moment = signal<string | undefined>(undefined);
/** How the answer differs from the one before. */
export const change = signal<ShownChange | undefined>(undefined);
/** The event that is imagined away, with what comes of it. */
export const imagined = signal<
  { readonly event: TimelineEvent; readonly result: WhatIfAnswer | undefined } | undefined
>(undefined);
/** The scenario that answers are asked under. */
export const scenario = signal<string | undefined>(undefined);
/** Whether an answer is on its way. */
export const isAsking = signal(false);

/** Events that the shown answer knows of. */
let knownEvents: number | undefined;
/** Counts what was asked: an answer to an older question is dropped. */
let turn = 0;

/** The event that the moment stands at. */
export const momentEvent = computed(() =>
  timeline.value?.find(({ position }) => position === moment.value),
);

/** Turns to a user: their answer, what they did, and what they will do. */
export async function choose(id: string): Promise<void> {
  knownEvents = undefined;
  batch(() => {
    user.value = id;
    answer.value = undefined;
    timeline.value = undefined;
    moment.value = undefined;
    change.value = undefined;
    imagined.value = undefined;
    userNews.value = undefined;
    followedUser.value = id;
  });
  await Promise.all([show({}), readTimeline()]);
}

/** Says that the user did something, and shows what comes of it. */
export async function act(
  type: 'play' | 'skip' | 'like',
  item: string,
  name: string,
): Promise<void> {
  const startedMs = performance.now();
  const verbs = { play: 'playing', skip: 'skipping', like: 'liking' } as const;
  await attempt(async () => {
    const before = knownEvents;
    const after = await tell(user.value, type, item);
    // The stream may have told of it already.
    if (before !== undefined && knownEvents === before) knownEvents += 1;
    await show({ after }, { cause: `${verbs[type]} ${name}`, startedMs });
  });
}

/** Goes to the moment right after an event of the user, or back to now. */
export async function goTo(position: string | undefined): Promise<void> {
  moment.value = position;
  imagined.value = undefined;
  change.value = undefined;
  await show({ asOf: position });
}

/** Asks under a scenario from here on, or under none; shows what that changes where there is a user. */
export function tryScenario(name: string | undefined): void {
  scenario.value = name;
  if (user.peek() === '') return;
  const cause = name === undefined ? 'leaving the scenario' : `asking under ${name}`;
  void show({ asOf: moment.peek() }, { cause });
}

/** Imagines that an event had not happened. */
export async function imagineWithout(event: TimelineEvent): Promise<void> {
  imagined.value = { event, result: undefined };
  const result = await attempt(() =>
    arrive(() => askWithout(user.value, [event.position], scenario.peek())),
  );
  if (imagined.peek()?.event !== event) return;
  imagined.value = result === undefined ? undefined : { event, result };
}

/** Goes on from what happened. */
export function stopImagining(): void {
  imagined.value = undefined;
}

/** Shows what changes of the user at hand, whoever changes it. */
export function followUser(): void {
  effect(() => {
    const news = userNews.value;
    if (news?.id !== user.peek()) return;
    const isFirst = knownEvents === undefined;
    const isNewer = news.events > (knownEvents ?? 0);
    knownEvents = Math.max(news.events, knownEvents ?? 0);
    if (isFirst || !isNewer) return;
    if (moment.peek() === undefined) void show({}, { cause: 'a new event of theirs' });
  });
}

interface Cause {
  readonly cause: string;
  readonly startedMs?: number;
}

async function show(
  where: { readonly after?: string | undefined; readonly asOf?: string | undefined },
  cause?: Cause,
): Promise<void> {
  turn += 1;
  const own = turn;
  isAsking.value = true;
  const next = await attempt(() =>
    arrive(() => recommend(user.value, { ...where, scenario: scenario.peek() })),
  );
  if (own !== turn) return;
  batch(() => {
    isAsking.value = false;
    if (next === undefined) return;
    const before = answer.value?.items.map(({ id }) => id) ?? [];
    const { startedMs } = cause ?? {};
    answer.value = next;
    if (where.asOf === undefined && timeline.value !== undefined) {
      timeline.value = withNewer(timeline.value, next.events ?? []);
    }
    if (cause === undefined) return;
    change.value = {
      ...changeOf(
        before,
        next.items.map(({ id }) => id),
      ),
      cause: cause.cause,
      ms: startedMs === undefined ? undefined : performance.now() - startedMs,
    };
  });
}

async function readTimeline(): Promise<void> {
  const own = user.value;
  const events = await attempt(() => eventsOf(own));
  if (user.value !== own) return;
  hasPast.value = events !== undefined;
  timeline.value = withNewer(events ?? [], timeline.value ?? []);
}

/** Puts events that came since before those that are known. */
function withNewer(
  known: readonly TimelineEvent[],
  newest: readonly TimelineEvent[],
): readonly TimelineEvent[] {
  const positions = new Set(known.map(({ position }) => position));
  const newer = newest.filter(({ position }) => !positions.has(position));
  return newer.length === 0 ? known : [...newer, ...known].slice(0, HISTORY_EVENTS);
}

/** Asks until the answer is there: a way into the past that is long is followed on the stream, and asked again after. */
async function arrive<Answer extends object>(
  question: () => Promise<FromPast<Answer>>,
): Promise<Answer> {
  for (;;) {
    const past = await question();
    if (!isTravel(past)) return past;
    travelNews.value = past;
    followedTravel.value = past.travelId;
    try {
      await travelled(past.travelId);
    } finally {
      batch(() => {
        followedTravel.value = undefined;
        travelNews.value = undefined;
      });
    }
  }
}

/** Resolves when a travel has arrived, as the stream tells; rejects with why it failed. */
function travelled(travelId: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = effect(() => {
      const news = travelNews.value;
      if (news?.travelId !== travelId || news.state === 'running') return;
      queueMicrotask(() => {
        stop();
      });
      if (news.state === 'completed') resolve();
      else reject(new Error(news.failure ?? 'the way into the past was cut off'));
    });
  });
}
