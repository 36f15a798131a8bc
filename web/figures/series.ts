import type { LiveSample } from '../../api/schema/live.ts';

/** Samples between which a rate is taken: one second alone is noise. */
const RATE_SAMPLES = 3;

/** Events a second at each sample; null where there is nothing to compare with. */
export function ratesOf(samples: readonly LiveSample[]): readonly (number | null)[] {
  return samples.map((sample, at) => {
    const before = samples[Math.max(0, at - RATE_SAMPLES)];
    if (before === undefined || before.at >= sample.at) return null;
    return Math.max(0, ((sample.events - before.events) / (sample.at - before.at)) * 1_000);
  });
}

/** The versions that any sample has a recall of, in the order in which they came. */
export function versionsOf(samples: readonly LiveSample[]): readonly string[] {
  return [...new Set(samples.flatMap(({ recall10 }) => Object.keys(recall10)))];
}

/** The recall at 10 of a version at each sample, in percent; null where it was not known. */
export function recallsOf(
  samples: readonly LiveSample[],
  version: string,
): readonly (number | null)[] {
  return samples.map(({ recall10 }) => {
    const recall = recall10[version];
    return recall === undefined ? null : recall * 100;
  });
}
