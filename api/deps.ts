import type { EventDoor } from '../events/door.ts';
import type { ToldEvent } from '../events/export-events.ts';
import type { IncomingEvent } from '../events/incoming.ts';
import type { Position } from '../events/position.ts';
import type { TransportOffset } from '../events/transport.ts';
import type { ArmLabel } from '../projections/answer.ts';
import type { LatestItem } from '../projections/latest-items.ts';
import type { AskedRules } from '../projections/rules/asked-rules.ts';
import type { AsOf } from './as-of.ts';
import type { ErasuresPort } from './erasures-port.ts';
import type { ExploredPort } from './explored-port.ts';
import type {
  ClickThroughPort,
  ExperimentsPort,
  ItemEvent,
  SessionQuery,
} from './feedback-ports.ts';
import type { Caller } from './key-ring.ts';
import type { QuotaPort } from './quota.ts';
import type { RequestWatch } from './request-watch.ts';
import type { ScenariosPort } from './scenarios-port.ts';
import type {
  DeadLetters,
  IndexReleaseRequest,
  ItemAnswer,
  Models,
  PopularAnswer,
  PrequentialAnswer,
  RebuildReport,
  RecommendationAnswer,
  RunState,
  SimilarAnswer,
  StartedRun,
  StateHashAnswer,
  StatusAnswer,
  TrainingRequest,
  UserAnswer,
} from './schema/answers.ts';
import type { ComparisonAnswer } from './schema/comparison.ts';
import type { ListedItem, RecentUser, RunSummary } from './schema/listings.ts';
import type { LiveSample } from './schema/live.ts';
import type { QuarantineAnswer } from './schema/quarantines.ts';
import type { AnswerProofAnswer, LineageAnswer } from './schema/proofs.ts';
import type { ScheduleAnswer, ScheduleControl, ScheduleName } from './schema/schedules.ts';
import type { SessionAnswer } from './schema/sessions.ts';
import type { TravelAnswer } from './schema/travels.ts';
import type { VerifyReport, VerifyRequest } from './schema/verification.ts';
import type { WhatIfAnswer } from './schema/what-if.ts';
import type { NeighboursPort } from './neighbours-port.ts';
import type { SpaceDoorPort, SpacesPort } from './space-door.ts';
import type { BackfillRequest, PromotionAnswer, PromotionGate } from './schema/versions.ts';

/** The way in: checks events, appends them to the journal and resolves when they are durable. */
export type DoorPort = Pick<EventDoor, 'accept' | 'publishItem'>;

export type { ErasuresPort, ErasureWish } from './erasures-port.ts';

/** What a recommendation is asked for. */
export interface RecommendationQuery {
  readonly user: string;
  readonly n: number;
  /** The answer waits until the projections stand at or past these positions; TIMEOUT after a bound. */
  readonly after: readonly Position[];
  readonly exclude: 'seen' | 'none';
  /** The item at hand: an unknown user gets the items similar to it. */
  readonly item?: string;
  /** Whether each item says why it is there. */
  readonly explain?: boolean;
  /** What the answer has to obey beside the learner. */
  readonly rules?: AskedRules;
  /** What the answer is counted under. */
  readonly label?: ArmLabel;
}

/** A recommendation as of a moment of the past. */
export interface PastQuery extends Omit<RecommendationQuery, 'after' | 'label'> {
  readonly asOf: AsOf;
}

/** What might have happened to a user. */
export interface WhatIfQuery extends Omit<RecommendationQuery, 'after' | 'explain' | 'label'> {
  readonly add: readonly Omit<IncomingEvent, 'user'>[];
  readonly remove: readonly Position[];
  /** Now where absent. */
  readonly asOf?: AsOf;
}

/** An answer from the past, or the travel that it has to wait for. */
export type PastAnswer<T> = { readonly answer: T } | { readonly travel: TravelAnswer };

/** The newest interactions of a user, as an answer tells them. */
export type UserEvents = NonNullable<RecommendationAnswer['events']>;

