import type { AliasBook } from '../../activities/versions/alias-book.ts';
import type { EventDoor } from '../../events/door.ts';
import type { ServingState } from '../../projections/serving-state.ts';
import type { DurableHost } from './durable-host.ts';
import type { IndexPacing } from './index-pacing.ts';
import type { Learning, Ways } from './learning.ts';
import type { LeavingOut } from './leaving-out.ts';
import type { NativePart, NativePartName } from './native-parts.ts';
import type { ApproximateSearch } from './search.ts';
import type { ReactionHost } from './reaction-host.ts';
import type { Scenarios } from './scenarios.ts';
import type { Promotions } from './promotions.ts';
import type { Stores } from './stores.ts';
import type { PastParts } from './travel-port.ts';
import type { VerificationHost } from './verification-host.ts';

/** Everything that a core is put together from. */
export interface CoreParts extends Learning, Ways, LeavingOut {
  readonly stores: Stores;
  readonly startedMs: number;
  /** Where each partition's journal ended when the core started: it is ready when it has come so far. */
  readonly startHeads: readonly number[];
  readonly native: Readonly<Record<NativePartName, NativePart>>;
  readonly serving: ServingState;
  readonly search: ApproximateSearch;
  readonly door: EventDoor;
  readonly durable: DurableHost;
  /** Which versions have a name of their own. */
  readonly book: AliasBook;
  /** Makes versions live. */
  readonly promotions: Promotions;
  /** Proves versions by replay. */
  readonly verifications: VerificationHost;
  /** Counts answers and what becomes of them. */
  readonly reactions: ReactionHost;
  /** The scenarios that answers can be asked by. */
  readonly scenarios: Scenarios;
  /** Answers the past. */
  readonly past: PastParts;
  readonly pacing: IndexPacing;
  /** Aborts when the core ends. */
  readonly ending: AbortController;
}
