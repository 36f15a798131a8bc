import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import type { ItemAnswer, SimilarAnswer } from '../../api/schema/answers.ts';
import { Cover } from '../parts/cover.tsx';
import { Icon } from '../parts/icon.tsx';
import { ItemName, ItemWords } from '../parts/item-name.tsx';
import { nameOf, remember } from '../state/item-book.ts';
import { act, user } from '../state/listener-state.ts';
import { attempt, notify } from '../state/notices.ts';
import { itemOf, lookUp, similarTo } from '../wire/calls.ts';

/** What is known of an item; undefined while it is asked. */
interface Known {
  readonly item: ItemAnswer | undefined;
  readonly similar: SimilarAnswer['items'];
}

async function readItem(id: string): Promise<Known> {
  const [listed] = await lookUp([id]);
  if (listed === undefined) return { item: undefined, similar: [] };
  remember([listed]);
  const [item, similar] = await Promise.all([itemOf(id), listed.met ? similarTo(id) : undefined]);
  return { item, similar: similar?.items ?? [] };
}

function useItem(id: string): Known | undefined {
  const [known, setKnown] = useState<Known | undefined>(undefined);
  useEffect(() => {
    void attempt(async () => {
      setKnown(await readItem(id));
    });
  }, [id]);
  return known;
}

/** Writes a value of metadata: text as text, whatever it looks like. */
function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function Metadata({ item }: { item: ItemAnswer }): JSX.Element {
  const entries = Object.entries(item.metadata ?? {}).filter(([name]) => name !== 'title');
  return (
    <dl class="facts">
      <div>
        <dt>id</dt>
        <dd>
          <code>{item.id}</code>
        </dd>
      </div>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{written(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function PlayHere({ id }: { id: string }): JSX.Element | null {
  if (user.value === '') return null;
  const play = async (): Promise<void> => {
    await act('play', id, nameOf(id));
    notify('done', `${user.value} played ${nameOf(id)}`);
  };
  return (
    <button type="button" class="strong" onClick={() => void play()}>
      <Icon name="play" /> Play as {user.value}
    </button>
  );
}

/** One item: what is known of it, and which items are most like it. */
export function ItemCard({ id }: { id: string }): JSX.Element {
  const known = useItem(id);
  const isUnknown = known !== undefined && known.item === undefined;
  return (
    <article class="card item-card">
      <div class="item-head">
        <Cover id={id} large />
        <div>
          <h2>{nameOf(id)}</h2>
          <ItemWords id={id} />
          <PlayHere id={id} />
        </div>
      </div>
      {known?.item !== undefined && <Metadata item={known.item} />}
      {isUnknown && <p class="soft">No such item.</p>}
      <h3>Most like it</h3>
      {known?.similar.length === 0 && (
        <p class="soft">No event named it yet, so there is nothing to compare.</p>
      )}
      <ol class="similar">
        {known?.similar.map(({ id: other, score }) => (
          <li key={other}>
            <Cover id={other} />
            <div>
              <ItemName id={other} />
              <ItemWords id={other} />
            </div>
            <span class="soft" title="cosine">
              {score.toFixed(2)}
            </span>
          </li>
        ))}
      </ol>
    </article>
  );
}
