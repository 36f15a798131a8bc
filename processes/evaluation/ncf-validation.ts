import { holdOutValidation } from '../../model/batch/validation-split.ts';
import { Draws } from '../trainer/draws.ts';
import type { NcfData } from './ncf-files.ts';

/** Negatives beside a validation item, as beside a test item. */
const NEGATIVES = 99;
/** The split is the same for every seed and trainer, so that settings are compared on one. */
const SPLIT_SEED = 20_170_816;

/** The training pairs alone, of which an item a user is held out: settings are chosen on it, not on the test. */
export function validationData({ pairs, counts }: NcfData): NcfData {
  const draws = new Draws(SPLIT_SEED, 0, 0);
  const split = holdOutValidation(pairs, NEGATIVES, (end) => draws.below(end));
  const ranked = split.cases.reduce((sum, { candidates }) => sum + candidates.length - 1, 0);
  return {
    ...split,
    counts: {
      ...counts,
      pairs: split.pairs.userRows.length,
      tests: split.cases.length,
      negatives: ranked,
      negativesEqualToPositive: 0,
      negativesTrained: 0,
      testsTrained: 0,
      usersWithoutTest: pairs.users - split.cases.length,
      usersWithoutTraining: 0,
    },
  };
}
