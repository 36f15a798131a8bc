import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ArmStates } from '../../activities/versions/arm-states.ts';
import type { VersionsOfArms } from '../../activities/versions/arm-versions.ts';
import { readExperiments, versionsOf } from '../../activities/feedback/experiment-record.ts';
import { armNames, Experiments } from '../../activities/feedback/experiments.ts';
import { FollowedRecord } from '../../activities/followed-record.ts';
import { countsKeptMsMax, Reactions } from '../../activities/feedback/reactions.ts';
import { openKeptRecord } from '../../adapters/embedded/kept-record.ts';
import { openReactions } from '../../adapters/embedded/reactions.ts';
import type { DoorPort, QueriesPort } from '../../api/deps.ts';
import type { ClickThroughPort, ExperimentsPort } from '../../api/feedback-ports.ts';
import { countedLabel } from '../../projections/arm-queries.ts';
import type { answerReader } from '../../projections/recommendation-id.ts';
import type { ClickThroughAnswer } from '../../api/schema/click-through.ts';
import { clickThroughAnswer } from './click-through-answer.ts';
import { countedSeries } from './counted-series.ts';
import { experimentsPort } from './experiments-port.ts';
import type { WhyUncounted } from './experiments-port.ts';
import type { Ways } from './learning.ts';
import type { Scenarios } from './scenarios.ts';
import type { Stores } from './stores.ts';
import { userMarks } from './user-marks.ts';
import { yieldNow } from './yield-now.ts';

/** What reactions are counted with. */
export interface ReactionParts extends Pick<Ways, 'logger' | 'warnings' | 'clock' | 'observation'> {
  readonly stores: Stores;
  readonly factsOf: ReturnType<typeof answerReader>;
  readonly ending: AbortController;
  readonly scenarios: Pick<Scenarios, 'get'>;
  /** Serves the versions that arms name. */
  readonly arms: Pick<ArmStates, 'serve'>;
  readonly versionsOfArms: VersionsOfArms;
}

/** Counts answers and what becomes of them, at the door and at the queries of a core. */
export class ReactionHost implements ClickThroughPort {
  readonly #experiments: Experiments;
  readonly #reactions: Reactions;
  readonly #parts: ReactionParts;
  readonly #working: Promise<unknown>;

  private constructor(reactions: Reactions, experiments: Experiments, parts: ReactionParts) {
    this.#reactions = reactions;
    this.#experiments = experiments;
    this.#parts = parts;
    this.#working = Promise.all([this.#catchUp(), this.#keepOn()]);
  }

  /** Opens the counts of a core, and begins to read reactions that are not in them. */
  static async open(parts: ReactionParts): Promise<ReactionHost> {
    const { stores, logger, warnings, clock, observation, factsOf } = parts;
    const { journal, identities, folder } = stores;
    const store = openReactions({
      folder: folder.partPath('reactions'),
      yieldNow,
      onDamage: (path, error) => {
        logger.warn({ err: error, path }, 'the counts of answers cannot be read');
        warnings.add(`${path} cannot be read: reactions are counted again, answers from now on`);
      },
    });
    const path = join(folder.partPath('experiments'), 'experiments.json');
    const records = await FollowedRecord.open(openKeptRecord({ path, parse: readExperiments }), []);
    const reactions = await Reactions.open({
      ...{ journal, identities, factsOf, store, clock, yieldNow },
      types: folder.manifest.types,
      markOf: userMarks(folder.signingKey),
      arms: armNames(records.value),
      onCounted: countedSeries(observation.instruments),
    });
    const { arms, versionsOfArms: versions } = parts;
    arms.serve(versionsOf(records.value));
    const experiments = new Experiments({
      ...{ records, counts: reactions.counts, clock, versions },
      knowsScenario: (scenario) => parts.scenarios.get(scenario) !== undefined,
      onChange: () => {
        reactions.changed();
        arms.serve(versionsOf(records.value));
      },
    });
    return new ReactionHost(reactions, experiments, parts);
  }

  /** Users split into arms. */
  experiments(whyUncounted: WhyUncounted): ExperimentsPort {
    return experimentsPort(this.#experiments, whyUncounted);
  }

  /** A door that lets in the same, and counts reactions. */
  watchDoor(door: DoorPort): DoorPort {
    return {
      publishItem: (...args) => door.publishItem(...args),
      accept: (incoming) => this.#reactions.accept(incoming, (events) => door.accept(events)),
    };
  }

  /** Queries that answer the same, and count their answers. */
  watchQueries(queries: Pick<QueriesPort, 'recommend'>): Pick<QueriesPort, 'recommend'> {
    return {
      recommend: async (query) => {
        const answer = await queries.recommend(query);
        const label = countedLabel(query.label, answer);
        this.#reactions.given({ model: answer.model, label, user: query.user });
        return answer;
      },
    };
  }

  tell(): ClickThroughAnswer {
    return clickThroughAnswer(this.#reactions.tell());
  }

  /** Keeps what was counted; nothing is counted after that. The signal of the parts has to have aborted. */
  async close(): Promise<void> {
    await this.#working;
    await this.#keep();
  }

  async #catchUp(): Promise<void> {
    const { stores, ending, logger, warnings } = this.#parts;
    try {
      await this.#reactions.catchUp(stores.journal.status().heads, ending.signal);
    } catch (error) {
      logger.warn({ err: error }, 'reactions of the journal could not be read');
      warnings.add('reactions from before the start are not counted: see the log');
    }
  }

  async #keepOn(): Promise<void> {
    const { signal } = this.#parts.ending;
    for (;;) {
      await sleep(countsKeptMsMax, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      await this.#keep();
    }
  }

  async #keep(): Promise<void> {
    await this.#reactions.keep().catch((error: unknown) => {
      this.#parts.logger.warn({ err: error }, 'counts of answers could not be kept');
    });
  }
}
