import type { Kernel, KernelFactory, Pointer } from '../kernel/kernel.ts';
import { drawnRow } from '../kernel/plain-scalar.ts';
import { FEATURE_SPANS, FEATURES } from './blend-features.ts';
import { BlendWeights } from './blend-weights.ts';
import { CandidateSet } from './candidate-set.ts';
import type { GmfStreamSettings, ItemSeed } from './gmf-learner.ts';
import { GMF_STREAM_SETTINGS, GmfLearner } from './gmf-learner.ts';
import type { Capturable, LearnerState } from './learner-state.ts';
import { prefixed, unprefixed } from './learner-state.ts';
import { NeighbourSource } from './neighbour-source.ts';
import { PopularitySource } from './popularity-source.ts';
import type { RankingQuestion, StreamEvent, StreamLearner } from './stream-learner.ts';
import { TopRows } from './top-rows.ts';
import { TransitionSource } from './transition-source.ts';

/** How {@link BlendLearner} learns. */
export interface BlendSettings {
  /** The step size of the features' weights. */
  readonly weightRate: number;
  /** Partners of an item that transitions and neighbours keep. */
  readonly partnersMax: number;
  /** Items that each speed of popularity proposes. */
  readonly popularMax: number;
  readonly candidatesMax: number;
  /** One event in so many moves the weights, drawn by its key. */
  readonly weighedEvery: number;
}

/** One set for all streams: found on the first halves of two (benchmarks/sweeps/). */
export const BLEND_SETTINGS: BlendSettings = {
  weightRate: 0.02,
  partnersMax: 512,
  popularMax: 50,
  candidatesMax: 1_024,
  weighedEvery: 4,
};

/** Tells the draw that chooses whether an event moves the weights from the others of its key. */
const WEIGHED_KEY = 0x77656967;

const NOTHING = new Uint32Array(0);
/** Brings scores of `gmf` to the size of the other features. */
const GMF_SCALE = 0.35;

/**
 * Blends what the log gives for free: sources propose candidates and say what they know of each, and weights that are
 * learned by a softmax over the candidates, in the context of the user, make one score of it.
 */
export class BlendLearner implements StreamLearner, Capturable {
  readonly name = 'blend';
  readonly settings: BlendSettings;
  readonly #kernel: Kernel;
  readonly gmf: GmfLearner;
  readonly popularity: PopularitySource;
  readonly transitions: TransitionSource;
  readonly neighbours: NeighbourSource;
  readonly weights = new BlendWeights();
  readonly #candidates: CandidateSet;
  readonly #scoresAt: Pointer;
  readonly #currentAt: Pointer;
  readonly #newest: Uint32Array;
  readonly #top = new TopRows();
  readonly #gmfScores: Float32Array;
  /** What the candidates at hand were gathered for; undefined once anything was learned. */
  #asked: RankingQuestion | undefined;

  constructor(
    kernels: KernelFactory,
    settings: BlendSettings = BLEND_SETTINGS,
    gmf: GmfStreamSettings = GMF_STREAM_SETTINGS,
    seed?: ItemSeed,
  ) {
    this.settings = settings;
    this.gmf = new GmfLearner(kernels, gmf, seed);
    const kernel = kernels.create();
    this.#kernel = kernel;
    this.popularity = new PopularitySource(kernel, settings.popularMax);
    this.transitions = new TransitionSource(kernel, settings.partnersMax);
    this.neighbours = new NeighbourSource(kernel, settings.partnersMax);
    this.#newest = new Uint32Array(gmf.contextItemsMax);
    this.#scoresAt = kernel.alloc(settings.candidatesMax * 4);
    this.#currentAt = kernel.alloc(FEATURES.count * 4);
    this.#candidates = new CandidateSet(kernel, settings.candidatesMax);
    this.#gmfScores = new Float32Array(settings.candidatesMax);
  }

  get items(): number {
    return this.gmf.items;
  }

