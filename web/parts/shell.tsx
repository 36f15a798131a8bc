import type { ComponentChildren, JSX } from 'preact';

import { eventsPerSecond, latest, resume, stand } from '../state/live-state.ts';
import { dismiss, notices } from '../state/notices.ts';
import { linkTo, place, VIEWS } from '../state/place.ts';
import type { View } from '../state/place.ts';
import { nextTheme, theme } from '../state/theme.ts';
import { Icon } from './icon.tsx';
import { grouped, wordsOfMs } from './words.ts';

const NAMES: Readonly<Record<View, string>> = {
  listen: 'Listen',
  figures: 'Figures',
  models: 'Models',
  serving: 'Serving',
  items: 'Items',
  refused: 'Refused',
};

function Navigation(): JSX.Element {
  const { view } = place.value;
  return (
    <nav class="views" aria-label="Views">
      {VIEWS.map((one) => (
        <a key={one} href={linkTo(one)} aria-current={one === view ? 'page' : undefined}>
          <Icon name={one} />
          <span>{NAMES[one]}</span>
        </a>
      ))}
    </nav>
  );
}

function Figure({ label, children }: { label: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="strip-figure">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What the instance does now, in one line. */
function Strip(): JSX.Element {
  const now = latest.value;
  const perSecond = eventsPerSecond.value;
  const recall = now === undefined ? undefined : now.recall10[now.model];
  const fresh = now?.freshMs?.p50;
  return (
    <dl class="strip" aria-label="The instance now">
      <Figure label="events/s">{perSecond === undefined ? '–' : perSecond.toFixed(0)}</Figure>
      <Figure label="answers fresh in">{fresh === undefined ? '–' : wordsOfMs(fresh)}</Figure>
      <Figure label="behind">{now === undefined ? '–' : grouped(now.behind)}</Figure>
      <Figure label="recall@10">
        {recall === undefined ? '–' : `${(recall * 100).toFixed(1)} %`}
      </Figure>
      <Figure label="model">{now?.model ?? '–'}</Figure>
    </dl>
  );
}

function Connection(): JSX.Element | null {
  const now = stand.value;
  if (now === 'open') return null;
  return (
    <p class="connection" role="status">
      {now === 'displaced' ? (
        <>
          Live figures stand still: too many pages follow this instance.{' '}
          <button type="button" onClick={resume}>
            Resume
          </button>
        </>
      ) : now === 'opening' ? (
        'Connecting …'
      ) : (
        'The server does not answer; trying again …'
      )}
    </p>
  );
}

function Notices(): JSX.Element {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, kind, text }) => (
        <p key={id} class={`notice notice-${kind}`}>
          <span>{text}</span>
          <button type="button" aria-label="Dismiss" onClick={() => dismiss(id)}>
            ×
          </button>
        </p>
      ))}
    </div>
  );
}

/** What stands around every view. */
export function Shell({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <>
      <a class="past-navigation" href="#content" onClick={focusContent}>
        To the content
      </a>
      <header class="top">
        <a class="name" href={linkTo('listen')}>
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <circle cx="8" cy="12" r="2.6" />
            <circle cx="8" cy="20" r="2.6" />
            <rect x="14" y="5" width="2.4" height="22" />
            <rect x="19.500" y="5" width="6" height="22" />
          </svg>
          Reprise
        </a>
        <Navigation />
        <div class="top-end">
          <a class="quiet" href="/docs">
            API
          </a>
          <button type="button" class="quiet" onClick={nextTheme}>
            <Icon name="theme" />
            <span class="unseen">Colours: </span>
            {theme.value}
          </button>
        </div>
      </header>
      <Strip />
      <Connection />
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <Notices />
    </>
  );
}

/** The address names the view, so the link moves the focus by itself. */
function focusContent(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
