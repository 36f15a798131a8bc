import {
  CancellationScope,
  executeChild,
  isCancellation,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Evaluation } from '../activities/training/trainer.ts';
import type { PreparedRun, RegisteredCandidate } from '../activities/training/training.ts';
import { quickTraining, training } from './activity-proxies.ts';
import { HIT_RATE, MODEL_VERSION, progressQuery, STAGE, tailReplayId } from './messages.ts';
import type { EpochReport, Progress, TrainModelInput, TrainModelResult } from './messages.ts';
import { replayPartition } from './replay-partition.ts';

/**
 * Trains a new model version from the live one: dataset, an activity an epoch, measurement beside the parent on
 * events that neither saw, tail replay, and promotion when it is not worse. Cancelled or failed, it leaves nothing.
 */
export async function trainModel(input: TrainModelInput): Promise<TrainModelResult> {
  const run = new TrainingRun(input);
  setHandler(progressQuery, () => run.progress());
  try {
    return await run.train();
  } catch (error) {
    run.enter(isCancellation(error) ? 'cancelled' : 'failed', 0, 0);
    await CancellationScope.nonCancellable(() =>
      quickTraining('Cleans up after a run that ended early').endTraining({
        run: workflowInfo().workflowId,
        version: input.version,
      }),
    );
    throw error;
  }
}

class TrainingRun {
  readonly #input: TrainModelInput;
  readonly #run = workflowInfo().workflowId;
  readonly #epochs: EpochReport[] = [];
  #prepared: PreparedRun | undefined;
  #progress: Progress = { stage: 'starting', done: 0, total: 0 };

  constructor(input: TrainModelInput) {
    this.#input = input;
    upsertSearchAttributes([{ key: MODEL_VERSION, value: input.version }]);
  }

  progress(): Progress {
    return this.#progress;
  }

