import type { JSX } from 'preact';

import { takeKey } from '../wire/request.ts';

/** Asks for the key where the server wants one. */
export function KeyForm(): JSX.Element {
  const enter = (event: SubmitEvent): void => {
    event.preventDefault();
    const key = new FormData(event.currentTarget as HTMLFormElement).get('key');
    if (typeof key === 'string' && key !== '') takeKey(key);
  };
  return (
    <form class="card key-form" onSubmit={enter}>
      <h1>This instance asks for its key</h1>
      <p class="soft">It is kept in this tab until you close it.</p>
      <label>
        API key
        <input name="key" type="password" autocomplete="off" required />
      </label>
      <button type="submit" class="strong">
        Open
      </button>
    </form>
  );
}
