import { signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { StatusAnswer } from '../../api/schema/answers.ts';
import { grouped, wordsOfBytes } from '../parts/words.ts';
import { latest } from '../state/live-state.ts';
import { attempt } from '../state/notices.ts';
import { status } from '../wire/calls.ts';

const told = signal<StatusAnswer | undefined>(undefined);

function Line({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** How the instance stands: what it holds, what is on, and what is off and why. */
export function InstanceCard(): JSX.Element | null {
  useEffect(() => {
    void attempt(async () => (told.value = await status()));
  }, []);
  const now = told.value;
  if (now === undefined) return null;
  const { users, items } = latest.value ?? now.counts;
  return (
    <section class="card" aria-labelledby="instance-title">
      <h2 id="instance-title">The instance</h2>
      <dl class="facts">
        <Line name="users">{grouped(users)}</Line>
        <Line name="items met">{grouped(items)}</Line>
        <Line name="partitions">{now.partitions}</Line>
        <Line name="journal">
          {wordsOfBytes(now.journal.bytes)}, to <code>{now.journal.heads.join(', ')}</code>
        </Line>
        <Line name="learner">{now.model.learner}</Line>
        <Line name="search">
          {now.search.mode}
          {now.search.release !== undefined && `, release ${now.search.release}`}
        </Line>
        <Line name="replay">
          {now.replay.leased ? 'leased by Temporal' : (now.replay.reason ?? 'unleased')}
        </Line>
        {now.links?.['temporal'] !== undefined && (
          <Line name="workflows">
            <a href={now.links['temporal']} target="_blank" rel="noreferrer">
              Temporal
            </a>
          </Line>
        )}
      </dl>
      <ul class="parts-list">
        {now.parts.map(({ name, on, reason }) => (
          <li key={name}>
            <span class={on ? 'tag tag-on' : 'tag'}>{on ? 'on' : 'off'}</span> {name}
            {!on && reason !== undefined && <span class="soft">: {reason}</span>}
          </li>
        ))}
        {now.warnings?.map(({ message, times }) => (
          <li key={message}>
            <span class="tag tag-bad">warning</span> {message}
            {times > 1 && <span class="soft"> ({times} times)</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
