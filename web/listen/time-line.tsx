import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { Icon } from '../parts/icon.tsx';
import { ItemName } from '../parts/item-name.tsx';
import { pastOf, wordsOfAgo } from '../parts/words.ts';
import { nameOf } from '../state/item-book.ts';
import { latest } from '../state/live-state.ts';
import {
  goTo,
  hasPast,
  imagined,
  imagineWithout,
  moment,
  timeline,
} from '../state/listener-state.ts';
import type { TimelineEvent } from '../state/listener-state.ts';

/** How long the slider has to rest before the past is asked, milliseconds. */
const REST_MS = 160;

function momentWords(event: TimelineEvent | undefined, nowMs: number): string {
  if (event === undefined) return 'now';
  const { type, item, time } = event;
  return `right after they ${pastOf(type)} ${nameOf(item)}, ${wordsOfAgo(time, nowMs)}`;
}

/** A slider over the events of the user: the answer as it was after each. */
export function TimeSlider(): JSX.Element | null {
  const events = timeline.value ?? [];
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const at = events.findIndex(({ position }) => position === moment.value);
  const [held, setHeld] = useState<number | undefined>(undefined);
  useEffect(() => {
    setHeld(undefined);
  }, [moment.value, events]);
  if (events.length === 0) return null;
  const settled = at < 0 ? events.length : events.length - 1 - at;
  const value = held ?? settled;
  // The last place is now; the events stand newest first.
  const event = value === events.length ? undefined : events[events.length - 1 - value];
  const words = momentWords(event, latest.value?.at ?? Date.now());
  const slide = (input: Event): void => {
    const next = Number((input.currentTarget as HTMLInputElement).value);
    setHeld(next);
    clearTimeout(rest.current);
    rest.current = setTimeout(() => {
      const to = next === events.length ? undefined : events[events.length - 1 - next]?.position;
      void goTo(to);
    }, REST_MS);
  };
  return (
    <div class="slider">
      <label for="moment">Time travel</label>
      <input
        id="moment"
        type="range"
        min={0}
        max={events.length}
        value={value}
        aria-valuetext={words}
        onInput={slide}
      />
      <output for="moment">{event === undefined ? 'now' : words}</output>
    </div>
  );
}

function EventRow({ event }: { event: TimelineEvent }): JSX.Element {
  const { type, item, position, time } = event;
  const isHere = moment.value === position;
  return (
    <li class={isHere ? 'event event-here' : 'event'}>
      <button
        type="button"
        class="event-go"
        aria-pressed={isHere}
        title={`The answer as of ${position}`}
        onClick={() => void goTo(isHere ? undefined : position)}
      >
        <span class={`verb verb-${type}`}>{pastOf(type)}</span>
        <span class="unseen">: see the answer right after it</span>
      </button>
      <span class="event-words">
        <ItemName id={item} />
        <span class="event-more soft">
          {wordsOfAgo(time, latest.value?.at ?? Date.now())}
          <button
            type="button"
            class="quiet what-if"
            aria-pressed={imagined.value?.event === event}
            onClick={() => void imagineWithout(event)}
          >
            <Icon name="undo" /> what if not?
            <span class="unseen"> Without: {nameOf(item)}</span>
          </button>
        </span>
      </span>
    </li>
  );
}

/** What the user did, newest first: each event can be gone back to, and imagined away. */
export function TimeLine(): JSX.Element {
  const events = timeline.value;
  return (
    <section class="card timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">What they did</h2>
      {events === undefined ? (
        <p class="soft">Looking …</p>
      ) : events.length === 0 ? (
        <p class="soft">
          {hasPast.value
            ? 'Nothing yet: play something, and the answer becomes theirs.'
            : 'This process answers from the newest position only: the past is told by the embedded profile.'}
        </p>
      ) : (
        <ol aria-label="Events, newest first" tabIndex={0}>
          {events.map((event) => (
            <EventRow key={event.position} event={event} />
          ))}
        </ol>
      )}
    </section>
  );
}