/** Answers from the past, by replay. */
export interface TravelPort {
  /** Throws INVALID, naming `asOf`, where there is no such moment. */
  recommend(query: PastQuery): Promise<PastAnswer<RecommendationAnswer>>;
  /**
   * The newest interactions of a user at or before the positions of an answer, newest first: as many as an explained
   * answer tells, or up to `eventsMax`, looked for further back.
   */
  events(user: string, position: readonly string[], eventsMax?: number): Promise<UserEvents>;
  /** What a user would be answered; throws INVALID, naming the field, for events that are not theirs to change. */
  whatIf(query: WhatIfQuery): Promise<PastAnswer<WhatIfAnswer>>;
  /** What somebody with these events alone is answered; throws INVALID, naming the field, for events that no door lets in. */
  session(query: SessionQuery): Promise<PastAnswer<SessionAnswer>>;
  /** Where an answer came from, made again; undefined where the id was not made here. */
  lineage(recommendationId: string): Promise<PastAnswer<LineageAnswer> | undefined>;
  /** Whether an answer is what a replay to its place gives; undefined where the id was not made here. */
  verify(recommendationId: string): Promise<PastAnswer<AnswerProofAnswer> | undefined>;
  /** How a travel stands; undefined where it is not known, or ended long ago. */
  describe(travelId: string): TravelAnswer | undefined;
}

/** The read side; every answer is ready to be written as JSON. */
export interface QueriesPort {
  recommend(query: RecommendationQuery): Promise<RecommendationAnswer> | RecommendationAnswer;
  /** Undefined where the item is unknown. */
  similar(item: string, n: number, rules?: AskedRules): Promise<SimilarAnswer | undefined>;
  popular(n: number, rules?: AskedRules): Promise<PopularAnswer>;
  /** The items that came out last by the `timestamp` of their metadata, of one category where it is named. */
  latest(n: number, category?: string): Promise<readonly LatestItem[]>;
  /** Undefined where no event of the user was seen. */
  user(id: string): Promise<UserAnswer | undefined>;
  /**
   * Undefined where the item was never published and never met in an event, or was withdrawn, as the projections stand
   * at or past `after`.
   */
  item(id: string, after: readonly Position[]): Promise<ItemAnswer | undefined>;
  /** Items in short, in the order of the ids, without those that are unknown. */
  listItems(ids: readonly string[]): Promise<readonly ListedItem[]>;
  /** The n items whose titles fit best; throws BUSY where too many search at a time. */
  searchItems(search: string, n: number): Promise<readonly ListedItem[]>;
  deadLetters(): Promise<DeadLetters>;
}

/** Tells where in the journal stands what a transport carried there. */
export interface OffsetsPort {
  /**
   * Resolves, once all of these messages are in the journal, to positions at or past them; rejects with TIMEOUT where
   * they are not in time.
   */
  positions(offsets: readonly TransportOffset[]): Promise<readonly Position[]>;
}

/** The model versions that this instance knows. */
export interface ModelsPort {
  list(): Promise<Models>;
}

/** What makes versions live. */
export interface PromotionsPort {
  /**
   * Makes a version live that follows the stream; resolves when every partition answers by it. Throws NOT_FOUND, and
   * CONFLICT where it is live already, lags, is not held, cannot be built from its base, or does not pass the gate.
   */
  promote(version: string, gate?: PromotionGate): Promise<PromotionAnswer>;
  /** Makes live again what was before this version, which has to be the live one; throws what promote throws. */
  rollback(version: string): Promise<PromotionAnswer>;
}

/** What sets versions side by side. */
export interface ComparisonsPort {
  /** Throws NOT_FOUND, INVALID where both are one, and CONFLICT where one is not held. */
  compare(a: string, b: string): Promise<ComparisonAnswer>;
}

/** What the metrics of learning are asked for. */
export interface PrequentialQuery {
  /** The newest sampled events that count. */
  readonly window: number;
  /** All versions where absent. */
  readonly model?: string;
}

/** How well the versions that serve foresee what they are about to learn. */
export interface PrequentialPort {
  tell(query: PrequentialQuery): Promise<PrequentialAnswer>;
}

/** The kinds of durable run that can be asked after. */
export type RunKind = 'training' | 'index' | 'backfill';

/** What can be done with a run that is under way. */
export type RunControl = 'pause' | 'resume' | 'cancel';

