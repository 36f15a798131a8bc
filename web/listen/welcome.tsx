import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { Cover } from '../parts/cover.tsx';
import { ItemName, ItemWords } from '../parts/item-name.tsx';
import { attempt } from '../state/notices.ts';
import { popularItems } from '../wire/calls.ts';

const POPULAR = 8;

const popular = signal<readonly string[]>([]);

const PROMISES = [
  [
    'At once',
    'A play changes the next answer within milliseconds, and every item says why it is there.',
  ],
  [
    'As it was',
    'Slide back to any moment: the log is replayed, and the answer is the one that was given.',
  ],
  ['As it would be', 'Take an event away and see what would be recommended, with nothing written.'],
] as const;

function Popular(): JSX.Element | null {
  useEffect(() => {
    void attempt(async () => {
      popular.value = (await popularItems(POPULAR)).map(({ id }) => id);
    });
  }, []);
  if (popular.value.length === 0) return null;
  return (
    <section class="popular" aria-labelledby="popular-title">
      <h2 id="popular-title">Popular now</h2>
      <ul>
        {popular.value.map((id) => (
          <li key={id}>
            <Cover id={id} large />
            <ItemName id={id} />
            <ItemWords id={id} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What is there before anybody is chosen. */
export function Welcome(): JSX.Element {
  return (
    <>
      <section class="card welcome">
        <h1>Play something. Watch the answer change.</h1>
        <p>
          Choose somebody who is active now, or invent somebody. Every play, like and skip is an
          event in a log; what is recommended follows from that log alone.
        </p>
        <div class="promises">
          {PROMISES.map(([name, words]) => (
            <div key={name}>
              <h2>{name}</h2>
              <p class="soft">{words}</p>
            </div>
          ))}
        </div>
      </section>
      <Popular />
    </>
  );
}
