import { signal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Models } from '../../api/schema/answers.ts';
import { wordsOfAgo, wordsOfMs } from '../parts/words.ts';
import { latest, models } from '../state/live-state.ts';
import { attempt, notify } from '../state/notices.ts';
import { switchModel } from '../wire/calls.ts';
import { RunList } from './run-list.tsx';
import { StartForms } from './start-forms.tsx';

type Model = Models['models'][number];

/** The version that a switch is under way to. */
const switching = signal<string | undefined>(undefined);

async function switchTo(version: string, way: 'promote' | 'rollback'): Promise<void> {
  switching.value = version;
  const done = await attempt(() => switchModel(version, way));
  switching.value = undefined;
  if (done === undefined) return;
  notify('done', `${done.version} is live: the switch took ${wordsOfMs(done.switchMs)}`);
}

function Switch({ model }: { model: Model }): JSX.Element | null {
  const { version, live, positions } = model;
  const isBusy = switching.value !== undefined;
  const previous = models.value?.models.find(({ aliases }) => aliases?.includes('previous'));
  if (!live) {
    if (positions === null || positions === undefined) {
      return <p class="soft">Not held beside the live one; build it again by a backfill.</p>;
    }
    return (
      <button
        type="button"
        class="strong"
        disabled={isBusy}
        onClick={() => void switchTo(version, 'promote')}
      >
        {switching.value === version ? 'Switching …' : `Promote ${version}`}
      </button>
    );
  }
  if (previous === undefined) return null;
  return (
    <button type="button" disabled={isBusy} onClick={() => void switchTo(version, 'rollback')}>
      {switching.value === version ? 'Switching …' : `Roll back to ${previous.version}`}
    </button>
  );
}

function ModelCard({ model }: { model: Model }): JSX.Element {
  const { version, learner, aliases, prequential, positions, createdAt, metrics } = model;
  const recall = latest.value?.recall10[version] ?? prequential?.recall10;
  const names = aliases ?? (model.live ? ['live'] : []);
  return (
    <li class={model.live ? 'card model model-live' : 'card model'} data-version={version}>
      <h2>
        {version}{' '}
        {names.map((name) => (
          <span key={name} class={name === 'live' ? 'tag tag-on' : 'tag'}>
            {name}
          </span>
        ))}
      </h2>
      <dl class="facts">
        <div>
          <dt>recall@10 of its stream</dt>
          <dd>{recall === undefined ? 'none sampled yet' : `${(recall * 100).toFixed(1)} %`}</dd>
        </div>
        <div>
          <dt>learner</dt>
          <dd>{learner}</dd>
        </div>
        <div>
          <dt>stands at</dt>
          <dd>
            {positions === undefined || positions === null ? (
              '–'
            ) : (
              <code>{positions.join(', ')}</code>
            )}
          </dd>
        </div>
        {createdAt !== undefined && (
          <div>
            <dt>made</dt>
            <dd>{wordsOfAgo(createdAt, latest.value?.at ?? Date.now())}</dd>
          </div>
        )}
        {Object.entries(metrics ?? {}).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value.toFixed(4)}</dd>
          </div>
        ))}
      </dl>
      <Switch model={model} />
    </li>
  );
}

/** Model versions with their switches, what can be started, and the runs. */
export function ModelsView(): JSX.Element {
  const known = models.value?.models;
  // The version that serves comes first, then the newest.
  const sorted = known && [...known].reverse().sort((a, b) => Number(b.live) - Number(a.live));
  return (
    <>
      <h1 class="view-title">Models</h1>
      {sorted === undefined ? (
        <p class="soft waiting">Asking …</p>
      ) : (
        <ul class="models" aria-label="Model versions">
          {sorted.map((model) => (
            <ModelCard key={model.version} model={model} />
          ))}
        </ul>
      )}
      <StartForms />
      <RunList />
    </>
  );
}
