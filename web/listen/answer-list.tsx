import type { JSX } from 'preact';

import type { RecommendationAnswer } from '../../api/schema/answers.ts';
import { Cover } from '../parts/cover.tsx';
import { Icon } from '../parts/icon.tsx';
import type { IconName } from '../parts/icon.tsx';
import { ItemName, ItemWords } from '../parts/item-name.tsx';
import { nameOf, itemOfBook } from '../state/item-book.ts';
import { act, answer, change, isAsking, moment } from '../state/listener-state.ts';
import { useGlide } from './glide.ts';
import { Why } from './why.tsx';

type Scored = RecommendationAnswer['items'][number];

const ACTS = [
  ['play', 'Play'],
  ['like', 'Like'],
  ['skip', 'Skip'],
] as const satisfies readonly (readonly [IconName, string])[];

function Acts({ item }: { item: Scored }): JSX.Element {
  const name = nameOf(item.id);
  return (
    <div class="acts">
      {ACTS.map(([type, word]) => (
        <button
          key={type}
          type="button"
          class={type === 'play' ? 'act act-play' : 'act'}
          aria-label={`${word} ${name}`}
          title={word}
          onClick={() => void act(type, item.id, name)}
        >
          <Icon name={type} />
        </button>
      ))}
    </div>
  );
}

/** What became of an item's place since the answer before. */
function Moved({ id }: { id: string }): JSX.Element | null {
  const shown = change.value;
  if (shown?.entered.has(id) === true) return <span class="moved moved-new">new</span>;
  const rose = shown?.rose.get(id);
  if (rose === undefined) return null;
  const words = rose > 0 ? `up ${String(rose)}` : `down ${String(-rose)}`;
  return (
    <span class={rose > 0 ? 'moved moved-up' : 'moved moved-down'} title={words}>
      <span aria-hidden="true">{rose > 0 ? `▲${String(rose)}` : `▼${String(-rose)}`}</span>
      <span class="unseen">{words}</span>
    </span>
  );
}

function Row({ item, place }: { item: Scored; place: number }): JSX.Element {
  const basedOn = answer.value?.basedOn ?? 'user';
  // A title that came with the answer is shown at once; the rest of what is known follows.
  const known = itemOfBook(item.id);
  return (
    <li class="answer-row" data-item={item.id}>
      <span class="place" aria-hidden="true">
        {place + 1}
      </span>
      <Cover id={item.id} />
      <div class="answer-words">
        <div class="answer-title">
          {known === undefined && item.title !== undefined ? item.title : <ItemName id={item.id} />}
          <Moved id={item.id} />
        </div>
        <ItemWords id={item.id} />
        <Why explanation={item.explanation} score={item.score} basedOn={basedOn} />
      </div>
      {moment.value === undefined && <Acts item={item} />}
    </li>
  );
}

/** What the user is recommended, the best first. */
export function AnswerList(): JSX.Element {
  const list = useGlide();
  const shown = answer.value;
  if (shown === undefined) {
    return <p class="soft waiting">{isAsking.value ? 'Asking …' : 'No answer yet.'}</p>;
  }
  return (
    <>
      <ol class="answer" ref={list} aria-label="Recommended items" aria-busy={isAsking.value}>
        {shown.items.map((item, place) => (
          <Row key={item.id} item={item} place={place} />
        ))}
      </ol>
      {shown.note !== undefined && <p class="soft">{shown.note}</p>}
    </>
  );
}
