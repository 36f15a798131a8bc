import { evolve, initialState } from '../user-actor.ts';
import { letterOf, type DeadLetters } from './dead-letters.ts';
import type { DeltaCollector } from './delta-collector.ts';
import { ERASED, SHOWN, type PreparedBlock } from './mailbox.ts';
import { addItem, addUser, type PartitionState } from './partition-state.ts';
import type { PrequentialObserver } from './prequential-observer.ts';

/** Delivers interactions to the actors of a state and lets its learner take their steps. */
export class Delivery {
  /** Interactions accepted so far. */
  events = 0;
  /** Interactions of erased users, and those that the version leaves out. */
  passedOver = 0;
  /** Looks at interactions before they are learned. */
  observer: PrequentialObserver | undefined;
  readonly #state: PartitionState;
  readonly #collector: DeltaCollector;
  readonly #letters: DeadLetters;

  constructor(state: PartitionState, collector: DeltaCollector, letters: DeadLetters) {
    this.#state = state;
    this.#collector = collector;
    this.#letters = letters;
  }

  /** Delivers one interaction to its actor and applies the step. */
  deliver(mail: PreparedBlock, row: number): void {
    const { block, userRows, itemRows } = mail;
    const { actors, users, items, model, settings } = this.#state;
    const user = block.user[row] as number;
    const item = block.item[row] as number;
    const timeMs = block.timeMs[row] as number;
    const type = mail.types[block.type[row] as number];
    // What was shown is no deed of the user's: it teaches nothing, and makes no row.
    if (type === SHOWN) return;
    let userRow = userRows[user] as number;
    if (userRow === ERASED || mail.leftOut?.[row] === 1) {
      this.passedOver++;
      return;
    }
    if (userRow < 0) userRow = userRows[user] = users.find(block.users, user * 16);
    let itemRow = itemRows[item] as number;
    if (itemRow < 0) itemRow = itemRows[item] = items.find(block.items[item] as string);
    const before = userRow < 0 ? initialState() : actors.get(userRow);
    const event = {
      itemRow: itemRow < 0 ? items.rows : itemRow,
      type,
      timeMs,
    };
    const outcome = evolve(before, event, settings);
    if (outcome.refused !== null) {
      this.#letters.park(letterOf(block, row, outcome.refused));
      return;
    }
    const { state, step } = outcome;
    if (step.positive === 1) {
      const key = block.keys[row * 4] as number;
      const key1 = block.keys[row * 4 + 1] as number;
      const place = { partition: block.partition, sequence: block.firstSequence + row };
      this.observer?.observe({ model, before, userRow, itemRow, timeMs, key, key1, ...place });
    }
    // Rows come with the first accepted event, so that a refused one leaves no trace in what is learned.
    if (itemRow < 0) itemRows[item] = addItem(this.#state, block.items[item] as string);
    if (userRow < 0) {
      userRow = userRows[user] = addUser(this.#state, mail, user);
      actors.add(state);
    } else {
      actors.set(userRow, state);
    }
    const change = state.seenSince(before);
    if (change !== 'none') {
      this.#state.seenPairs += state.seenCount - before.seenCount;
      if (change === 'reset') this.#collector.forgot(userRow);
      else this.#collector.saw(userRow, step.itemRow);
    }
    this.events++;
    const { positive, weight } = step;
    model.learn(userRow, step.itemRow, positive, weight, timeMs, block.keys, row * 4, before);
    // A step that moves no vector has changed the actor all the same.
    if (positive === 0) model.users.touch(userRow);
  }
}