/** Durable runs: training, index builds and backfills. Throws UNAVAILABLE with the remedy where Temporal or a native part is off. */
export interface RunsPort {
  startTraining(request: TrainingRequest): Promise<StartedRun>;
  startIndexBuild(request: IndexReleaseRequest): Promise<StartedRun>;
  /** Builds a version by replay; throws CONFLICT where its name is taken or another one is being built. */
  startBackfill(request: BackfillRequest): Promise<StartedRun>;
  /** The runs that were started last, those under way first; empty where no workflow has run yet. */
  list(): Promise<readonly RunSummary[]>;
  /** The state of a run for polling; undefined where no such run is known. */
  describe(kind: RunKind, workflowId: string): Promise<RunState | undefined>;
  /** Pauses, resumes or cancels a backfill under way; false where no such run is known, CONFLICT where it has ended. */
  controlBackfill(workflowId: string, control: RunControl): Promise<boolean>;
}

/** What the page follows: figures of the instance, taken once a second. */
export interface LivePort {
  /** What was taken so far, oldest first, within a bound. */
  samples(): readonly LiveSample[];
}

/** Who was active last. */
export interface ActivityPort extends Partial<NeighboursPort> {
  /** The users of the newest interactions, newest first. */
  recentUsers(n: number): Promise<readonly RecentUser[]>;
  /** The newest interactions with an item, of one type where it is named, newest first. */
  itemEvents(item: string, eventsMax: number, type?: string): Promise<readonly ItemEvent[]>;
}

/** A file of the page, as it is served. */
export interface PageFile {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** The same, compressed, where that is smaller. */
  readonly gzipped?: Uint8Array;
}

/** The built page. */
export interface PagePort {
  readonly document: PageFile;
  /** Files that the document loads, by name; a name holds the hash of what it names. */
  readonly assets: ReadonlyMap<string, PageFile>;
}

/** Which events a quarantine leaves out: those of users, or of a source, after some positions and up to others. */
export interface QuarantineQuery {
  readonly users: readonly string[];
  /** In the place of users. */
  readonly source?: string;
  readonly from: readonly Position[];
  readonly to: readonly Position[];
}

/** Gives a user all that is held and derived of them. */
export interface UserExportPort {
  /** A line of what was learned of the user, then a line an event; undefined where the user is unknown. */
  open(user: string): Promise<AsyncIterable<ExportedEvent> | undefined>;
}

/** Leaves events out after the fact. */
export interface QuarantinesPort {
  /** Sets a quarantine; throws NOT_FOUND, INVALID or BUSY, and nothing is changed then. */
  request(query: QuarantineQuery): Promise<QuarantineAnswer>;
  /** Begins to lift one; throws NOT_FOUND, or CONFLICT where it is not active. */
  lift(quarantineId: string): Promise<QuarantineAnswer>;
  /** Undefined where there is no such quarantine. */
  get(quarantineId: string): Promise<QuarantineAnswer | undefined>;
  /** Every quarantine, oldest first. */
  list(): Promise<readonly QuarantineAnswer[]>;
}

/** Tells how far a long operation has come: events done out of a total. */
export type OnProgress = (done: number, total: number) => void;

/** One exported event, ready to be written as an NDJSON line. */
export type ExportedEvent = Readonly<Record<string, unknown>>;

/** What runs by itself, on schedules of Temporal; throws UNAVAILABLE with the remedy where Temporal is off. */
export interface SchedulesPort {
  list(): Promise<readonly ScheduleAnswer[]>;
  /** Throws CONFLICT for a schedule that is off. */
  control(name: ScheduleName, control: ScheduleControl): Promise<ScheduleAnswer>;
}

