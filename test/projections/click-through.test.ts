import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ClickThrough,
  clickedAnswersMax,
  clickThroughRowsMax,
} from '../../projections/click-through.ts';
import type { Reaction } from '../../projections/click-through.ts';

function reaction(id: string, more: Partial<Reaction> = {}): Reaction {
  const facts = { version: 'v1', label: null };
  return { recommendationId: id.padStart(40, 'x'), facts, polarity: 'positive', ...more };
}

describe('click-through', () => {
  it('counts by the version that answered and the scenario that it was asked by', () => {
    const counts = new ClickThrough();
    counts.given('v1');
    counts.given('v1', 'home');
    counts.given('v2');
    counts.given('v1');
    const label = { scenario: 'home', experiment: '', arm: '' };
    assert.equal(counts.reacted(reaction('a', { facts: { version: 'v1', label } })), true);
    assert.equal(counts.reacted(reaction('b', { polarity: 'negative' })), false);
    assert.deepEqual(counts.rows(), [
      row({ model: 'v1', impressions: 2, dismissals: 1 }),
      row({ model: 'v1', scenario: 'home', impressions: 1, clicked: 1, clicks: 1 }),
      row({ model: 'v2', impressions: 1 }),
    ]);
  });

  it('takes a second click on one answer for no second answer', () => {
    const counts = new ClickThrough();
    assert.deepEqual(
      ['a', 'b', 'a'].map((id) => counts.reacted(reaction(id))),
      [true, true, false],
    );
    assert.deepEqual(counts.rows(), [row({ model: 'v1', clicked: 2, clicks: 3 })]);
  });

  it('goes on where its state was taken, whatever the other counts after that', () => {
    const counts = new ClickThrough();
    counts.given('v1');
    counts.reacted(reaction('a'));
    const other = new ClickThrough(counts.state());
    counts.reacted(reaction('b'));
    assert.equal(other.reacted(reaction('a')), false);
    assert.equal(other.reacted(reaction('b')), true);
    assert.deepEqual(other.rows(), [row({ model: 'v1', impressions: 1, clicked: 2, clicks: 3 })]);
  });

  it('keeps to its bounds: more rows share one, and the oldest clicks are forgotten', () => {
    const counts = new ClickThrough();
    for (let n = 0; n < clickThroughRowsMax + 5; n += 1) counts.given(`v${String(n)}`);
    assert.equal(counts.rows().length, clickThroughRowsMax + 1);
    assert.equal(counts.rows().find(({ model }) => model === '(others)')?.impressions, 5);
    for (let n = 0; n <= clickedAnswersMax; n += 1) counts.reacted(reaction(String(n)));
    assert.equal(counts.state().clicked.length, clickedAnswersMax);
    assert.equal(counts.reacted(reaction('1')), false);
    assert.equal(counts.reacted(reaction('0')), true);
  });
});

function row(told: { readonly model: string } & Record<string, unknown>): object {
  return { scenario: '', impressions: 0, clicked: 0, clicks: 0, dismissals: 0, ...told };
}
