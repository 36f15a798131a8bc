import type { Instruments } from '../../activities/instruments.ts';
import { METRICS } from '../../activities/metrics.ts';
import type { TrainerPool } from '../../activities/training/trainer.ts';
import type { DoorPort } from '../../api/deps.ts';
import { furthestOf } from '../../events/position.ts';
import type { IndexBuilder } from '../../projections/index-release.ts';
import type { Searcher } from '../../projections/searcher.ts';

/** What ports are measured with. */
export interface PortMeter {
  readonly instruments: Instruments;
  /** Milliseconds with fractions. */
  readonly clock: () => number;
}

/**
 * A door that counts what came in, and tells where it stands, where that is not told by the journal of this process
 * itself.
 */
export function meteredDoor(
  door: DoorPort,
  { instruments }: PortMeter,
  appended?: (partition: number, sequence: number) => void,
): DoorPort {
  const accepted = instruments.series(METRICS.accepted);
  const duplicates = instruments.series(METRICS.duplicates);
  return {
    async accept(incoming, traceparent) {
      const answer = await door.accept(incoming, traceparent);
      accepted(answer.accepted);
      if (answer.duplicates > 0) duplicates(answer.duplicates);
      if (appended !== undefined) {
        for (const { partition, sequence } of furthestOf(answer.positions)) {
          appended(partition, sequence);
        }
      }
      return answer;
    },
    publishItem: (item, metadata, id) => door.publishItem(item, metadata, id),
  };
}

/** A searcher whose searches are measured; where it finds none, the answer is scanned exactly. */
export function meteredSearcher(searcher: Searcher, { instruments, clock }: PortMeter): Searcher {
  const approximate = instruments.series(METRICS.searches, 'approximate');
  const exact = instruments.series(METRICS.searches, 'exact');
  return {
    get release() {
      return searcher.release;
    },
    async search(release, partition, query, k) {
      const beganMs = clock();
      const outcome = await searcher.search(release, partition, query, k);
      (outcome.labels === undefined ? exact : approximate)((clock() - beganMs) / 1_000);
      return outcome;
    },
    use: (manifest, folder) => searcher.use(manifest, folder),
    status: () => searcher.status(),
    close: () => searcher.close(),
  };
}

/** An index builder whose builds are measured. */
export function meteredBuilder(
  builder: IndexBuilder,
  { instruments, clock }: PortMeter,
): IndexBuilder {
  return {
    async build(job, onProgress, signal) {
      const beganMs = clock();
      const manifest = await builder.build(job, onProgress, signal);
      instruments.series(METRICS.indexBuilds)((clock() - beganMs) / 1_000);
      instruments.series(METRICS.indexRecall)(manifest.recall10);
      return manifest;
    },
  };
}

/** Trainers whose epochs are measured. */
export function meteredTrainers(trainers: TrainerPool, { instruments }: PortMeter): TrainerPool {
  return {
    unavailable: (trainer) => trainers.unavailable(trainer),
    async epoch(job, control) {
      const result = await trainers.epoch(job, control);
      const { trainer } = job.choice;
      instruments.series(METRICS.epochs, trainer)(result.seconds);
      instruments.series(METRICS.epochHitRate, trainer)(result.hitRate10);
      instruments.series(METRICS.epochLoss, trainer)(result.loss);
      return result;
    },
    evaluate: (job, control) => trainers.evaluate(job, control),
    end: (run) => trainers.end(run),
  };
}
