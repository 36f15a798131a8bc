import type { JSX } from 'preact';

import type { RunSummary } from '../../api/schema/listings.ts';
import { Icon } from '../parts/icon.tsx';
import { wordsOfAgo } from '../parts/words.ts';
import { latest, runs } from '../state/live-state.ts';

const KINDS: Readonly<Record<RunSummary['kind'], string>> = {
  training: 'training',
  index: 'index release',
  backfill: 'backfill',
};

function Stand({ run }: { run: RunSummary }): JSX.Element {
  const { state, stage, progress } = run;
  if (state !== 'running') {
    const look = { completed: 'tag tag-on', failed: 'tag tag-bad', cancelled: 'tag' }[state];
    return <span class={look}>{state}</span>;
  }
  const total = progress?.total ?? 0;
  return (
    <label class="run-progress">
      {stage ?? 'running'}{' '}
      {total > 0 ? <progress max={total} value={progress?.done ?? 0} /> : <progress />}
    </label>
  );
}

function Row({ run }: { run: RunSummary }): JSX.Element {
  return (
    <tr>
      <td>{KINDS[run.kind]}</td>
      <td>
        <code>{run.workflowId}</code>
      </td>
      <td>
        <Stand run={run} />
      </td>
      <td>{wordsOfAgo(run.startedAt, latest.value?.at ?? Date.now())}</td>
      <td>
        <a href={run.url} target="_blank" rel="noreferrer">
          Temporal <Icon name="out" />
          <span class="unseen"> ({run.workflowId})</span>
        </a>
      </td>
    </tr>
  );
}

/** The durable runs, those under way first, each with its page in the Temporal UI. */
export function RunList(): JSX.Element {
  const known = runs.value ?? [];
  return (
    <section class="card" aria-labelledby="runs-title">
      <h2 id="runs-title">Runs</h2>
      {known.length === 0 ? (
        <p class="soft">None yet: trainings, backfills and index builds are listed here.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-labelledby="runs-title">
          <table>
            <thead>
              <tr>
                {['what', 'run', 'how it stands', 'started', 'workflow'].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {known.map((run) => (
                <Row key={`${run.workflowId} ${run.startedAt}`} run={run} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
