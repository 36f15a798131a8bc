import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { UserList } from '../../api/schema/listings.ts';
import { choose, user } from '../state/listener-state.ts';
import { attempt } from '../state/notices.ts';
import { linkTo } from '../state/place.ts';
import { recentUsers } from '../wire/calls.ts';

const recent = signal<UserList['users']>([]);

/** Users whose names are offered as buttons. */
const OFFERED = 6;

const FIRST = ['Ada', 'Billie', 'Clara', 'Duke', 'Ella', 'Fela', 'Nina', 'Otis', 'Ravi', 'Wanda'];

/** Invents somebody who has never been here. */
function invent(): string {
  const name = FIRST[Math.floor(Math.random() * FIRST.length)] ?? 'Ada';
  return `${name.toLowerCase()}-${Math.random().toString(36).slice(2, 6)}`;
}

function go(id: string): void {
  location.hash = linkTo('listen', id);
}

function PickForm(): JSX.Element {
  const pick = (event: SubmitEvent): void => {
    event.preventDefault();
    const id = new FormData(event.currentTarget as HTMLFormElement).get('user');
    if (typeof id === 'string' && id.trim() !== '') go(id.trim());
  };
  return (
    <form class="pick-form" onSubmit={pick}>
      <label class="unseen" for="user">
        User id
      </label>
      <input
        id="user"
        key={user.value}
        name="user"
        list="recent-users"
        placeholder="a user id"
        autocomplete="off"
        defaultValue={user.value}
        maxLength={256}
      />
      <datalist id="recent-users">
        {recent.value.map(({ id }) => (
          <option key={id} value={id} />
        ))}
      </datalist>
      <button type="submit">Go</button>
    </form>
  );
}

/** Chooses whose answers are shown: somebody who was active of late, or somebody new. */
export function UserPicker({ wanted }: { wanted: string | undefined }): JSX.Element {
  useEffect(() => {
    void attempt(async () => (recent.value = await recentUsers()));
  }, []);
  useEffect(() => {
    if (wanted !== undefined && wanted !== user.peek()) void choose(wanted);
  }, [wanted]);
  const offered = recent.value.slice(0, OFFERED);
  return (
    <section class="picker" aria-label="Who listens">
      <PickForm />
      <button type="button" class="strong" onClick={() => go(invent())}>
        Invent somebody
      </button>
      {offered.length > 0 && (
        <div class="offered">
          <span class="soft" id="offered-label">
            active now
          </span>
          <ul aria-labelledby="offered-label">
            {offered.map(({ id }) => (
              <li key={id}>
                <a href={linkTo('listen', id)} aria-current={id === user.value}>
                  {id}
                </a>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