/** The operations behind the command line's `rebuild`, `verify` and `export`. */
export interface MaintenancePort {
  /** Drops and refolds projections (all when none is named); they answer again when it resolves. */
  rebuild(
    projections: readonly string[],
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<RebuildReport>;
  /**
   * Replays cleanly in a scratch folder to where a version stands and compares; where they differ, tells where they part.
   * Throws NOT_FOUND for an unknown version, and CONFLICT for one that is not held.
   */
  verify(
    request: VerifyRequest,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<VerifyReport>;
  /** The canonical hash of a version's state, after the projections stand at `after`. */
  stateHash(version: string | undefined, after: readonly Position[]): Promise<StateHashAnswer>;
  /** The journal's events after these positions (exclusive; from the start where absent), to the head of now. */
  exportEvents(after: readonly Position[], signal: AbortSignal): AsyncIterable<ExportedEvent>;
  /** The same for those who follow the journal, with the promotions between. */
  tellEvents(after: readonly Position[]): AsyncIterable<ToldEvent>;
}

/** What the instance says of itself. */
export interface HealthPort {
  status(): Promise<StatusAnswer>;
  /** What is still awaited before answers are right; empty when ready. */
  awaited(): readonly string[];
  /** How each server that this process depends on stands, by name; absent where there is none. */
  dependencies?(): Readonly<Record<string, string>>;
}

/** What was measured, as Prometheus reads it. */
export interface MetricsPort {
  exposition(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** The sink of log lines; pino fits. */
export interface ApiLogger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/**
 * Who may call: `private` is a socket file that only the owner opens, `loopback` this machine under a loopback
 * Host header, `keys` whoever sends a key.
 */
export type Access =
  | { readonly kind: 'private' }
  | { readonly kind: 'loopback' }
  | { readonly kind: 'keys'; readonly keys: KeysPort; readonly spaces?: SpaceDoorPort | undefined };

/** The API keys as they stand now. */
export interface KeysPort {
  /** Whose key this is; undefined where it is nobody's. */
  find(sent: string): Caller | undefined;
}

/** How many requests are let in from one caller. */
export interface RateLimitPort {
  /**
   * Takes one request of a caller: a key's name, or an address. Resolves to the milliseconds to wait where the caller
   * has had its share, and to 0 where the request is let in.
   */
  take(caller: string): Promise<number>;
}

/** Everything that the API calls; made by processes/ and by tests. */
export interface ApiDeps {
  readonly door: DoorPort;
  readonly queries: QueriesPort;
  /** What was explored, by replay; absent where the past can't be asked. */
  readonly explored?: ExploredPort | undefined;
  /** Absent where a process answers from the newest position only. */
  readonly travel?: TravelPort | undefined;
  /** Absent where events reach the journal through no transport. */
  readonly offsets?: OffsetsPort;
  readonly models: ModelsPort;
  /** Absent where no version is held beside the live one. */
  readonly promotions?: PromotionsPort;
  /** Absent where no version is held beside the live one. */
  readonly comparisons?: ComparisonsPort;
  /** Absent where no partition learns in this process. */
  readonly prequential?: PrequentialPort;
  /** Absent where answers and reactions are not counted. */
  readonly clickThrough?: ClickThroughPort;
  /** Absent where answers and reactions are not counted. */
  readonly experiments?: ExperimentsPort;
  readonly runs: RunsPort;
  /** Absent where users can't be erased yet. */
  readonly erasures?: ErasuresPort;
  /** Absent where users can't be exported yet. */
  readonly userExport?: UserExportPort;
  /** Absent where events can't be quarantined yet. */
  readonly quarantines?: QuarantinesPort;
  /** Absent where none are kept. */
  readonly scenarios?: ScenariosPort | undefined;
  /** Absent where none are kept. */
  readonly schedules?: SchedulesPort;
  readonly maintenance: MaintenancePort;
  readonly health: HealthPort;
  /** Absent where nothing is measured. */
  readonly metrics?: MetricsPort | undefined;
  /** Absent where requests are not watched. */
  readonly watch?: RequestWatch;
  /** Absent where no figures are taken. */
  readonly live?: LivePort;
  /** Absent where the journal's newest events are not at hand. */
  readonly activity?: ActivityPort;
  /** Absent where the page was not built: `/` leads to the documentation then. */
  readonly page?: PagePort | undefined;
  readonly access: Access;
  /** Absent where requests are not counted. */
  readonly requestLimit?: RateLimitPort | undefined;
  /** Absent where requests are not counted by the day. */
  readonly quota?: QuotaPort | undefined;
  /** Absent where there is the main space alone. */
  readonly spaces?: SpacesPort | undefined;
  readonly logger: ApiLogger;
  /** Unix milliseconds; absent where rules know no hour. */
  readonly clock?: () => number;
  /** Draws the id that ties a 500 to its log line. */
  readonly newRequestId: () => string;
}
