import type { JSX } from 'preact';

import type { RecommendationAnswer } from '../../api/schema/answers.ts';
import { ItemName } from '../parts/item-name.tsx';
import { wordsOfScore } from '../parts/words.ts';
import { nameOf } from '../state/item-book.ts';
import { mainReason, scoreParts } from './reasons.ts';
import type { Explanation, ScorePart } from './reasons.ts';

const BASED_ON: Readonly<Record<RecommendationAnswer['basedOn'], string>> = {
  user: 'fits your taste',
  item: 'like what you had at hand',
  popular: 'popular with everybody now',
};

function Part({ part, largest }: { part: ScorePart; largest: number }): JSX.Element {
  const { item, name, share } = part;
  const width = `${((Math.abs(share) / largest) * 100).toFixed(1)}%`;
  return (
    <li>
      <span class="part-name">{item === undefined ? name : <ItemName id={item} />}</span>
      <span class="part-bar" aria-hidden="true">
        <span class={share < 0 ? 'against' : 'for'} style={{ width }} />
      </span>
      <span class="part-share">
        {share > 0 ? '+' : ''}
        {wordsOfScore(share)}
      </span>
    </li>
  );
}

/** Says why an item is there: in a line, and opened, what its score is made of. */
export function Why({
  explanation,
  score,
  basedOn,
}: {
  explanation: Explanation | undefined;
  score: number;
  basedOn: RecommendationAnswer['basedOn'];
}): JSX.Element {
  if (explanation === undefined || basedOn !== 'user') {
    return <p class="why-line soft">{BASED_ON[basedOn]}</p>;
  }
  const reason = mainReason(explanation);
  const parts = scoreParts(explanation);
  const largest = Math.max(...parts.map(({ share }) => Math.abs(share)));
  return (
    <details class="why">
      <summary>{reason === undefined ? BASED_ON.user : <>because of {nameOf(reason)}</>}</summary>
      <ul class="parts">
        {parts.map((part) => (
          <Part key={part.item ?? part.name} part={part} largest={largest} />
        ))}
      </ul>
      <p class="soft">They add up to the score, {wordsOfScore(score)}.</p>
    </details>
  );
}
