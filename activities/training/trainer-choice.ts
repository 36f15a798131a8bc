import { RepriseError } from '../../events/error.ts';
import { checkBatchSettings } from '../../model/batch/batch-check.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import type { TrainerChoice } from './trainer.ts';
import type { PrepareInput } from './training.ts';

/** Epochs of a run that names none. */
const EPOCHS_DEFAULT = 8;

/** What a version's learner says, or the run itself: no setting changes it. */
const FIXED = ['dimensions', 'epochs', 'seed', 'warmStartEpochs'];

/** Takes how a run trains from what it is prepared from; throws INVALID on a setting that is none, or out of its range. */
export function choiceOf(
  input: Pick<PrepareInput, 'trainer' | 'epochs' | 'settings'>,
): TrainerChoice {
  const { trainer = 'tfjs', epochs = EPOCHS_DEFAULT, settings } = input;
  const fixed = FIXED.find((name) => Object.hasOwn(settings, name));
  if (fixed !== undefined) {
    throw new RepriseError('INVALID', `settings.${fixed} is not a setting of a run: leave it out`);
  }
  try {
    checkBatchSettings(settings);
  } catch (error) {
    throw new RepriseError('INVALID', `settings: ${(error as Error).message}`);
  }
  return { trainer, epochs, settings };
}

/** Throws INVALID where the live learner could not go on from what the trainer makes. */
export function refuseUnfit({ trainer }: TrainerChoice, { learner }: LearnerSettings): void {
  if (trainer !== 'tfjs' || learner !== 'isgd') return;
  throw new RepriseError(
    'INVALID',
    'an isgd version has no output layer for tfjs to learn: train it with the kernel (--trainer kernel)',
    { field: 'trainer' },
  );
}
