import type { JSX } from 'preact';

import { grouped, wordsOfMs } from '../parts/words.ts';
import { eventsPerSecond, latest, samples } from '../state/live-state.ts';
import { InstanceCard } from './instance-card.tsx';
import { Plot } from './plot.tsx';
import { ratesOf, recallsOf, versionsOf } from './series.ts';

const COLOURS = ['--accent', '--second', '--third', '--fourth'];

function colourAt(place: number): string {
  return COLOURS[place % COLOURS.length] ?? '--accent';
}

function percent(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} %`;
}

function RecallPlot(): JSX.Element {
  const told = samples.value;
  const versions = versionsOf(told);
  const now = latest.value?.recall10 ?? {};
  const words = Object.entries(now).map(([one, recall]) => `${one} ${percent(recall * 100)}`);
  return (
    <Plot
      title="Recall@10, before learning"
      words={
        words.length === 0
          ? 'no sampled event yet: one in a hundred is ranked before it is learned'
          : `${words.join(', ')} of the newest sampled events`
      }
      times={told.map(({ at }) => at)}
      lines={versions.map((name, place) => ({
        ...{ name, colour: colourAt(place), values: recallsOf(told, name) },
      }))}
      unit={percent}
      topMin={5}
    />
  );
}

/** The figures of the last ten minutes, as they come in. */
export function FiguresView(): JSX.Element {
  const told = samples.value;
  const now = latest.value;
  const times = told.map(({ at }) => at);
  const perSecond = eventsPerSecond.value;
  const fresh = now?.freshMs ?? undefined;
  const line = (name: string, colour: string, values: readonly (number | null)[]) => ({
    ...{ name, colour, values },
  });
  return (
    <>
      <h1 class="view-title">Figures</h1>
      <div class="plots">
        <Plot
          title="Throughput"
          words={`${perSecond === undefined ? 'no' : perSecond.toFixed(0)} events a second, ${grouped(now?.events ?? 0)} in the journal`}
          times={times}
          lines={[line('events/s', '--accent', ratesOf(told))]}
          unit={(value) => grouped(value)}
          topMin={10}
        />
        <Plot
          title="Freshness"
          words={
            fresh === undefined
              ? 'no event yet'
              : `answers know an event ${wordsOfMs(fresh.p50)} after it arrived; 99 of 100 within ${wordsOfMs(fresh.p99)}`
          }
          times={times}
          lines={[
            line(
              'median',
              '--accent',
              told.map(({ freshMs }) => freshMs?.p50 ?? null),
            ),
            line(
              '99th percentile',
              '--second',
              told.map(({ freshMs }) => freshMs?.p99 ?? null),
            ),
          ]}
          unit={(value) => `${grouped(value)} ms`}
          topMin={20}
        />
        <Plot
          title="Lag"
          words={`${grouped(now?.behind ?? 0)} events stand in the journal unread`}
          times={times}
          lines={[
            line(
              'events behind',
              '--accent',
              told.map(({ behind }) => behind),
            ),
          ]}
          unit={(value) => grouped(value)}
          topMin={10}
        />
        <RecallPlot />
      </div>
      <InstanceCard />
    </>
  );
}
