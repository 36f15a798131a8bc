import type { EventBlock } from '../../events/blocks/block.ts';
import { RepriseError } from '../../events/error.ts';
import { FACT_KINDS, INTERACTION } from '../../events/fact.ts';
import type { BarrierSet, ItemPublished, ModelPromoted } from '../../events/fact.ts';
import type { Identity } from '../../events/identity.ts';
import { formatPosition, ORIGIN, sequence, type Sequence } from '../../events/position.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import type { DeadLetter, ModelDelta } from '../../model/delta.ts';
import { attributesOf } from '../../model/item-attributes.ts';
import type { Contribution, Merge } from '../../model/merge.ts';
import { atOnce } from '../../model/steps.ts';
import { ASKED_EVENTS_A_LOOK, EVENTS_A_LOOK, DEFAULT_PARTITION_BOUNDS } from './bounds.ts';
import type { PartitionBounds } from './bounds.ts';
import { countOf, lettersOf, manifestOf } from './checkpoint-extra.ts';
import { DeadLetters } from './dead-letters.ts';
import type { VersionDefinition } from './definition.ts';
import { Delivery } from './delivery.ts';
import { DeltaCollector } from './delta-collector.ts';
import { Mailbox, type PreparedBlock } from './mailbox.ts';
import { captureTensors, restoreTensors } from './partition-checkpoint.ts';
import type { Gate, PartitionCounters, PartitionDeps, RunOutcome } from './partition-deps.ts';
import { createPartitionState, type PartitionState } from './partition-state.ts';
import { checkIdentities, prepareBlock } from './prepare-block.ts';
import type { PrequentialObserver } from './prequential-observer.ts';
import { hashState } from './state-hash.ts';
import { viewOf, type StateView } from './state-view.ts';
import { stoppedError } from './stopped-error.ts';
import { finishInTurns, Turns } from './turns.ts';

export type * from './partition-deps.ts';

const PROMOTED = FACT_KINDS.indexOf('ModelPromoted');
const PUBLISHED = FACT_KINDS.indexOf('ItemPublished');
const BARRIER = FACT_KINDS.indexOf('BarrierSet');

/**
 * The state of one partition of one model version, fed by journal blocks: it activates the actors, delivers one event
 * at a time in journal order, and applies their steps to the learned rows. A refused event is parked; any other
 * failure stops the runtime for good, with the position in the message.
 */
export class PartitionRuntime {
  readonly definition: VersionDefinition;
  readonly partition: number;
  readonly #deps: PartitionDeps;
  readonly #bounds: PartitionBounds;
  readonly #state: PartitionState;
  readonly #mailbox: Mailbox;
  readonly #collector: DeltaCollector;
  readonly #deadLetters: DeadLetters;
  readonly #delivery: Delivery;
  #position: Sequence;
  #preparedTo: Sequence;
  #takenAt: Sequence;
  #stopped: RepriseError | undefined;
  /** What is under way that needs the state to stand still. */
  #still: string | undefined;
  #isPreparing = false;

