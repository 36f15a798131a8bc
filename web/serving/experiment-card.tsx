import type { ComponentChildren, JSX } from 'preact';

import type { ExperimentAnswer } from '../../api/schema/experiments.ts';
import { grouped, wordsOfAgo } from '../parts/words.ts';
import { Interval } from './interval.tsx';
import { isDecided, reachOf, wordsOfRate, wordsOfVerdict } from './verdict.ts';

type Arm = ExperimentAnswer['arms'][number];

const COLUMNS = ['users', 'answers', 'clicked', 'difference', 'the test says'] as const;

/** A figure of an arm; where rows are stacked it says itself what it is. */
function Figure({
  of,
  children,
}: {
  of: (typeof COLUMNS)[number];
  children: ComponentChildren;
}): JSX.Element {
  return (
    <td role="cell" data-column={of}>
      {children}
    </td>
  );
}

/** The roles are those that the elements have: on a narrow screen these are laid out as blocks, and browsers forget them. */
function ArmRow({ arm, reach }: { arm: Arm; reach: number }): JSX.Element {
  const { name, share, scenario, version, users, answers, rate, comparison } = arm;
  return (
    <tr role="row" data-arm={name}>
      <th role="rowheader" scope="row">
        {name} <span class="soft">{`${(share * 100).toFixed(0)} %`}</span>{' '}
        {scenario !== null && <span class="tag">{scenario}</span>}
        {version !== null && <span class="tag">{version}</span>}
      </th>
      <Figure of="users">{grouped(users)}</Figure>
      <Figure of="answers">{grouped(answers)}</Figure>
      <Figure of="clicked">{wordsOfRate(rate)}</Figure>
      <Figure of="difference">
        {comparison === null ? (
          <span class="soft">–</span>
        ) : (
          <Interval {...comparison} reach={reach} />
        )}
      </Figure>
      <Figure of="the test says">{wordsOfVerdict(comparison)}</Figure>
    </tr>
  );
}

/** An experiment: its arms, their rates, and how far these differ from the first arm's. */
export function ExperimentCard({ experiment }: { experiment: ExperimentAnswer }): JSX.Element {
  const { experiment: name, startedAt, effect, full, uncounted, arms } = experiment;
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
      {uncounted !== null && <p role="status">Counting stands still: {uncounted}.</p>}
      <div class="scroll" tabIndex={0} role="region" aria-label={`Arms of ${name}`}>
        <table role="table">
          <thead role="rowgroup">
            <tr role="row">
              {['arm', ...COLUMNS].map((column) => (
                <th key={column} role="columnheader" scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {arms.map((arm) => (
              <ArmRow key={arm.name} arm={arm} reach={reachOf(experiment)} />
            ))}
          </tbody>
        </table>
      </div>
    </article>
  );
}
