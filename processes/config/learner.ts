import {
  DEFAULT_LEARNER_SETTINGS,
  ISGD_LEARNER_SETTINGS,
  type LearnerSettings,
} from '../../model/settings.ts';
import { BLEND_LEARNER_SETTINGS } from '../../model/stream/blend-settings.ts';
import type { Profile } from './profile.ts';

/** The learners that an instance may be made with. */
export const LEARNERS = ['blend', 'gmf', 'isgd'] as const;

/** One of {@link LEARNERS}. */
export type LearnerName = (typeof LEARNERS)[number];

const DEFAULTS: Readonly<Record<Profile, LearnerName>> = {
  embedded: 'blend',
  // With a blend every API of a cluster learns every event itself, so a cluster asks for it by name.
  cluster: 'gmf',
};

const SETTINGS: Readonly<Record<LearnerName, LearnerSettings>> = {
  blend: BLEND_LEARNER_SETTINGS,
  gmf: DEFAULT_LEARNER_SETTINGS,
  isgd: ISGD_LEARNER_SETTINGS,
};

/** The learner of an instance that is made under a profile by one who names none. */
export function defaultLearnerOf(profile: Profile): LearnerName {
  return DEFAULTS[profile];
}

/** The settings that the first version of an instance with this learner gets. */
export function settingsOf(learner: LearnerName): LearnerSettings {
  return SETTINGS[learner];
}
