import { randomUUID } from 'node:crypto';
import type { AliasBook } from '../../activities/versions/alias-book.ts';
import { promotionOf } from '../../activities/versions/promotion-fact.ts';
import type { Shadows } from '../../activities/versions/shadows.ts';
import type {
  RegisteredVersion,
  VersionRegistry,
} from '../../activities/versions/version-registry.ts';
import type { PromotionsPort } from '../../api/deps.ts';
import type { PromotionAnswer, PromotionGate } from '../../api/schema/versions.ts';
import type { EventDoor } from '../../events/door.ts';
import { RepriseError } from '../../events/error.ts';
import type { Journal } from '../../events/journal.ts';
import { formatPosition } from '../../events/position.ts';
import { comparedFigures } from './comparison.ts';
import type { ObservedVersions } from './comparison.ts';

/** Events that a version may be behind the head of a partition when it is promoted: the switch waits for them. */
export const PROMOTION_LAG_EVENTS_MAX = 1_000;

/** How long a promotion waits until every partition answers by it. */
export const PROMOTION_MS_MAX = 10_000;

const LOOK_MS = 2;

/** What promotions work on. */
export interface PromotionsDeps {
  readonly registry: Pick<VersionRegistry, 'get' | 'base'>;
  readonly journal: Pick<Journal, 'head' | 'partitions'>;
  readonly door: Pick<EventDoor, 'appendShared'>;
  /** Which version each partition answers by. */
  readonly serving: {
    readonly partitions: number;
    partition(partition: number): { readonly version: string };
  };
  readonly shadows: Pick<Shadows, 'positions'>;
  readonly book: Pick<AliasBook, 'aliases'>;
  readonly prequential: ObservedVersions;
  /** Unix milliseconds with fractions. */
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Makes versions live that stand at the head beside the live one, one promotion at a time. */
export class Promotions implements PromotionsPort {
  readonly #deps: PromotionsDeps;
  #isUnderWay = false;

  constructor(deps: PromotionsDeps) {
    this.#deps = deps;
  }

  async promote(version: string, gate?: PromotionGate): Promise<PromotionAnswer> {
    return this.#alone(() => this.#promote(version, gate));
  }

  async rollback(version: string): Promise<PromotionAnswer> {
    return this.#alone(async () => {
      const { previous } = this.#deps.book.aliases;
      if ((await this.#deps.registry.get(version)) === undefined) throw unknown(version);
      const live = this.#live;
      if (version !== live) {
        throw conflict(`version ${version} is not live, ${live} is: roll that one back`);
      }
      if (previous === null) {
        throw conflict(`no version was live before ${version}: there is nothing to roll back to`);
      }
      return this.#promote(previous);
    });
  }

  get #live(): string {
    return this.#deps.serving.partition(0).version;
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isUnderWay) throw conflict('a promotion is under way: try again in a moment');
    this.#isUnderWay = true;
    try {
      return await work();
    } finally {
      this.#isUnderWay = false;
    }
  }

  async #promote(version: string, gate?: PromotionGate): Promise<PromotionAnswer> {
    const { registry, door, clock } = this.#deps;
    const registered = await registry.get(version);
    if (registered === undefined) throw unknown(version);
    const previous = this.#live;
    if (version === previous) throw conflict(`version ${version} is live already`);
    this.#refuseLagging(version);
    if (gate !== undefined) this.#refuseUnshown(version, gate);
    await this.#checkBases(registered);
    const sinceMs = clock();
    const fact = promotionOf(registered.definition, Math.floor(sinceMs));
    const { positions } = await door.appendShared(fact, `promote ${version} ${randomUUID()}`);
    await this.#served(version, sinceMs);
    return {
      version,
      previous,
      positions: positions.map((position) => formatPosition(position)),
      switchMs: Math.round((clock() - sinceMs) * 10) / 10,
    };
  }

  #refuseLagging(version: string): void {
    const { shadows, journal } = this.#deps;
    const stands = shadows.positions(version);
    if (stands === undefined) {
      throw conflict(
        `version ${version} does not follow the stream: bring it to the head first ` +
          `(bin/reprise backfill --model ${version})`,
      );
    }
    const lags = stands.map((stand, partition) => journal.head(partition) - stand);
    const lag = Math.max(...lags);
    if (lag <= PROMOTION_LAG_EVENTS_MAX) return;
    throw conflict(
      `version ${version} is ${String(lag)} events behind the head, and a promotion waits for no more than ` +
        `${String(PROMOTION_LAG_EVENTS_MAX)}: try again when it has caught up (bin/reprise models)`,
    );
  }

  /** Refuses a version that is not shown to be better than the live one on the events that both were tested on. */
  #refuseUnshown(version: string, { metric, eventsMin }: PromotionGate): void {
    const live = this.#live;
    const figures = comparedFigures(this.#deps.prequential, live, version);
    if (figures.events < eventsMin) {
      throw conflict(
        `${live} and ${version} were tested on ${String(figures.events)} events together, and the gate asks for ` +
          `${String(eventsMin)}: wait for more`,
      );
    }
    const { difference, low, high } = figures[metric];
    if (low > 0) return;
    throw conflict(
      `version ${version} is not shown to be better than ${live}: ${metric} differs by ${difference.toFixed(4)} ` +
        `(95 %: ${low.toFixed(4)} to ${high.toFixed(4)}, ${String(figures.events)} events)`,
    );
  }

  /** Reads every base again: a version whose base fails could not be built a second time. */
  async #checkBases({ definition }: RegisteredVersion): Promise<void> {
    const { registry, journal } = this.#deps;
    for (let partition = 0; partition < journal.partitions; partition += 1) {
      await registry.base(definition.version, partition).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        throw conflict(`version ${definition.version} cannot be made live: ${why}`);
      });
    }
  }

  /** Resolves when every partition answers by the version. */
  async #served(version: string, sinceMs: number): Promise<void> {
    const { serving, clock, sleep } = this.#deps;
    for (let partition = 0; partition < serving.partitions; partition += 1) {
      while (serving.partition(partition).version !== version) {
        if (clock() - sinceMs > PROMOTION_MS_MAX) {
          throw new RepriseError(
            'TIMEOUT',
            `version ${version} is promoted in the journal, and partition ${String(partition)} has not come there ` +
              'yet: it will, see bin/reprise status',
          );
        }
        await sleep(LOOK_MS);
      }
    }
  }
}

function unknown(version: string): RepriseError {
  return new RepriseError(
    'NOT_FOUND',
    `there is no model version ${version}: bin/reprise models lists them`,
    { version },
  );
}

function conflict(message: string): RepriseError {
  return new RepriseError('CONFLICT', message);
}
