import type { JSX } from 'preact';

import { wordsOfMs } from '../parts/words.ts';
import { travelNews } from '../state/live-state.ts';
import { answer, change, goTo, isAsking, moment, user } from '../state/listener-state.ts';
import { place } from '../state/place.ts';
import { AnswerList } from './answer-list.tsx';
import { wordsOfChange } from './answer-change.ts';
import { ScenarioLine } from './scenario-line.tsx';
import { TimeLine, TimeSlider } from './time-line.tsx';
import { UserPicker } from './user-picker.tsx';
import { Welcome } from './welcome.tsx';
import { WhatIfCard } from './what-if-card.tsx';

const BASES = {
  user: 'from what they did',
  item: 'from the item at hand',
  popular: 'nothing is known of them yet, so this is what is popular',
} as const;

/** Says what changed last, and how quickly. */
function ChangeLine(): JSX.Element {
  const shown = change.value;
  const words = shown && wordsOfChange(shown);
  return (
    <p class="change" role="status" data-ms={shown?.ms?.toFixed(1)}>
      {shown === undefined ? (
        'Play, like or skip something: the answer changes at once.'
      ) : (
        <>
          <strong>{words ?? 'same items, new scores'}</strong>
          {shown.ms !== undefined && <> {wordsOfMs(shown.ms)}</>} after {shown.cause}
        </>
      )}
    </p>
  );
}

function Travelling(): JSX.Element | null {
  const travel = travelNews.value;
  if (travel === undefined) return null;
  const { done, total } = travel.progress;
  return (
    <p class="travelling" role="status">
      <label>
        Replaying to {travel.position.join(', ')} …{' '}
        <progress max={Math.max(1, total)} value={done} />
      </label>
      {travel.url !== undefined && (
        <a href={travel.url} target="_blank" rel="noreferrer">
          in Temporal
        </a>
      )}
    </p>
  );
}

function Answered(): JSX.Element {
  const shown = answer.value;
  const isPast = moment.value !== undefined;
  return (
    <section class={isPast ? 'card answered answered-past' : 'card answered'}>
      <div class="answered-head">
        <h1>{isPast ? `${user.value}, back then` : `For ${user.value}`}</h1>
        {shown !== undefined && (
          <p class="soft">
            {BASES[shown.basedOn]} · model {shown.model} · at{' '}
            <code>{shown.position.join(', ')}</code>
          </p>
        )}
      </div>
      <ScenarioLine />
      <TimeSlider />
      <Travelling />
      {isPast ? (
        <p class="past-note">
          The answer as it was, by replay: nothing after that moment is known to it.{' '}
          <button type="button" disabled={isAsking.value} onClick={() => void goTo(undefined)}>
            Back to now
          </button>
        </p>
      ) : (
        <ChangeLine />
      )}
      <AnswerList />
    </section>
  );
}

/** The listener's view: whose answers, what they did, what they are recommended, and why. */
export function ListenView(): JSX.Element {
  const { detail } = place.value;
  return (
    <>
      <UserPicker wanted={detail ?? (user.value === '' ? undefined : user.value)} />
      {user.value === '' ? (
        <Welcome />
      ) : (
        <div class="listen">
          <Answered />
          <div class="beside">
            <WhatIfCard />
            <TimeLine />
          </div>
        </div>
      )}
    </>
  );
}
