import type { BlendRule } from './blend-rule.ts';
import type { LearnerSettings } from './settings.ts';

/** The most negatives that a positive may draw. */
export const NEGATIVES_MAX = 64;

type Check<Name> = readonly [name: Name, holds: (value: number) => boolean, form: string];

const CHECKS: readonly Check<keyof LearnerSettings>[] = [
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

function wholeNumber(name: keyof BlendRule, least: number, most: number): Check<keyof BlendRule> {
  return [
    name,
    (count) => Number.isInteger(count) && count >= least && count <= most,
    `a whole number from ${String(least)} to ${String(most)}`,
  ];
}

function share(name: keyof BlendRule): Check<keyof BlendRule> {
  return [name, (value) => value >= 0 && value <= 1, 'a number from 0 to 1'];
}

/** Bounds of the blend's rule: what it keeps an item, a user and a question grows with these. */
const BLEND_CHECKS: readonly Check<keyof BlendRule>[] = [
  share('biasRate'),
  share('fading'),
  share('weightRate'),
  wholeNumber('contextItemsMax', 1, 64),
  wholeNumber('revisits', 0, 64),
  wholeNumber('windowEventsMax', 0, 100_000),
  wholeNumber('partnersMax', 1, 4_096),
  wholeNumber('popularMax', 1, 1_000),
  wholeNumber('candidatesMax', 1, 16_384),
  wholeNumber('weighedEvery', 1, 1_000_000),
];

/** Throws an Error of code INVALID, naming field and remedy, where a learner's settings cannot be used. */
export function checkSettings(settings: LearnerSettings): void {
  const { blend } = settings;
  const learner: string = settings.learner;
  if (learner !== 'isgd' && learner !== 'gmf' && learner !== 'blend') {
    throw invalid(`learner is isgd, gmf or blend, not ${learner}`);
  }
  if ((learner === 'blend') !== (blend !== undefined)) {
    throw invalid(`settings.blend is there where the learner is blend, and only there`);
  }
  for (const [name, holds, form] of CHECKS) checkNumber(name, settings[name], holds, form);
  if (blend === undefined) return;
  for (const [name, holds, form] of BLEND_CHECKS) {
    checkNumber(`blend.${name}`, blend[name], holds, form);
  }
}

function checkNumber(
  name: string,
  value: unknown,
  holds: (value: number) => boolean,
  form: string,
): void {
  if (typeof value === 'number' && holds(value)) return;
  throw invalid(`${name} must be ${form}, not ${String(value)}`);
}

function invalid(message: string): Error {
  return Object.assign(new Error(message), { code: 'INVALID' });
}
