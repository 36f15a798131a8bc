import assert from 'node:assert/strict';

/** Expects so many interactions in a verified journal, beside barriers, which stand in every one of many partitions. */
export function assertInteractions(
  verified: Readonly<Record<string, unknown>>,
  count: number,
): void {
  const positions = verified['positions'] as readonly string[];
  const events = positions.reduce((sum, each) => sum + Number(each.split(':')[1]) + 1, 0);
  assert.deepEqual([verified['equal'], verified['events']], [true, events]);
  if (positions.length === 1) assert.equal(events, count);
  else assert.ok(events >= count && (events - count) % positions.length === 0, String(events));
}
