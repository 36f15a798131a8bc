import type { JSX } from 'preact';

import { FiguresView } from './figures/figures-view.tsx';
import { ItemsView } from './items/items-view.tsx';
import { ListenView } from './listen/listen-view.tsx';
import { ModelsView } from './models/models-view.tsx';
import { KeyForm } from './parts/key-form.tsx';
import { Shell } from './parts/shell.tsx';
import { RefusedView } from './refused/refused-view.tsx';
import { ServingView } from './serving/serving-view.tsx';
import { place } from './state/place.ts';
import { needsKey } from './wire/request.ts';

const SHOWN = {
  listen: ListenView,
  figures: FiguresView,
  models: ModelsView,
  serving: ServingView,
  items: ItemsView,
  refused: RefusedView,
} as const;

/** The whole page. */
export function App(): JSX.Element {
  const Shown = SHOWN[place.value.view];
  return <Shell>{needsKey.value ? <KeyForm /> : <Shown />}</Shell>;
}
