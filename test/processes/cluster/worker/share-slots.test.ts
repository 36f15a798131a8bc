import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ShareSlots } from '../../../../processes/cluster/worker/share-slots.ts';

const NEVER = new AbortController().signal;

describe('the slots of a share', () => {
  it('are given while there is room, and no more', () => {
    let room = 2;
    const slots = new ShareSlots(() => room);
    const first = slots.tryReserveSlot();
    assert.ok(first !== null && slots.tryReserveSlot() !== null);
    assert.equal(slots.tryReserveSlot(), null);
    // The task that came holds a partition now: the partition counts in its place.
    slots.markSlotUsed({ permit: first });
    room = 1;
    assert.equal(slots.tryReserveSlot(), null);
    room = 2;
    assert.ok(slots.tryReserveSlot() !== null);
  });

  it('come back with what is asked for no more', () => {
    const slots = new ShareSlots(() => 1);
    const permit = slots.tryReserveSlot();
    assert.ok(permit !== null);
    assert.equal(slots.tryReserveSlot(), null);
    slots.releaseSlot({ permit });
    assert.ok(slots.tryReserveSlot() !== null);
  });

  it('are waited for, until there is room or nobody waits', async () => {
    let room = 0;
    const slots = new ShareSlots(() => room);
    const over = new AbortController();
    const given = slots.reserveSlot(undefined, NEVER);
    const left = slots.reserveSlot(undefined, over.signal);
    over.abort();
    await assert.rejects(left, { name: 'AbortError' });
    room = 1;
    await given;
    assert.equal(slots.tryReserveSlot(), null);
  });
});