  async train(): Promise<TrainModelResult> {
    const prepared = await this.#prepare();
    const best = await this.#trainEpochs();
    this.enter('measuring', this.#epochs.length, this.#input.epochs);
    const holdout = await training(
      `Measures ${prepared.version} (epoch ${String(best.epoch)}) beside ${prepared.parent} on events that neither saw`,
    ).evaluateCandidate({ run: this.#run, epoch: best.epoch });
    upsertSearchAttributes([{ key: HIT_RATE, value: holdout.candidate }]);
    const verdict = verdictOf(this.#input.promote, prepared, holdout);
    const registered = await this.#register(best, holdout);
    const positions = verdict.promote ? await this.#promote(prepared, registered) : [];
    await quickTraining('Removes the working files of the run').endTraining({ run: this.#run });
    this.enter(verdict.promote ? 'promoted' : 'not promoted', 1, 1);
    return {
      workflowId: this.#run,
      version: prepared.version,
      parent: prepared.parent,
      promoted: verdict.promote,
      why: verdict.why,
      epochs: this.#epochs,
      bestEpoch: best.epoch,
      holdout,
      positions,
      seed: this.#input.seed,
      datasetSha256: prepared.datasetSha256,
    };
  }

  async #prepare(): Promise<PreparedRun> {
    this.enter('dataset', 0, this.#input.epochs);
    const { version, trainer, epochs, settings = {}, seed, holdoutShare } = this.#input;
    this.#prepared = await training(
      'Replays the live model to the cut and writes the dataset: newer events are held out to measure on',
    ).prepareDataset({
      ...{ run: this.#run, version, epochs, settings, seed, holdoutShare },
      ...(trainer !== undefined && { trainer }),
    });
    return this.#prepared;
  }

  async #trainEpochs(): Promise<EpochReport> {
    const { epochs, patience } = this.#input;
    let best: EpochReport | undefined;
    for (let epoch = 1; epoch <= epochs; epoch += 1) {
      this.enter(`epoch ${String(epoch)} of ${String(epochs)}`, epoch - 1, epochs);
      const report = await training(
        `Trains epoch ${String(epoch)} of ${String(epochs)} and writes its checkpoint`,
      ).trainEpoch({ run: this.#run, epoch });
      this.#epochs.push(report);
      upsertSearchAttributes([{ key: HIT_RATE, value: report.hitRate10 }]);
      if (best === undefined || report.hitRate10 >= best.hitRate10) best = report;
      if (epoch - best.epoch >= patience) break;
    }
    if (best === undefined) throw new RangeError('a run trains at least one epoch');
    return best;
  }

  async #register(best: EpochReport, holdout: Evaluation): Promise<RegisteredCandidate> {
    this.enter('registering', this.#epochs.length, this.#input.epochs);
    return training(
      `Registers epoch ${String(best.epoch)} as model version ${this.#input.version}`,
    ).registerVersion({
      run: this.#run,
      epoch: best.epoch,
      metrics: {
        hitRate10: holdout.candidate,
        parentHitRate10: holdout.parent,
        holdoutEvents: holdout.events,
        validationHitRate10: best.hitRate10,
        loss: best.loss,
        epoch: best.epoch,
      },
    });
  }

  /** Brings the new version to the head beside the live one, and makes it live. */
  async #promote(
    prepared: PreparedRun,
    registered: RegisteredCandidate,
  ): Promise<readonly string[]> {
    const { version } = registered;
    this.enter('tail replay', 0, registered.heads.length);
    const { leaseMsMax } = this.#input;
    await Promise.all(
      registered.heads.map((to, partition) =>
        executeChild(replayPartition, {
          workflowId: tailReplayId(this.#run, partition),
          args: [
            {
              partition,
              leaseMsMax,
              bounded: { version, from: prepared.cut[partition] ?? -1, to },
            },
          ],
          staticSummary: `Tail replay of ${version}, partition ${String(partition)}`,
          staticDetails:
            'Feeds the events since the cut to the new version, so that it takes over without a gap.',
        }),
      ),
    );
    this.enter('promoting', 0, 1);
    const promotion = await quickTraining(
      `Makes ${version} the live model from one position of the journal on`,
    ).promoteVersion({ version });
    return promotion.positions;
  }

  enter(stage: string, done: number, total: number): void {
    this.#progress = { stage, done, total };
    upsertSearchAttributes([{ key: STAGE, value: stage }]);
    setCurrentDetails(this.#story(stage));
  }

  #story(stage: string): string {
    const { version } = this.#input;
    const parts = [`Model **${version}**: ${stage}.`];
    if (this.#prepared !== undefined) {
      const { events, users, items, parent, holdoutEvents } = this.#prepared;
      parts.push(
        `Trained from **${parent}** on ${String(events)} interactions of ${String(users)} users with ${String(items)} items; ` +
          `${String(holdoutEvents)} newer ones are held out.`,
      );
    }
    for (const { epoch, loss, hitRate10, seconds } of this.#epochs) {
      parts.push(
        `- epoch ${String(epoch)}: loss ${loss.toFixed(4)}, hit rate at 10 ${hitRate10.toFixed(4)} (${seconds.toFixed(1)} s)`,
      );
    }
    return parts.join('\n');
  }
}

interface Verdict {
  readonly promote: boolean;
  readonly why: string;
}

function verdictOf(
  wish: TrainModelInput['promote'],
  { version, parent }: PreparedRun,
  { candidate, parent: before, events }: Evaluation,
): Verdict {
  const rates = `hit rate at 10 on ${String(events)} held-out events: ${version} ${candidate.toFixed(4)}, ${parent} ${before.toFixed(4)}`;
  if (wish === 'never') return { promote: false, why: `promotion was not asked for; ${rates}` };
  if (events === 0) {
    return {
      promote: false,
      why: 'no held-out event was of a user and an item known before, so nothing was shown',
    };
  }
  return candidate >= before
    ? { promote: true, why: `not worse: ${rates}` }
    : { promote: false, why: `worse: ${rates}` };
}