  constructor(deps: PartitionDeps) {
    const { definition, partition, kernels } = deps;
    this.definition = definition;
    this.partition = partition;
    this.#deps = deps;
    this.#bounds = { ...DEFAULT_PARTITION_BOUNDS, ...deps.bounds };
    this.#state = createPartitionState(
      definition,
      partition,
      kernels,
      this.#bounds.activeActorsMax,
    );
    this.#mailbox = new Mailbox(this.#bounds.mailboxMessagesMax);
    this.#collector = new DeltaCollector(this.#state);
    this.#deadLetters = new DeadLetters(this.#bounds.deadLettersMax);
    this.#delivery = new Delivery(this.#state, this.#collector, this.#deadLetters);
    this.#position = sequence(definition.start[partition] ?? ORIGIN);
    this.#preparedTo = this.#position;
    this.#takenAt = this.#position;
  }

  /** Rebuilds a runtime from its checkpoint, yielding as it goes; throws DAMAGED where the tensors do not fit. */
  static async restore(deps: PartitionDeps, checkpoint: Checkpoint): Promise<PartitionRuntime> {
    const runtime = new PartitionRuntime(deps);
    await runtime.#restore(checkpoint);
    return runtime;
  }

  /** Who looks at interactions before they are learned. */
  get observer(): PrequentialObserver | undefined {
    return this.#delivery.observer;
  }

  set observer(observer: PrequentialObserver | undefined) {
    this.#delivery.observer = observer;
  }

  /** True where answers for users read this state itself: its deltas have to be taken before anybody may ask. */
  get isAsked(): boolean {
    return this.#state.model.ranker !== undefined;
  }

  /** The last sequence consumed. */
  get position(): Sequence {
    return this.#position;
  }

  /** The last sequence of the blocks in the mailbox; the position where it is empty. */
  get preparedTo(): Sequence {
    return this.#preparedTo;
  }

  /** Where the last delta that was taken ended; undefined where none was, and the next one is whole. */
  get takenAt(): Sequence | undefined {
    return this.#collector.isWholeDue ? undefined : this.#takenAt;
  }

  /** The failure that stopped the runtime, if one did. */
  get stopped(): RepriseError | undefined {
    return this.#stopped;
  }

  get counters(): PartitionCounters {
    return {
      events: this.#delivery.events,
      users: this.#state.users.rows,
      items: this.#state.items.rows,
      refused: this.#deadLetters.count,
      passedOver: this.#delivery.passedOver,
      activeActors: this.#state.actors.active,
      passivations: this.#state.actors.passivations,
    };
  }

  /** The refused events kept, oldest first. */
  get deadLetters(): readonly DeadLetter[] {
    return this.#deadLetters.kept();
  }

  /** The last barrier passed; 0 before the first, and where there is one partition only. */
  get barrier(): number {
    return this.#state.merging?.barrier ?? 0;
  }

  /** What was contributed to the last barrier, which others may still wait for. */
  get contribution(): Contribution | undefined {
    return this.#state.merging?.contribution;
  }

  /** Bytes that the snapshots of idle actors take. */
  get snapshotBytes(): number {
    return this.#state.actors.snapshotBytes;
  }

  /** Tells whether the mailbox takes a block of so many events. */
  hasRoom(messages: number): boolean {
    return this.#mailbox.hasRoom(messages);
  }

  /**
   * Resolves the users of a block and puts it in the mailbox; one call at a time. The block holds the event after
   * `preparedTo`; one that lies before is known already and left out. Throws UNAVAILABLE where the mailbox is full,
   * and DAMAGED, which stops the runtime, where a user's identity is missing and they were not erased.
   */
  async prepare(block: EventBlock): Promise<void> {
    this.#checkRunning();
    const last = block.firstSequence + block.count - 1;
    if (last <= this.#preparedTo) return;
    if (block.partition !== this.partition || block.firstSequence > this.#preparedTo + 1) {
      throw new RangeError(
        `the block at ${String(block.partition)}:${String(block.firstSequence)} does not fit a partition at ${this.#at(this.#preparedTo)}`,
      );
    }
    if (this.#isPreparing) throw new RangeError('one block at a time is prepared');
    if (!this.hasRoom(block.count)) {
      throw new RepriseError('UNAVAILABLE', 'the mailbox is full: run what it holds first');
    }
    this.#isPreparing = true;
    try {
      const prepared = await prepareBlock(block, this.#state, this.#deps, this.#newTurns());
      prepared.next = this.#preparedTo + 1 - block.firstSequence;
      this.#mailbox.push(prepared);
      this.#preparedTo = sequence(last);
    } catch (error) {
      throw this.#stop(error, block.firstSequence);
    } finally {
      this.#isPreparing = false;
    }
  }

  /**
   * Consumes prepared events until the clock reaches `deadlineMs` (at least one look's worth), `until` is consumed, or
   * the mailbox is empty; stops right after a ModelPromoted, and before a BarrierSet. Throws what stopped the runtime.
   */
  run(deadlineMs: number | 'all', until?: Sequence): RunOutcome {
    this.#checkRunning();
    if (this.#still !== undefined) {
      throw new RangeError(`events cannot be run during a ${this.#still}`);
    }
    // An observer reads what the event before has taught; without one nobody reads before the run ends.
    if (this.observer === undefined) this.#state.model.beginRun();
    try {
      return this.#run(deadlineMs === 'all' ? Infinity : deadlineMs, until ?? Infinity);
    } catch (error) {
      throw this.#stop(error, this.#position + 1);
    } finally {
      this.#state.model.endRun();
    }
  }

  /**
   * Consumes the BarrierSet that {@link run} stopped before, with the merge that it needs, yielding as it goes. Returns
   * what the partition contributes to it.
   */
  passBarrier(before: Merge | undefined): Promise<Contribution | undefined> {
    return this.#standing('barrier', async (turns) => {
      const gate = this.#gate();
      const mail = this.#mailbox.first;
      const { merging } = this.#state;
      if (gate === undefined || mail === undefined || merging === undefined) {
        throw new RangeError(`no barrier comes next at ${this.#at(this.#position)}`);
      }
      // Until the delta of it is taken: the merge changes what answers read, a piece at a time.
      this.#state.model.hold?.begin();
      try {
        const contribution = await finishInTurns(merging.pass(gate.barrier, before), turns);
        this.#advance(mail);
        if (mail.next === mail.block.count) this.#mailbox.shift();
        return contribution;
      } catch (error) {
        throw this.#stop(error, this.#position + 1);
      }
    });
  }

  /** Keeps who asks the learner itself away until the next delta is taken: what was run is not told yet. */
  keepAway(): void {
    this.#state.model.hold?.begin();
  }

  /**
   * What changed since the last take; the whole state at first, holding the thread for as long as that takes. What is
   * lent holds until the next take, and costs no memory of its own.
   */
  takeDelta(isLent = false): ModelDelta {
    const from = this.#takenAt;
    this.#takenAt = this.#position;
    this.#state.model.hold?.end();
    if (!this.#collector.isWholeDue) {
      const letters = this.#deadLetters.takeFresh();
      return this.#collector.take(from, this.#position, letters, isLent);
    }
    this.#deadLetters.takeFresh();
    return atOnce(this.#collector.takeWhole(this.#position, this.deadLetters));
  }

  /** The whole state as one delta, yielding as it goes. */
  takeWhole(): Promise<ModelDelta> {
    return this.#standing('whole delta', (turns) => {
      this.#takenAt = this.#position;
      this.#deadLetters.takeFresh();
      this.#state.model.hold?.end();
      return finishInTurns(this.#collector.takeWhole(this.#position, this.deadLetters), turns);
    });
  }

  /** Copies the state into a checkpoint, yielding as it goes; `parent` is the file SHA-256 of the one it continues. */
  capture(parent: string | null = null): Promise<Checkpoint> {
    return this.#standing('capture', async (turns) => ({
      manifest: manifestOf(this.#state, {
        sequence: this.#position,
        parent,
        createdMs: this.#deps.clock(),
        events: this.#delivery.events,
        refused: this.#deadLetters.count,
        passedOver: this.#delivery.passedOver,
        deadLetters: this.deadLetters,
      }),
      tensors: await finishInTurns(captureTensors(this.#state), turns),
    }));
  }

  /** Hashes the canonical state, yielding as it goes; `identities` come in byte order of the id. */
  stateHash(identities: AsyncIterable<Identity>): Promise<string> {
    return this.#standing('state hash', (turns) => hashState(this.#state, identities, turns));
  }

  /** Looks at the state where it stands; what the look reads is valid for as long as it takes. */
  look<T>(at: (view: StateView) => T): T {
    this.#checkRunning();
    return at(viewOf(this.#state));
  }

  /** Throws DAMAGED where the identity of a user of the state is missing and they were not erased. */
  checkIdentities(): Promise<void> {
    return this.#standing('identity check', (turns) =>
      checkIdentities(this.#state, this.#deps, turns),
    );
  }

  #run(deadline: number, until: number): RunOutcome {
    const lookEvents = this.isAsked ? ASKED_EVENTS_A_LOOK : EVENTS_A_LOOK;
    let mail = this.#mailbox.first;
    while (mail !== undefined && this.#position < until) {
      const { block } = mail;
      const end = Math.min(block.count, until - block.firstSequence + 1);
      while (mail.next < end) {
        const stop = Math.min(end, mail.next + lookEvents);
        const promoted = this.#consume(mail, stop);
        if (mail.next === block.count) this.#mailbox.shift();
        if (promoted !== undefined) return { switch: promoted, at: this.#position };
        const gate = mail.next < stop ? this.#gate() : undefined;
        if (gate !== undefined) return gate;
        const isLast =
          mail.next >= end && (this.#mailbox.first === undefined || this.#position >= until);
        if (!isLast && this.#deps.clock() >= deadline) return 'more';
      }
      mail = this.#mailbox.first;
    }
    return 'done';
  }

  /** Consumes the rows from `mail.next` to before `stop` or a barrier, or to a promotion, which it returns. */
  #consume(mail: PreparedBlock, stop: number): ModelPromoted | undefined {
    const { block } = mail;
    const { kind } = block;
    while (mail.next < stop) {
      const row = mail.next;
      const code = kind[row];
      if (code === INTERACTION) this.#delivery.deliver(mail, row);
      else if (code === PUBLISHED) this.#publish(block.fact(row) as ItemPublished);
      else if (code === BARRIER && this.#state.merging !== undefined) return undefined;
      this.#advance(mail);
      if (code === PROMOTED) return block.fact(row) as ModelPromoted;
    }
    return undefined;
  }

  #publish({ item, metadata }: ItemPublished): void {
    const { prior, items } = this.#state;
    prior.publish(item, items.find(item), attributesOf(metadata));
  }

  #advance(mail: PreparedBlock): void {
    this.#position = (mail.block.firstSequence + mail.next) as Sequence;
    mail.next += 1;
  }

  /** The barrier that comes next, where the next event is one. */
  #gate(): Gate | undefined {
    const mail = this.#mailbox.first;
    const { merging } = this.#state;
    if (mail?.block.kind[mail.next] !== BARRIER || merging === undefined) return undefined;
    const { barrier } = mail.block.fact(mail.next) as BarrierSet;
    return { barrier, needs: merging.needs(barrier) };
  }

  async #standing<T>(what: string, work: (turns: Turns) => Promise<T>): Promise<T> {
    this.#checkRunning();
    if (this.#still !== undefined) {
      throw new RangeError(`a ${what} cannot be taken during a ${this.#still}`);
    }
    this.#still = what;
    try {
      return await work(this.#newTurns());
    } finally {
      this.#still = undefined;
    }
  }

  #newTurns(): Turns {
    return new Turns(this.#deps.clock, this.#deps.yieldNow, this.#bounds.holdMsMax);
  }

  async #restore(checkpoint: Checkpoint): Promise<void> {
    const { manifest } = checkpoint;
    await this.#standing('restore', (turns) =>
      finishInTurns(restoreTensors(this.#state, checkpoint), turns),
    );
    const { extra } = manifest;
    this.#position = sequence(manifest.sequence);
    this.#preparedTo = this.#position;
    this.#takenAt = this.#position;
    this.#delivery.events = countOf(extra['events']);
    this.#delivery.passedOver = countOf(extra['passedOver']);
    this.#deadLetters.restore(lettersOf(extra['deadLetters']), countOf(extra['refused']));
  }

  #at(place: number): string {
    return formatPosition({ partition: this.partition, sequence: place as Sequence });
  }

  #checkRunning(): void {
    if (this.#stopped !== undefined) throw this.#stopped;
  }

  #stop(cause: unknown, place: number): RepriseError {
    this.#stopped = stoppedError(cause, this.partition, this.#at(place));
    this.#state.model.hold?.fail(this.#stopped);
    return this.#stopped;
  }
}
