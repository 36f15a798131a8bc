import { randomBytes } from 'node:crypto';
import type { BlockRow } from '../../events/blocks/block-content.ts';
import { appendedMsOf } from '../../events/append-time.ts';
import { eventFault } from '../../events/check-incoming.ts';
import { commonUntil, editJournal } from '../../events/blocks/edited-journal.ts';
import type { JournalEdit, ReplayedJournal } from '../../events/blocks/edited-journal.ts';
import { RepriseError } from '../../events/error.ts';
import { eventKey } from '../../events/event-key.ts';
import type { Surrogate } from '../../events/fact.ts';
import type { Identity, IdentityStore } from '../../events/identity.ts';
import type { IncomingEvent } from '../../events/incoming.ts';
import { eventTypes } from '../../events/interaction-type.ts';
import { formatPosition, ORIGIN, sequence } from '../../events/position.ts';
import type { Partition, Position } from '../../events/position.ts';
import { SURROGATE_BYTES, surrogateFromBytes } from '../../events/surrogate.ts';
import type { Recommendation, RecommendationRequest } from '../../projections/answer.ts';
import { textsOf } from '../../projections/rules/asked-rules.ts';
import type { AsOf } from './past-places.ts';
import type { Destination, PastAnswer, TimeTravel } from './time-travel.ts';
import type { TravelState } from './travel-state.ts';
import type { RuntimeMaker } from '../versions/version-runtimes.ts';
import type { VersionRegistry } from '../versions/version-registry.ts';

/** What might have happened to a user. */
export interface WhatIf extends RecommendationRequest {
  /** Interactions of the user that come on top. */
  readonly add: readonly Omit<IncomingEvent, 'user'>[];
  /** Positions of the user's interactions that are left out. */
  readonly remove: readonly Position[];
  /** The moment to ask at; now where absent. */
  readonly asOf?: AsOf;
}

/** What somebody whom nobody knows did, and is to be answered after that. */
export interface Session extends Pick<RecommendationRequest, 'n' | 'exclude' | 'rules'> {
  readonly events: WhatIf['add'];
}

/** What a user is answered, and what they would be. */
export interface WhatIfAnswer {
  readonly before: Recommendation;
  readonly after: Recommendation;
}

/** What what-if needs from outside. */
export interface WhatIfDeps {
  readonly travel: Pick<TimeTravel, 'places' | 'reach' | 'apart' | 'recommender' | 'seeded'>;
  readonly journal: ReplayedJournal;
  readonly identities: Pick<IdentityStore, 'find'>;
  readonly registry: Pick<VersionRegistry, 'get'>;
  readonly partitionOf: (user: string) => Partition;
  /** Makes runtimes that know somebody beside those of the identity store. */
  readonly makerWith: (guest: Identity) => RuntimeMaker;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** How far ahead of the clock an event's time may be. */
  readonly eventAheadMsMax: number;
}

/** The id of whoever has a session: no user has one with a NUL. */
const SESSION = '\0session';

/** Who a question is about: a user of the identity store, or one who is made up for it and forgotten. */
interface Subject {
  readonly identity: Identity;
  readonly isGuest: boolean;
  readonly partition: Partition;
}

/** Answers what a user would be recommended if other things had happened; nothing is written. */
export class WhatIfs {
  readonly #deps: WhatIfDeps;

  constructor(deps: WhatIfDeps) {
    this.#deps = deps;
  }

  /** Both answers at one moment, the second by the same replay over a journal without some events and with others. */
  async ask(question: WhatIf): Promise<PastAnswer<WhatIfAnswer>> {
    const { travel } = this.#deps;
    const subject = await this.#subject(question.user);
    const { partition } = subject;
    const positions = await this.#positions(question.asOf, partition);
    const [at] = positions;
    if (at === undefined) throw new RangeError('a question stands somewhere');
    const leftOut = await this.#leftOut(question.remove, subject.identity, at);
    const there = await travel.reach({ positions });
    if (!('answer' in there)) return there;
    const { version } = there.answer.place;
    const added = await this.#added(question, subject, version);
    await this.#refuseTrained(question.remove, version, partition);
    // Chance draws alike on both sides: what differs comes of the events.
    const asked = travel.seeded(question, at);
    const before = await this.#answer(asked, subject, there.answer, at);
    const edit: JournalEdit = { at, leftOut, added, appendedMs: await this.#appendedMs(at) };
    const after = await this.#edited(asked, subject, { positions, version }, edit);
    return 'answer' in after ? { answer: { before, after: after.answer } } : after;
  }

  /** What somebody whom nobody knows would be answered now, had they done these things and nothing else. */
  async session({ events, ...asked }: Session): Promise<PastAnswer<Recommendation>> {
    const { travel, partitionOf } = this.#deps;
    const question = { ...asked, user: SESSION, add: events, remove: [] };
    const subject = guest(SESSION, partitionOf(SESSION));
    const positions = travel.places.heads(subject.partition);
    const [at] = positions;
    if (at === undefined) throw new RangeError('a question stands somewhere');
    const there = await travel.reach({ positions });
    if (!('answer' in there)) return there;
    const { version } = there.answer.place;
    const added = await this.#added({ add: events, user: 'session' }, subject, version, 'events');
    const appendedMs = await this.#appendedMs(at);
    const edit: JournalEdit = { at, leftOut: new Set(), added, appendedMs };
    return this.#edited(travel.seeded(question, at), subject, { positions, version }, edit);
  }

  /** What is added came when the newest event did: nothing of what was shown recovers by that alone. */
  async #appendedMs({ partition, sequence: at }: Position): Promise<number> {
    const { journal, clock } = this.#deps;
    return (await appendedMsOf(journal, partition, at)) ?? Math.floor(clock());
  }

