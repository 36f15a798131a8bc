import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { DeadLetters } from '../../api/schema/answers.ts';
import { ItemName } from '../parts/item-name.tsx';
import { grouped, wordsOfAgo } from '../parts/words.ts';
import { latest } from '../state/live-state.ts';
import { attempt } from '../state/notices.ts';
import { deadLetters } from '../wire/calls.ts';

const letters = signal<DeadLetters | undefined>(undefined);

function Letters({ told }: { told: DeadLetters['deadLetters'] }): JSX.Element {
  const nowMs = latest.value?.at ?? Date.now();
  return (
    <div class="card scroll" tabIndex={0} role="region" aria-label="Refused events">
      <table>
        <thead>
          <tr>
            {['position', 'what', 'item', 'when', 'why'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...told].reverse().map(({ position, type, item, time, reason }) => (
            <tr key={position}>
              <td>
                <code>{position}</code>
              </td>
              <td>{type}</td>
              <td>
                <ItemName id={item} />
              </td>
              <td>{wordsOfAgo(time, nowMs)}</td>
              <td>{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The events that were taken and could not be learned from, with the reason, newest first. */
export function RefusedView(): JSX.Element {
  // Asked again when the figures say that there are more.
  const refused = latest.value?.refused;
  useEffect(() => {
    void attempt(async () => (letters.value = await deadLetters()));
  }, [refused]);
  const told = letters.value;
  return (
    <>
      <h1 class="view-title">Refused events</h1>
      <p class="soft">
        They stand in the journal and are passed over by every replay: a dead letter says where and
        why. {told !== undefined && `${grouped(told.refused)} since the start.`}
      </p>
      {told !== undefined &&
        (told.deadLetters.length === 0 ? (
          <p class="card">None: every event was learned from.</p>
        ) : (
          <Letters told={told.deadLetters} />
        ))}
    </>
  );
}
