import type { JSX } from 'preact';

import type { ExperimentAnswer } from '../../api/schema/experiments.ts';
import { grouped, wordsOfAgo } from '../parts/words.ts';
import { Interval } from './interval.tsx';
import { isDecided, reachOf, wordsOfRate, wordsOfVerdict } from './verdict.ts';

type Arm = ExperimentAnswer['arms'][number];

const COLUMNS = ['arm', 'users', 'answers', 'clicked', 'difference', 'what the test says'];

function ArmRow({ arm, reach }: { arm: Arm; reach: number }): JSX.Element {
  const { name, share, scenario, version, users, answers, rate, comparison } = arm;
  return (
    <tr data-arm={name}>
      <th scope="row">
        {name} <span class="soft">{`${(share * 100).toFixed(0)} %`}</span>
        {scenario !== null && <span class="tag">{scenario}</span>}
        {version !== null && <span class="tag">{version}</span>}
      </th>
      <td>{grouped(users)}</td>
      <td>{grouped(answers)}</td>
      <td>{wordsOfRate(rate)}</td>
      <td>
        {comparison === null ? (
          <span class="soft">–</span>
        ) : (
          <Interval {...comparison} reach={reach} />
        )}
      </td>
      <td>{wordsOfVerdict(comparison)}</td>
    </tr>
  );
}

/** An experiment: its arms, their rates, and how far these differ from the first arm's. */
export function ExperimentCard({ experiment }: { experiment: ExperimentAnswer }): JSX.Element {
  const { experiment: name, startedAt, effect, full, arms } = experiment;
  const decided = isDecided(experiment);
  return (
    <article class="card experiment" data-experiment={name}>
      <h3>
        {name}{' '}
        <span class={decided ? 'tag tag-on' : 'tag'}>{decided ? 'decided' : 'undecided'}</span>
      </h3>
      <p class="soft">
        Since {wordsOfAgo(startedAt, Date.now())}; finds a difference of {wordsOfRate(effect)}{' '}
        soonest. Intervals hold at all looks at once, so stop whenever you like.
        {full && ' More users came than are counted.'}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label={`Arms of ${name}`}>
        <table>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {arms.map((arm) => (
              <ArmRow key={arm.name} arm={arm} reach={reachOf(experiment)} />
            ))}
          </tbody>
        </table>
      </div>
    </article>
  );
}
