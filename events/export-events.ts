import type { EventBlock } from './blocks/block.ts';
import { RepriseError } from './error.ts';
import type { Fact, InteractionRecorded } from './fact.ts';
import type { Identity, IdentityStore } from './identity.ts';
import type { Journal } from './journal.ts';
import { formatPosition, ORIGIN, sequence } from './position.ts';
import type { Partition, Position, Sequence } from './position.ts';
import { unseal } from './seal.ts';
import { SURROGATE_BYTES } from './surrogate.ts';

/** An interaction as it was sent, with its own id and the user's. */
export interface ExportedInteraction {
  readonly id: string;
  readonly position: string;
  readonly type: string;
  readonly user: string;
  readonly item: string;
  readonly value?: number;
  readonly time: number;
  readonly source?: string;
  readonly context?: Readonly<Record<string, unknown>>;
  /** The answer that it reacts to. */
  readonly recommendationId?: string;
}

/** A publication of an item; it stands in every partition and is exported once, from the first. */
export interface ExportedItem {
  readonly position: string;
  readonly published: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly time: number;
}

/** A promotion of a version; it stands in every partition and is told once, from the first. */
export interface ToldPromotion {
  readonly position: string;
  readonly promoted: string;
  readonly time: number;
}

/** Nothing was told of the rows up to here since what was told before: a reader need not read them again. */
export interface ToldPassage {
  readonly position: string;
  /** The rows that were passed. */
  readonly passed: number;
}

/** What an export yields. */
export type ExportedEvent = ExportedInteraction | ExportedItem;

/** What is told to those who follow the journal. */
export type ToldEvent = ExportedEvent | ToldPromotion | ToldPassage;

/** The rows in a row that are passed without a word; of more, their reader is told how far it came. */
export const passedRowsMax = 1_000;

/**
 * Yields the journal's events with their own ids, partition by partition, past the positions of `start` where it names
 * one. The head of each partition when an export begins is where it ends.
 */
export async function* exportEvents(
  journal: Journal,
  identities: IdentityStore,
  start: readonly Position[] = [],
): AsyncGenerator<ExportedEvent, void, undefined> {
  for await (const event of tellEvents(journal, identities, start)) {
    if (!('promoted' in event || 'passed' in event)) yield event;
  }
}

/** Yields what an export does, the promotions between, and after every {@link passedRowsMax} rows of nothing that these are passed. */
export async function* tellEvents(
  journal: Journal,
  identities: IdentityStore,
  start: readonly Position[] = [],
): AsyncGenerator<ToldEvent, void, undefined> {
  const heads = Array.from({ length: journal.partitions }, (_, partition) =>
    journal.head(partition),
  );
  for (const [partition, head] of heads.entries()) {
    const after = start.find((position) => position.partition === partition)?.sequence ?? ORIGIN;
    yield* tellPartition(journal, identities, { partition, after, to: head });
  }
}

/** A range `(after, to]` of one partition. */
export interface ToldRange {
  readonly partition: Partition;
  readonly after: Sequence;
  readonly to: Sequence;
}

/** Yields what is told of a range of one partition. */
export async function* tellPartition(
  journal: Pick<Journal, 'read' | 'isErased'>,
  identities: Pick<IdentityStore, 'reveal'>,
  { partition, after: start, to: end }: ToldRange,
): AsyncGenerator<ToldEvent, void, undefined> {
  let passed = 0;
  for (let after = start; after < end;) {
    const block = await journal.read(partition, after);
    if (block === undefined) break;
    const revealed = await revealUsers(block, journal, identities);
    const from = after + 1 - block.firstSequence;
    const to = Math.min(block.count, end + 1 - block.firstSequence);
    for (let row = from; row < to; row += 1) {
      const told = tellRow(block, row, revealed);
      passed = told === undefined ? passed + 1 : 0;
      if (told !== undefined) yield told;
      if (passed < passedRowsMax) continue;
      yield { position: positionOf(block, row), passed };
      passed = 0;
    }
    after = sequence(block.firstSequence + block.count - 1);
  }
}

/** The users of a block; one that is gone must have been erased, for else the identity store lost a row. */
async function revealUsers(
  block: EventBlock,
  journal: Pick<Journal, 'isErased'>,
  identities: Pick<IdentityStore, 'reveal'>,
): Promise<readonly (Identity | undefined)[]> {
  const revealed = await identities.reveal(block.users);
  for (const [i, identity] of revealed.entries()) {
    const surrogate = block.users.subarray(i * SURROGATE_BYTES, (i + 1) * SURROGATE_BYTES);
    if (identity === undefined && !(await journal.isErased(surrogate))) {
      throw new RepriseError(
        'DAMAGED',
        'a user of the journal has no identity and was not erased: restore journal and identity ' +
          'from the same backup',
        { partition: block.partition, firstSequence: block.firstSequence },
      );
    }
  }
  return revealed;
}

function tellRow(
  block: EventBlock,
  row: number,
  revealed: readonly (Identity | undefined)[],
): ToldEvent | undefined {
  const fact: Fact = block.fact(row);
  const position = positionOf(block, row);
  if (fact.kind === 'InteractionRecorded') {
    const identity = revealed[block.user[row] ?? -1];
    if (identity === undefined) return undefined;
    return exportInteraction(fact, position, identity, keyOfRow(block, row));
  }
  if (fact.kind === 'ItemPublished' && block.partition === 0) {
    return { position, published: fact.item, metadata: fact.metadata, time: fact.timeMs };
  }
  if (fact.kind === 'ModelPromoted' && block.partition === 0) {
    return { position, promoted: fact.version, time: fact.timeMs };
  }
  return undefined;
}

/** Gives an interaction as it was sent, opened under the key of its user. */
export function exportInteraction(
  fact: InteractionRecorded,
  position: string,
  identity: Identity,
  key: Uint8Array,
): ExportedInteraction {
  const { id, context, recommendationId } = unseal(fact.sealed, identity.key, key);
  return {
    id,
    position,
    type: fact.type,
    user: identity.id,
    item: fact.item,
    ...(Number.isNaN(fact.value) ? {} : { value: fact.value }),
    time: fact.timeMs,
    ...(fact.source === undefined ? {} : { source: fact.source }),
    ...(context === undefined ? {} : { context }),
    ...(recommendationId === undefined ? {} : { recommendationId }),
  };
}

function positionOf(block: EventBlock, row: number): string {
  const { partition, firstSequence } = block;
  return formatPosition({ partition, sequence: sequence(firstSequence + row) });
}

function keyOfRow(block: EventBlock, row: number): Uint8Array {
  return new Uint8Array(block.keys.buffer, block.keys.byteOffset + 16 * row, 16);
}
