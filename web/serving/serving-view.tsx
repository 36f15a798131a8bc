import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { ExperimentAnswer } from '../../api/schema/experiments.ts';
import type { ScenarioAnswer } from '../../api/schema/scenarios.ts';
import { attempt } from '../state/notices.ts';
import { experiments as askExperiments, scenarios as askScenarios } from '../wire/calls.ts';
import { ExperimentCard } from './experiment-card.tsx';
import { ScenarioCard } from './scenario-card.tsx';

/** What this process has of each: undefined until it is known, null where it has none of the kind. */
const experiments = signal<readonly ExperimentAnswer[] | null | undefined>(undefined);
const scenarios = signal<readonly ScenarioAnswer[] | null | undefined>(undefined);

async function read(): Promise<void> {
  await attempt(async () => {
    experiments.value = (await askExperiments()) ?? null;
    scenarios.value = (await askScenarios()) ?? null;
  });
}

function Experiments(): JSX.Element {
  const told = experiments.value;
  return (
    <section aria-labelledby="experiments">
      <div class="section-head">
        <h2 id="experiments">Experiments</h2>
        <button type="button" onClick={() => void read()}>
          Look again
        </button>
      </div>
      {told === null && <p class="card">This process counts no reactions.</p>}
      {told?.length === 0 && (
        <p class="card">
          None run. <code>bin/reprise experiments put NAME --arm a=0.5 --arm b=0.5</code> begins
          one.
        </p>
      )}
      <div class="experiments">
        {told?.map((one) => (
          <ExperimentCard key={one.experiment} experiment={one} />
        ))}
      </div>
    </section>
  );
}

function Scenarios(): JSX.Element {
  const told = scenarios.value;
  return (
    <section aria-labelledby="scenarios">
      <h2 id="scenarios">Scenarios</h2>
      {told === null && <p class="card">This process keeps no scenarios.</p>}
      {told?.length === 0 && (
        <p class="card">
          There are none. <code>bin/reprise scenarios set NAME --filter CEL</code> makes one.
        </p>
      )}
      <ul class="scenarios">
        {told?.map((one) => (
          <ScenarioCard key={one.scenario} told={one} />
        ))}
      </ul>
    </section>
  );
}

/** How answers are shaped beside the model, and what of it is being tried out. */
export function ServingView(): JSX.Element {
  useEffect(() => void read(), []);
  return (
    <>
      <h1 class="view-title">Serving</h1>
      <Experiments />
      <Scenarios />
    </>
  );
}
