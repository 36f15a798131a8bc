import type { JSX } from 'preact';

import { isAsking, scenario, tryScenario } from '../state/listener-state.ts';

/** Says under which scenario answers are asked, and how to be without it. */
export function ScenarioLine(): JSX.Element | null {
  const name = scenario.value;
  if (name === undefined) return null;
  return (
    <p class="past-note" role="status">
      Under the scenario <strong class="scenario-name">{name}</strong>.{' '}
      <button type="button" disabled={isAsking.value} onClick={() => tryScenario(undefined)}>
        Without it
      </button>
    </p>
  );
}