  /** Ranks the candidates: what the user's newest items lead to, and what is popular. */
  rank(question: RankingQuestion, rows: Uint32Array, scores: Float32Array): number {
    this.#gather(question);
    this.#top.begin(rows.length);
    const candidates = this.#candidates.rows;
    const theirs = this.#kernel.f32(this.#scoresAt, candidates.length);
    for (let slot = 0; slot < candidates.length; slot++) {
      this.#top.offer(candidates[slot] as number, theirs[slot] as number);
    }
    const found = this.#top.take(rows, scores);
    return found < rows.length ? this.#fill(question, rows, scores, found) : found;
  }

  /** What each source adds to a candidate's score, by name; undefined for an item that is no candidate. */
  explain(question: RankingQuestion, itemRow: number): Record<string, number> | undefined {
    this.#gather(question);
    const slot = this.#candidates.find(itemRow);
    if (slot < 0) return undefined;
    const said = this.#candidates.said(slot);
    const shares: Record<string, number> = {};
    for (const [name, from, to] of FEATURE_SPANS) {
      let sum = 0;
      for (let at = from; at < to; at++) {
        sum += (said[at] as number) * (this.weights.current[at] as number);
      }
      shares[name] = sum;
    }
    return shares;
  }

  learn(event: StreamEvent): void {
    const { userRow, itemRow, timeMs, weight, positive } = event;
    if (positive === 1 && itemRow < this.items && this.#isWeighed(event)) {
      // Asked for only here: what a user has had may be long.
      this.#gather({ userRow, timeMs, excluded: event.excluded ?? NOTHING });
      this.#weigh(this.#candidates.find(itemRow), weight);
    }
    const count = this.gmf.parts.latest.read(userRow, this.#newest);
    this.gmf.learn(event);
    this.grow(userRow + 1, itemRow + 1);
    if (positive === 1) this.learnSources(itemRow, timeMs, weight, this.#newest, count);
  }

  /** Makes the first users and items known, up to so many. */
  grow(users: number, items: number): void {
    this.#asked = undefined;
    this.gmf.grow(users, items);
    this.popularity.grow(this.items);
    this.neighbours.grow(this.items);
  }

  /** Lets go of the candidates at hand, for who changed rows or weights from outside. */
  forget(): void {
    this.#asked = undefined;
  }

  /** Lets the sources alone learn of an item and of those that its user had just before, newest first. */
  learnSources(
    itemRow: number,
    timeMs: number,
    weight: number,
    newest: Uint32Array,
    count: number,
  ): void {
    this.#asked = undefined;
    this.popularity.learn(itemRow, timeMs, weight);
    this.transitions.learn(itemRow, newest, count, weight);
    this.neighbours.learn(itemRow, newest, count, weight);
  }

  capture(): LearnerState {
    const state: Record<string, LearnerState> = {};
    for (const [name, part] of this.#parts()) state[name] = prefixed(name, part.capture());
    return Object.assign({}, ...Object.values(state)) as LearnerState;
  }

  /** Takes over a captured state; only a learner that knows nothing yet can. */
  restore(state: LearnerState): void {
    for (const [name, part] of this.#parts()) part.restore(unprefixed(name, state));
    this.checkRestored();
  }

  /** Throws a RangeError where what was restored names items without rows: the kernel would read past them. */
  checkRestored(): void {
    this.#asked = undefined;
    const { items, popularity, transitions, neighbours } = this;
    const reach = Math.max(transitions.pairs.reach, neighbours.pairs.reach);
    if (popularity.items !== items || neighbours.items !== items || reach > items) {
      throw new RangeError('what is known of items does not fit their rows');
    }
  }

  #isWeighed({ key0, key1 }: StreamEvent): boolean {
    const word = this.#kernel.functions.draw(key0 ^ WEIGHED_KEY, key1, 0);
    return drawnRow(word, this.settings.weighedEvery) === 0;
  }

  #parts(): [string, Capturable][] {
    return [
      ['gmf', this.gmf],
      ['popularity', this.popularity],
      ['transitions', this.transitions],
      ['neighbours', this.neighbours],
      ['weights', this.weights],
    ];
  }

  /** Gathers and scores the candidates of a question, unless they are at hand. */
  #gather(question: RankingQuestion): void {
    if (this.#asked !== undefined && isSame(this.#asked, question)) return;
    const { userRow, timeMs, excluded } = question;
    const candidates = this.#candidates;
    const count = this.gmf.parts.latest.read(userRow, this.#newest);
    candidates.begin(this.items, excluded);
    this.#proposeRepeats(count);
    this.transitions.propose(candidates, this.#newest, count);
    this.popularity.propose(candidates);
    this.neighbours.propose(candidates, this.#newest, count);
    this.neighbours.describe(candidates);
    this.popularity.describe(candidates, timeMs);
    this.#describeGmf(userRow);
    const gapMs = count === 0 ? 0 : timeMs - this.gmf.parts.latest.timeMs(userRow);
    this.weights.choose(gapMs, this.gmf.parts.latest.count(userRow));
    this.#score();
    // A copy: what is left out may change before the next question.
    this.#asked = { userRow, timeMs, excluded: excluded.slice() };
  }

  /** Fills the places that the candidates leave with the best others of `gmf`, all below them. */
  #fill(
    { userRow, excluded }: RankingQuestion,
    rows: Uint32Array,
    scores: Float32Array,
    found: number,
  ): number {
    const candidates = this.#candidates.rows;
    const leftOut = new Uint32Array(excluded.length + candidates.length);
    leftOut.set(excluded);
    leftOut.set(candidates, excluded.length);
    const question = { userRow, timeMs: 0, excluded: leftOut };
    const [others, theirScores] = [rows.subarray(found), scores.subarray(found)];
    const added = this.gmf.rank(question, others, theirScores);
    const least = found === 0 ? 0 : (scores[found - 1] as number);
    const best = theirScores[0] as number;
    for (let at = 0; at < added; at++) {
      theirScores[at] = least - (best - (theirScores[at] as number)) * GMF_SCALE;
    }
    return found + added;
  }

  /** The user's own newest items, the nearer the likelier. */
  #proposeRepeats(count: number): void {
    const candidates = this.#candidates;
    for (let at = 0; at < count; at++) {
      const slot = candidates.slot(this.#newest[at] as number);
      if (slot < 0) continue;
      const before = candidates.said(slot)[FEATURES.repeats] as number;
      candidates.say(slot, FEATURES.repeats, before + 1 / (1 + at));
    }
  }

  #describeGmf(userRow: number): void {
    const { rows, features } = this.#candidates;
    const scores = this.#gmfScores;
    this.gmf.scoreRows(userRow, rows, scores);
    const { floats } = this.#kernel;
    let at = (features >>> 2) + FEATURES.gmf;
    for (let slot = 0; slot < rows.length; slot++, at += FEATURES.count) {
      floats[at] = (scores[slot] as number) * GMF_SCALE;
    }
  }

  #score(): void {
    const { features, size } = this.#candidates;
    this.#kernel.floats.set(this.weights.current, this.#currentAt >>> 2);
    const { functions } = this.#kernel;
    functions.scoreFeatures(features, size, FEATURES.count, this.#currentAt, this.#scoresAt);
  }

  /** Moves the weights to where the event's candidate would have stood higher; spends the scores. */
  #weigh(wanted: number, weight: number): void {
    if (wanted < 0) return;
    const { features, size } = this.#candidates;
    const { functions } = this.#kernel;
    // The room of the current weights takes the gradient: the next question sets it anew.
    const out = this.#currentAt;
    functions.softmaxGradient(features, size, FEATURES.count, this.#scoresAt, wanted, out);
    const gradient = this.#kernel.f32(out, FEATURES.count);
    this.weights.move(gradient, this.settings.weightRate * weight);
  }
}

function isSame(left: RankingQuestion, right: RankingQuestion): boolean {
  return (
    left.userRow === right.userRow &&
    left.timeMs === right.timeMs &&
    left.excluded.length === right.excluded.length &&
    isEqual(left.excluded, right.excluded)
  );
}

function isEqual(left: Uint32Array, right: Uint32Array): boolean {
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false;
  return true;
}
