import type { LearnerSettings } from './settings.ts';

/** The most negatives that a positive may draw. */
export const NEGATIVES_MAX = 64;

type Check = readonly [
  name: keyof LearnerSettings,
  holds: (value: number) => boolean,
  form: string,
];

const CHECKS: readonly Check[] = [
  [
    'dimensions',
    (d) => Number.isInteger(d) && d % 4 === 0 && d >= 4 && d <= 256,
    'a multiple of 4 from 4 to 256',
  ],
  ['learningRate', (rate) => rate > 0 && rate <= 1, 'a number above 0 and up to 1'],
  ['regularization', (share) => share >= 0 && share <= 1, 'a number from 0 to 1'],
  [
    'negatives',
    (count) => Number.isInteger(count) && count >= 0 && count <= NEGATIVES_MAX,
    `a whole number from 0 to ${String(NEGATIVES_MAX)}`,
  ],
  ['initDeviation', (size) => size >= 0 && size <= 1, 'a number from 0 to 1'],
  [
    'popularityHalfLifeMs',
    (time) => time >= 1_000 && Number.isFinite(time),
    'a number from 1000 on',
  ],
];

/** Throws an Error of code INVALID, naming field and remedy, where a learner's settings cannot be used. */
export function checkSettings(settings: LearnerSettings): void {
  const learner: string = settings.learner;
  if (learner !== 'isgd' && learner !== 'gmf') {
    throw Object.assign(new Error(`learner is isgd or gmf, not ${learner}`), { code: 'INVALID' });
  }
  for (const [name, holds, form] of CHECKS) {
    const value = settings[name];
    if (typeof value === 'number' && holds(value)) continue;
    throw Object.assign(new Error(`${name} must be ${form}, not ${String(value)}`), {
      code: 'INVALID',
    });
  }
}
