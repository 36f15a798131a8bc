import {
  DEFAULT_LEARNER_SETTINGS,
  ISGD_LEARNER_SETTINGS,
  type LearnerSettings,
} from '../../model/settings.ts';
import { BLEND_LEARNER_SETTINGS } from '../../model/stream/blend-settings.ts';

/** The learners that an instance may be made with. */
export const LEARNERS = ['blend', 'gmf', 'isgd'] as const;

/** One of {@link LEARNERS}. */
export type LearnerName = (typeof LEARNERS)[number];

/** The learner of an instance whose maker names none. */
export const DEFAULT_LEARNER: LearnerName = 'gmf';

const SETTINGS: Readonly<Record<LearnerName, LearnerSettings>> = {
  blend: BLEND_LEARNER_SETTINGS,
  gmf: DEFAULT_LEARNER_SETTINGS,
  isgd: ISGD_LEARNER_SETTINGS,
};

/** The settings that an instance's first version gets. */
export function settingsOf(learner: LearnerName = DEFAULT_LEARNER): LearnerSettings {
  return SETTINGS[learner];
}
