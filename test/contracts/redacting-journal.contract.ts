import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { eventKey } from '../../events/event-key.ts';
import type { Fact, Surrogate } from '../../events/fact.ts';
import type { Journal, JournalEntry, RedactingJournal } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import { surrogateFromBytes } from '../../events/surrogate.ts';
import { entryOf, interactionOf } from '../doubles/facts.ts';

/** Users of the events of {@link redactableEntry}. */
export const REDACTABLE_USERS = 5;

/** Makes an empty journal of two partitions; `close` closes it and removes what it left. */
export type RedactingJournalFactory = () => Promise<{
  readonly journal: RedactingJournal;
  readonly close: () => Promise<void>;
}>;

/** A surrogate whose bytes stand nowhere else. */
export function redactableUser(user: number): Surrogate {
  return surrogateFromBytes(
    createHash('sha256')
      .update(`user ${String(user)}`)
      .digest(),
  );
}

/** Sealed bytes that stand nowhere else. */
export function redactableSealed(n: number): Uint8Array {
  return createHash('sha256')
    .update(`sealed ${String(n)}`)
    .digest()
    .subarray(0, 24);
}

/** An event whose user has items of their own, in one of two partitions. */
export function redactableEntry(n: number): JournalEntry {
  const item = `track-${String(n % REDACTABLE_USERS)}-${String(n % 37)}-of-many`;
  const user = redactableUser(n % REDACTABLE_USERS);
  const fact = { ...interactionOf(n), user, item, sealed: redactableSealed(n) };
  return { ...entryOf(n, n % 2, fact), key: eventKey(`event-${String(n)}`) };
}

/** Every fact of a journal with its key, by partition. */
export async function factsWithKeys(
  journal: Pick<Journal, 'partitions' | 'read'>,
): Promise<(readonly [string, Fact])[][]> {
  const all: (readonly [string, Fact])[][] = [];
  for (let partition = 0; partition < journal.partitions; partition += 1) {
    const facts: (readonly [string, Fact])[] = [];
    for (let after = ORIGIN; ;) {
      const block = await journal.read(partition, after);
      if (block === undefined) break;
      for (let row = after + 1 - block.firstSequence; row < block.count; row += 1) {
        const key = Buffer.from(block.keys.slice(4 * row, 4 * row + 4).buffer).toString('hex');
        facts.push([key, block.fact(row)]);
      }
      after = sequence(block.firstSequence + block.count - 1);
    }
    all.push(facts);
  }
  return all;
}

/** What is to stand where the events of users stood. */
export function blankedOf(
  facts: readonly (readonly (readonly [string, Fact])[])[],
  users: readonly number[],
): (readonly [string, Fact])[][] {
  const gone = new Set(users.map((user) => redactableUser(user)));
  return facts.map((own, partition) =>
    own.map(([key, fact], at) => {
      if (!('user' in fact) || !gone.has(fact.user)) return [key, fact] as const;
      const blank = eventKey(`redacted ${String(partition)}:${String(at)}`);
      return [Buffer.from(blank).toString('hex'), { kind: 'EventRedacted', timeMs: 0 }] as const;
    }),
  );
}

/** What every journal whose events can be blanked must do. */
export function redactingJournalContract(name: string, factory: RedactingJournalFactory): void {
  describe(`${name}, blanking the events of users`, () => {
    it('leaves every other event word for word, and the chain', async () => {
      const { journal, close } = await filled(factory);
      const before = await factsWithKeys(journal);
      const heads = [journal.head(0), journal.head(1)];
      const chain = await Promise.all(heads.map((head, at) => journal.chainHash(at, head)));
      const { events, blocks } = await journal.redact([redactableUser(1), redactableUser(99)]);
      assert.equal(events, 12);
      assert.ok(blocks > 5);
      assert.deepEqual(await factsWithKeys(journal), blankedOf(before, [1]));
      const after = await Promise.all(heads.map((head, at) => journal.chainHash(at, head)));
      assert.deepEqual(after, chain);
      await close();
    });

    it('takes a blanked event that is sent again for a new one, and no other', async () => {
      const { journal, close } = await filled(factory);
      await journal.redact([redactableUser(1)]);
      const [theirs, other] = await journal.append([redactableEntry(6), redactableEntry(7)]);
      assert.deepEqual([theirs?.duplicate, other?.duplicate], [false, true]);
      await close();
    });

    it('changes nothing where it is done again or knows nobody, and blanks a block further', async () => {
      const { journal, close } = await filled(factory);
      const before = await factsWithKeys(journal);
      const none = { events: 0, blocks: 0 };
      assert.deepEqual(await journal.redact([redactableUser(99)]), none);
      assert.deepEqual(await factsWithKeys(journal), before);
      await journal.redact([redactableUser(1)]);
      assert.deepEqual(await journal.redact([redactableUser(1)]), none);
      assert.equal((await journal.redact([redactableUser(2), redactableUser(1)])).events, 12);
      assert.deepEqual(await factsWithKeys(journal), blankedOf(before, [1, 2]));
      await close();
    });
  });
}

async function filled(factory: RedactingJournalFactory): ReturnType<RedactingJournalFactory> {
  const made = await factory();
  const fact = { kind: 'ItemPublished', item: 'x', metadata: { a: 1 }, timeMs: 0 } as const;
  await made.journal.append([entryOf(0, 'all', fact)]);
  for (let from = 1; from < 60; from += 7) {
    const numbers = Array.from({ length: Math.min(7, 60 - from) }, (_, i) => from + i);
    await made.journal.append(numbers.map((n) => redactableEntry(n)));
  }
  return made;
}