  async #subject(user: string): Promise<Subject> {
    const { identities, partitionOf } = this.#deps;
    const known = await identities.find(user);
    const partition = partitionOf(user);
    if (known !== undefined) return { identity: known, isGuest: false, partition };
    return guest(user, partition);
  }

  /** Where the question stands, the user's own partition first. */
  async #positions(asOf: AsOf | undefined, own: Partition): Promise<readonly Position[]> {
    const { places } = this.#deps.travel;
    if (asOf === undefined) return places.heads(own);
    return places.all(await places.own(asOf, own), asOf);
  }

  /** The sequences to leave out; throws INVALID, naming the first that is no interaction of the user. */
  async #leftOut(
    remove: readonly Position[],
    { surrogate }: Identity,
    at: Position,
  ): Promise<ReadonlySet<number>> {
    for (const position of remove) {
      const isThere = position.partition === at.partition && position.sequence <= at.sequence;
      if (isThere && (await this.#isOf(position, surrogate))) continue;
      const named = `names ${formatPosition(position)}, which is no interaction of this user up to ${formatPosition(at)}`;
      throw refused('remove', `${named}: name positions of their own`);
    }
    return new Set(remove.map((position) => position.sequence));
  }

  async #isOf(position: Position, surrogate: Surrogate): Promise<boolean> {
    const { journal } = this.#deps;
    const block = await journal.read(position.partition, sequence(position.sequence - 1));
    const fact = block?.fact(position.sequence - block.firstSequence);
    return fact?.kind === 'InteractionRecorded' && fact.user === surrogate;
  }

  /** The interactions to add as the journal would hold them; throws INVALID, naming what the door would refuse. */
  async #added(
    { add, user }: Pick<WhatIf, 'add' | 'user'>,
    { identity }: Subject,
    version: string,
    list = 'add',
  ): Promise<readonly BlockRow[]> {
    const { registry, clock, eventAheadMsMax } = this.#deps;
    const nowMs = Math.floor(clock());
    const types = eventTypes((await registry.get(version))?.definition.types ?? {});
    const rules = { types, timeMsMax: nowMs + eventAheadMsMax };
    return add.map((event, number) => {
      const wrong = eventFault({ ...event, user }, rules);
      if (wrong !== undefined) {
        throw refused(`${list}[${String(number)}].${wrong.field}`, wrong.fault);
      }
      const { id = `what-if/${String(number)}`, type, item, value = NaN, time = nowMs } = event;
      const sealed = new Uint8Array(0);
      const { surrogate } = identity;
      const about = { kind: 'InteractionRecorded', type, user: surrogate, item } as const;
      return { key: eventKey(id), fact: { ...about, value, timeMs: time, sealed } };
    });
  }

  /** What stands before a version's start is in its trained base, where no replay can leave it out. */
  async #refuseTrained(
    remove: readonly Position[],
    version: string,
    partition: Partition,
  ): Promise<void> {
    const known = await this.#deps.registry.get(version);
    const start = known?.definition.start[partition] ?? ORIGIN;
    const early = remove.find((position) => position.sequence <= start);
    if (early === undefined) return;
    throw refused(
      'remove',
      `names ${formatPosition(early)}, which model ${version} was trained on: it learns event by event from ${formatPosition({ partition, sequence: sequence(start + 1) })} on`,
    );
  }

  #edited(
    question: WhatIf,
    subject: Subject,
    { positions, version }: Required<Destination>,
    edit: JournalEdit,
  ): Promise<PastAnswer<Recommendation>> {
    const { travel, journal, makerWith } = this.#deps;
    const { at, added } = edit;
    const to = { partition: at.partition, sequence: sequence(at.sequence + added.length) };
    const { user, asOf: _, rules, ...asked } = question;
    const ruled = rules && [textsOf(rules), rules.exploration?.seed];
    const edited = editJournal(journal, edit);
    const until = Array.from(
      { length: journal.partitions },
      (_own, partition) =>
        positions.find((position) => position.partition === partition)?.sequence ?? ORIGIN,
    );
    const common = until.map((end, partition) =>
      partition === at.partition ? commonUntil(edit) : end,
    );
    return travel.apart(
      { positions: [to, ...positions.slice(1)], version },
      {
        name: `what-if ${JSON.stringify([user, asked, ruled, added.map(({ key }) => [...key])])}`,
        source: {
          edited: {
            ...{ journal: edited, common, until },
            ...(subject.isGuest && { maker: makerWith(subject.identity) }),
          },
        },
        work: (state) => this.#answer(question, subject, state, at, edited),
      },
    );
  }

  #answer(
    { user, n, exclude, item, rules }: WhatIf,
    { identity }: Subject,
    state: TravelState,
    at: Position,
    journal: ReplayedJournal = this.#deps.journal,
  ): Promise<Recommendation> {
    const find = (): Promise<Identity> => Promise.resolve(identity);
    const recommender = this.#deps.travel.recommender(state, at, find, journal);
    const asked = { ...(item !== undefined && { item }), ...(rules !== undefined && { rules }) };
    return recommender.recommend({ user, n, exclude, ...asked });
  }
}

/** Somebody who is made up for a question. Their surrogate decides nothing: rows are seeded by the id. */
function guest(id: string, partition: Partition): Subject {
  const surrogate = surrogateFromBytes(randomBytes(SURROGATE_BYTES));
  return { identity: { id, surrogate, key: new Uint8Array(0) }, isGuest: true, partition };
}

function refused(field: string, fault: string): RepriseError {
  return new RepriseError('INVALID', `${field} ${fault}`, { field });
}
