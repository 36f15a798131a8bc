import type { EventBlock } from '../../events/blocks/block.ts';
import { RepriseError } from '../../events/error.ts';
import type { Identity } from '../../events/identity.ts';
import { IMPRESSION } from '../../events/interaction-type.ts';
import { seedOf } from '../../events/seed.ts';
import { ERASED, NO_ROW, SHOWN, type PreparedBlock } from './mailbox.ts';
import type { PartitionState } from './partition-state.ts';
import type { Turns } from './turns.ts';

/** New users of a block whose identities are looked up at a time: a turn may end between two lots. */
const USERS_A_LOT = 512;

/** How users are resolved. */
export interface UserResolution {
  readonly reveal: (surrogates: Uint8Array) => Promise<readonly (Identity | undefined)[]>;
  readonly isErased: (surrogate: Uint8Array) => Promise<boolean>;
}

/**
 * Looks a block's users up: those with a row are known; the others are seeded by their id, or marked as erased.
 * Throws DAMAGED where an identity is missing without a UserErased. Many new users are looked up over several turns.
 */
export async function prepareBlock(
  block: EventBlock,
  { users, definition, leftOut }: PartitionState,
  resolution: UserResolution,
  turns: Turns,
): Promise<PreparedBlock> {
  const count = block.users.length / 16;
  const userRows = new Int32Array(count);
  const unknown: number[] = [];
  for (let user = 0; user < count; user++) {
    userRows[user] = users.find(block.users, user * 16);
    if (userRows[user] === NO_ROW) unknown.push(user);
  }
  const types = new Map(Object.entries(definition.types));
  return {
    block,
    userRows,
    seeds: await seedUnknown(block, unknown, userRows, resolution, turns),
    itemRows: new Int32Array(block.items.length).fill(NO_ROW),
    types: block.types.map((name) => types.get(name) ?? (name === IMPRESSION ? SHOWN : undefined)),
    leftOut: leftOut.rowsOf(block),
    next: 0,
  };
}

async function seedUnknown(
  block: EventBlock,
  unknown: readonly number[],
  userRows: Int32Array,
  resolution: UserResolution,
  turns: Turns,
): Promise<Uint32Array> {
  if (unknown.length === 0) return new Uint32Array(0);
  const seeds = new Uint32Array(userRows.length * 2);
  for (let first = 0; first < unknown.length; first += USERS_A_LOT) {
    if (turns.isOver) await turns.next();
    const users = unknown.slice(first, first + USERS_A_LOT);
    await seedLot(block, users, { userRows, seeds }, resolution);
  }
  return seeds;
}

async function seedLot(
  block: EventBlock,
  unknown: readonly number[],
  { userRows, seeds }: Pick<PreparedBlock, 'userRows' | 'seeds'>,
  { reveal, isErased }: UserResolution,
): Promise<void> {
  const surrogates = new Uint8Array(unknown.length * 16);
  unknown.forEach((user, index) => {
    surrogates.set(block.users.subarray(user * 16, user * 16 + 16), index * 16);
  });
  const identities = await reveal(surrogates);
  for (const [index, user] of unknown.entries()) {
    const identity = identities[index];
    if (identity !== undefined) {
      const { seed0, seed1 } = seedOf(identity.id);
      seeds[user * 2] = seed0;
      seeds[user * 2 + 1] = seed1;
    } else {
      await refuseUnlessErased(surrogates, index, isErased);
      userRows[user] = ERASED;
    }
  }
}

/** Users whose identities are looked up at a time. */
const USERS_A_PAGE = 1_024;

/** Looks up the identity of every user of a state; throws DAMAGED where one is missing without a UserErased. */
export async function checkIdentities(
  { users }: PartitionState,
  { reveal, isErased }: UserResolution,
  turns: Turns,
): Promise<void> {
  for (let first = 0; first < users.rows; first += USERS_A_PAGE) {
    const end = Math.min(users.rows, first + USERS_A_PAGE);
    const surrogates = new Uint8Array((end - first) * 16);
    users.copy(first, end, surrogates, 0);
    const identities = await reveal(surrogates);
    for (const [index, identity] of identities.entries()) {
      if (identity === undefined) await refuseUnlessErased(surrogates, index, isErased);
    }
    if (turns.isOver) await turns.next();
  }
}

async function refuseUnlessErased(
  surrogates: Uint8Array,
  index: number,
  isErased: UserResolution['isErased'],
): Promise<void> {
  if (await isErased(surrogates.slice(index * 16, index * 16 + 16))) return;
  throw new RepriseError(
    'DAMAGED',
    'the identity of a user is missing and no UserErased says why: restore the identity store from a backup',
  );
}
