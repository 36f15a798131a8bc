import type { BlockRow } from '../../../events/blocks/block-content.ts';
import { eventKey } from '../../../events/event-key.ts';
import type { Fact } from '../../../events/fact.ts';
import { sequence } from '../../../events/position.ts';
import { interactionOf, surrogateOf } from '../../doubles/facts.ts';

const FACTS: readonly Fact[] = [
  interactionOf(0),
  interactionOf(1),
  {
    kind: 'ItemPublished',
    item: 'item-π',
    metadata: { title: 'Café', year: 1984 },
    timeMs: 2_000,
  },
  { kind: 'ItemPublished', item: 'item-1', metadata: null, timeMs: 3_000 },
  { kind: 'UserErased', user: surrogateOf(0), timeMs: 4_000 },
  {
    kind: 'ModelPromoted',
    version: 'v2',
    baseSha256: ['ab'.repeat(32)],
    start: [sequence(3)],
    settings: { learner: 'gmf', dimensions: 32 },
    timeMs: 5_000,
  },
  {
    kind: 'IndexReleased',
    release: 'r1',
    version: 'v2',
    sha256: 'cd'.repeat(32),
    recall10: 0.995,
    timeMs: 6_000,
  },
];

/** The events of fixtures/block-v1.bin, which scripts of the day wrote with codec and payloads of version 1. */
export const RECORDED_ROWS: readonly BlockRow[] = FACTS.map((fact, i) => ({
  key: eventKey(`recorded-${String(i)}`),
  fact,
}));

/** The events of fixtures/block-v2.bin: most of those of version 1, then some that name their source. */
export const SOURCED_ROWS: readonly BlockRow[] = [
  ...RECORDED_ROWS.slice(1),
  ...['app', 'café', 'app'].map((source, i) => ({
    key: eventKey(`sourced-${String(i)}`),
    fact: { ...interactionOf(i), source },
  })),
];
