import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import type { WhatIfAnswer } from '../../api/schema/what-if.ts';
import { ItemName } from '../parts/item-name.tsx';
import { pastOf, wordsOfScore } from '../parts/words.ts';
import { imagined, stopImagining } from '../state/listener-state.ts';

function Difference({ result }: { result: WhatIfAnswer }): JSX.Element {
  const { entered, left, moved } = result.difference;
  const placed = moved.filter(({ from, to }) => from !== to);
  if (entered.length + left.length + placed.length === 0) {
    const most = moved.reduce(
      (most, { scoreBefore, scoreAfter }) => Math.max(most, Math.abs(scoreAfter - scoreBefore)),
      0,
    );
    return (
      <p>
        The same items in the same order
        {most > 0 ? `; scores differ by up to ${wordsOfScore(most)}` : ''}.
      </p>
    );
  }
  return (
    <ul class="difference">
      {entered.map(({ id, place }) => (
        <li key={id}>
          <span class="moved moved-new">in</span> <ItemName id={id} /> would be number {place}
        </li>
      ))}
      {left.map(({ id, place }) => (
        <li key={id}>
          <span class="moved moved-down">out</span> <ItemName id={id} /> would not be there, now
          number {place}
        </li>
      ))}
      {placed.map(({ id, from, to }) => (
        <li key={id}>
          <span class={to < from ? 'moved moved-up' : 'moved moved-down'}>
            {from} → {to}
          </span>{' '}
          <ItemName id={id} />
        </li>
      ))}
    </ul>
  );
}

/** What would be recommended without an event that happened. */
export function WhatIfCard(): JSX.Element | null {
  const asked = imagined.value;
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    card.current?.scrollIntoView({ block: 'nearest' });
  }, [asked]);
  if (asked === undefined) return null;
  const { event, result } = asked;
  return (
    <section
      ref={card}
      class="card what-if-card"
      aria-live="polite"
      aria-labelledby="what-if-title"
    >
      <h2 id="what-if-title">
        If they had not {pastOf(event.type)} <ItemName id={event.item} />
      </h2>
      {result === undefined ? (
        <p class="soft">Replaying without it …</p>
      ) : (
        <Difference result={result} />
      )}
      <p>
        <span class="soft">Nothing was written. </span>
        <button type="button" onClick={stopImagining}>
          Close
        </button>
      </p>
    </section>
  );
}
