import type { PagePort } from '../../api/deps.ts';
import type { ExploredPort } from '../../api/explored-port.ts';
import type { RecommendationAnswer } from '../../api/schema/answers.ts';
import type { ClickThroughAnswer } from '../../api/schema/click-through.ts';
import type { ExperimentAnswer } from '../../api/schema/experiments.ts';
import type { ListedItem, RunSummary } from '../../api/schema/listings.ts';
import type { LiveSample } from '../../api/schema/live.ts';
import type { AnswerProofAnswer, LineageAnswer } from '../../api/schema/proofs.ts';
import type { ScheduleAnswer } from '../../api/schema/schedules.ts';
import type { TravelAnswer } from '../../api/schema/travels.ts';
import type { VerifyReport } from '../../api/schema/verification.ts';
import type { WhatIfAnswer } from '../../api/schema/what-if.ts';

/** A ranked item. */
export const SCORED = { id: 'song', score: 1.25, title: 'A song' };
/** Where every answer stands. */
export const PLACE = ['0:7'];
/** A log of exploration with one choice. */
export const EXPLORED: ExploredPort = {
  async *tell() {
    yield await Promise.resolve({ answer: 'a', propensity: 0.5, target: 1, reward: 1 });
  },
};
/** The item that came out last. */
export const NEWEST = { id: 'song', timeMs: Date.UTC(2026, 0, 1) };
/** Users who are like one. */
export const NEARBY = [
  { id: 'bo', score: 0.5 },
  { id: 'cy', score: 0.25 },
] as const;

/** What somebody did with an item. */
export const ITEM_EVENT = { user: 'u', type: 'play', time: '2026-01-01T00:00:00.000Z' };
/** One event that was refused. */
export const DEAD_LETTERS = {
  refused: 1,
  deadLetters: [
    {
      position: '0:3',
      reason: 'why',
      type: 'play',
      item: 'song',
      time: '2026-01-01T00:00:00Z',
    },
  ],
};
/** An erasure that gathers. */
export const ERASURE = {
  erasureId: 'e1',
  state: 'collecting' as const,
  users: 1,
  requestedAt: '2026-01-01T00:00:00.000Z',
  identitiesDestroyed: true,
};
/** A quarantine that is being built. */
export const QUARANTINE = {
  quarantineId: 'q1',
  state: 'building' as const,
  inForce: false,
  users: 1,
  events: 2,
  from: ['0:-1'],
  to: PLACE,
  requestedAt: '2026-01-01T00:00:00.000Z',
};

/** Two answers, one of them clicked. */
export const CLICK_THROUGH: ClickThroughAnswer = {
  since: '2026-01-01T00:00:00.000Z',
  complete: true,
  rows: [
    {
      ...{ model: 'first', scenario: null, impressions: 2 },
      ...{ clicked: 1, clicks: 1, dismissals: 0, rate: 0.5 },
    },
  ],
};

/** An experiment that has just begun. */
export const EXPERIMENT: ExperimentAnswer = {
  ...{ experiment: 'front', startedAt: '2026-01-01T00:00:00.000Z', effect: 0.01, full: false },
  uncounted: null,
  arms: ['plain', 'bold'].map((name) => ({
    ...{ name, share: 0.5, scenario: null, version: null, users: 0, answers: 0, clicked: 0 },
    ...{ rate: null, comparison: null },
  })),
};

/** An answer for a user. */
export const RECOMMENDATION: RecommendationAnswer = {
  recommendationId: 'r1',
  basedOn: 'user',
  position: PLACE,
  model: 'first',
  search: { mode: 'exact' },
  items: [SCORED],
};

/** Where that answer came from. */
export const LINEAGE: LineageAnswer = {
  ...{ recommendationId: 'r1', basedOn: 'user', user: 'u', n: 10, exclude: 'seen', item: null },
  rules: null,
  experiment: null,
  ...{ position: PLACE, appendedAt: ['2026-01-01T00:00:00.000Z'] },
  model: { version: 'first', learner: 'gmf', parent: null, start: ['0:-1'] },
  ...{ release: null, verdict: 'equal', items: [SCORED] },
};

const AS_IT_IS = { basedOn: 'user', position: PLACE, model: 'first', items: [SCORED] } as const;

/** A question that changes nothing. */
export const WHAT_IF: WhatIfAnswer = {
  before: AS_IT_IS,
  after: AS_IT_IS,
  difference: { entered: [], left: [], moved: [] },
};

/** That the answer is given again. */
export const PROOF: AnswerProofAnswer = {
  ...{ recommendationId: 'r1', equal: true, verdict: 'equal', method: 'exact' },
  ...{ expectedHash: 'ab', recomputedHash: 'ab', changedByErasure: false, items: [SCORED] },
};

/** A travel that takes long. */
export const TRAVEL: TravelAnswer = {
  travelId: 'travel-0123456789abcdef',
  state: 'running',
  position: PLACE,
  progress: { done: 1, total: 7 },
  poll: '/v1/travels/travel-0123456789abcdef',
};

/** A verification that holds. */
export const VERIFIED: VerifyReport = {
  ...{ equal: true, version: 'v1', hash: 'ab', live: 'ab', positions: ['0:7'] },
  ...{ events: 8, differing: [] },
};

/** A schedule that has run. */
export const SCHEDULE: ScheduleAnswer = {
  ...{ name: 'verify', state: 'on', when: '17 3 * * *', variable: 'REPRISE_SCHEDULE_VERIFY' },
  ...{ workflow: 'verifyReplay', note: 'Proves.', scheduleId: 'reprise-verify' },
  ...{ url: 'http://127.0.0.1:8233/s', nextRun: '2026-01-02T03:17:00.000Z' },
  lastRun: {
    ...{ at: '2026-01-01T03:17:20.000Z', workflowId: 'scheduled-verify-1' },
    ...{ url: 'http://127.0.0.1:8233/w', state: 'completed' },
  },
  ...{ runs: 3, skipped: 0, missed: 0 },
};

/** Figures that never change. */
export const SAMPLE: LiveSample = {
  ...{ at: Date.UTC(2026, 0, 1), model: 'first', events: 8, behind: 0 },
  ...{ freshMs: { p50: 2, p99: 9 }, recall10: { first: 0.25 }, users: 1, items: 2, refused: 1 },
};

/** A page of two files. */
export const PAGE: PagePort = {
  document: { mediaType: 'text/html; charset=utf-8', bytes: Buffer.from('<!doctype html>') },
  assets: new Map([
    [
      'app-1a2b.js',
      {
        mediaType: 'text/javascript; charset=utf-8',
        bytes: Buffer.from('export {};'),
        gzipped: Buffer.from('zipped'),
      },
    ],
  ]),
};

/** An item in short. */
export const LISTED: ListedItem = {
  ...{ id: 'song', title: 'A song', met: true },
  attributes: { year: 1999 },
};

/** A training that is under way. */
export const RUN: RunSummary = {
  ...{ kind: 'training', workflowId: 'train-1', url: 'http://127.0.0.1:8233/train-1' },
  ...{ state: 'running', startedAt: '2026-01-01T00:00:00.000Z' },
};
