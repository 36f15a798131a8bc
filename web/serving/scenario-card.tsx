import type { JSX } from 'preact';

import type { ScenarioAnswer } from '../../api/schema/scenarios.ts';
import { ItemName } from '../parts/item-name.tsx';
import { wordsOfAgo } from '../parts/words.ts';
import { tryScenario } from '../state/listener-state.ts';
import { linkTo } from '../state/place.ts';

function Items({ name, ids }: { name: string; ids: readonly string[] }): JSX.Element | null {
  if (ids.length === 0) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {ids.map((id, n) => (
          <span key={id}>
            {n > 0 && ', '}
            <ItemName id={id} />
          </span>
        ))}
      </dd>
    </>
  );
}

function Rule({ name, text }: { name: string; text: string | undefined }): JSX.Element | null {
  if (text === undefined) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <code>{text}</code>
      </dd>
    </>
  );
}

/** A scenario: what it bundles, and a way to see what it makes of answers. */
export function ScenarioCard({ told }: { told: ScenarioAnswer }): JSX.Element {
  const { scenario, definition, changedAt } = told;
  const { filter, boost, diversity, rotation, explore, pinned = [], blocked = [] } = definition;
  const show = (): void => {
    tryScenario(scenario);
    location.hash = linkTo('listen');
  };
  return (
    <li class="card scenario" data-scenario={scenario}>
      <h3>{scenario}</h3>
      <dl class="rules">
        <Rule name="filter" text={filter} />
        <Rule name="boost" text={boost} />
        <Rule name="diversity" text={diversity?.toString()} />
        <Rule name="rotation" text={rotation?.toString()} />
        <Rule name="explore" text={explore?.toString()} />
        <Items name="pinned" ids={pinned} />
        <Items name="blocked" ids={blocked} />
      </dl>
      <p class="soft">Changed {wordsOfAgo(changedAt, Date.now())}</p>
      <button type="button" onClick={show}>
        Try {scenario}
      </button>
    </li>
  );
}
