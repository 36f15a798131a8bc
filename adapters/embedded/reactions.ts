import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReactionRecord, ReactionStore } from '../../activities/feedback/reaction-store.ts';
import type { TrialsState } from '../../projections/trials.ts';
import { publishFile } from '../published-file.ts';
import { isMissing } from '../tensor-file.ts';

/** How to open the counts. */
export interface ReactionFolder {
  readonly folder: string;
  /** Told where the counts can't be read: those of reactions are made again from the journal, those of answers are gone. */
  readonly onDamage: (path: string, error: unknown) => void;
  readonly yieldNow: () => Promise<void>;
}

/** The first line of the file: all but the trials, and how many lines of these follow. */
interface Head extends Omit<ReactionRecord, 'counts'> {
  readonly clickThrough: ReactionRecord['counts']['clickThrough'];
  readonly experiments: number;
}

/** A line of an experiment. */
interface ExperimentLine {
  readonly experiment: string;
  readonly trials: TrialsState;
}

/** Opens the counts of a folder, which need not be there yet: a file of JSON lines, one an experiment after the first. */
export function openReactions({ folder, onDamage, yieldNow }: ReactionFolder): ReactionStore {
  const path = join(folder, 'counts.ndjson');
  return {
    async read() {
      try {
        return parsed(await readFile(path, 'utf8'));
      } catch (error) {
        if (!isMissing(error)) onDamage(path, error);
        return undefined;
      }
    },
    async write({ heads, sinceMs, counts }) {
      const experiments = Object.entries(counts.trials);
      const { clickThrough } = counts;
      const head: Head = { heads, sinceMs, clickThrough, experiments: experiments.length };
      let text = `${JSON.stringify(head)}\n`;
      for (const [experiment, trials] of experiments) {
        await yieldNow();
        const line: ExperimentLine = { experiment, trials };
        text += `${JSON.stringify(line)}\n`;
      }
      await mkdir(folder, { recursive: true });
      await publishFile(path, text);
    },
  };
}

function parsed(text: string): ReactionRecord {
  const [first, ...rest] = text.trimEnd().split('\n');
  const { heads, sinceMs, clickThrough, experiments } = JSON.parse(first ?? '') as Head;
  const isWhole =
    Array.isArray(heads) &&
    Array.isArray(clickThrough.rows) &&
    Array.isArray(clickThrough.clicked) &&
    typeof sinceMs === 'number' &&
    rest.length === experiments;
  if (!isWhole) throw new TypeError('the counts are not whole');
  const lines = rest.map((line) => JSON.parse(line) as ExperimentLine);
  const trials = Object.fromEntries(lines.map((line) => [line.experiment, line.trials]));
  return { heads, sinceMs, counts: { clickThrough, trials } };
}
