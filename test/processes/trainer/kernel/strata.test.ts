import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT, EVENT_ITEMS_MAX, NO_ITEM } from '../../../../model/kernel/training-layout.ts';
import {
  STRATA,
  countRows,
  dealRows,
  makeBlocks,
} from '../../../../processes/trainer/kernel/strata.ts';
import { twoTastes } from './kernel-world.ts';

test('rows are dealt into parts of the same size and about the same cost, each row once', () => {
  const counts = Uint32Array.from({ length: 803 }, (_, row) => Math.floor(20_000 / (row + 1)));
  const { rows, places, starts } = dealRows(counts);
  assert.deepEqual(
    [...rows].sort((a, b) => a - b),
    [...counts.keys()],
  );
  for (const [place, row] of rows.entries()) assert.equal(places[row], place);
  for (let part = 1; part <= STRATA; part += 1) {
    const size = (starts[part] as number) - (starts[part - 1] as number);
    assert.ok(size === 100 || size === 101, String(size));
  }
});

test('blocks hold each pair once, within their own users and items', () => {
  const pairs = twoTastes(70, 50, 15);
  const users = dealRows(countRows(pairs.userRows, pairs.users));
  const items = dealRows(countRows(pairs.itemRows, pairs.items));
  const found = new Set<string>();
  for (const [number, block] of makeBlocks(pairs, 4, users, items).entries()) {
    const userPart = Math.floor(number / STRATA);
    for (let at = 0; at < block.events.length; at += EVENT.words) {
      const user = block.events[at + EVENT.user] as number;
      const item = block.events[at + EVENT.item] as number;
      assert.ok(user >= (users.starts[userPart] as number));
      assert.ok(user < (users.starts[userPart + 1] as number));
      if (item === NO_ITEM) continue;
      assert.ok(item >= block.firstItem && item < block.firstItem + block.items);
      found.add(`${String(users.rows[user])},${String(items.rows[item])}`);
    }
  }
  const wanted = [...pairs.userRows].map(
    (user, at) => `${String(user)},${String(pairs.itemRows[at])}`,
  );
  assert.deepEqual([...found].sort(), wanted.sort());
});

test('a user draws from each part as many negatives as the part has of all items, wherever its positives are', () => {
  const pairs = twoTastes(70, 50, 15);
  const users = dealRows(countRows(pairs.userRows, pairs.users));
  const items = dealRows(countRows(pairs.itemRows, pairs.items));
  const chosen = countRows(pairs.userRows, pairs.users);
  const negatives = 40;
  for (const block of makeBlocks(pairs, negatives, users, items)) {
    const drawn = new Map<number, number>();
    const shares = new Float32Array(block.events.buffer);
    for (let at = 0; at < block.events.length; at += EVENT.words) {
      const user = users.rows[block.events[at + EVENT.user] as number] as number;
      const share = shares[at + EVENT.share] as number;
      assert.ok(share + 2 <= EVENT_ITEMS_MAX);
      drawn.set(user, (drawn.get(user) ?? 0) + share);
    }
    for (const [user, share] of drawn) {
      const wanted = (negatives * (chosen[user] as number) * block.items) / pairs.items;
      assert.ok(Math.abs(share - wanted) < 1e-3 * wanted, `${String(share)} ${String(wanted)}`);
    }
  }
});
