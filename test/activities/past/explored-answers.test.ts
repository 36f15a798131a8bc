import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ExploredAnswers } from '../../../activities/past/explored-answers.ts';
import type {
  ExploredChoice,
  ExploredQuery,
  UnprovenAnswer,
} from '../../../activities/past/explored-answers.ts';
import { OffPolicySums } from '../../../model/off-policy/estimates.ts';
import type { Estimate } from '../../../model/off-policy/estimates.ts';
import type { AnswerLabel, Recommendation } from '../../../projections/answer.ts';
import { answerReader } from '../../../projections/recommendation-id.ts';
import { NO_RULES } from '../../../projections/rules/asked-rules.ts';
import type { AskedRules } from '../../../projections/rules/asked-rules.ts';
import { Expression } from '../../../projections/rules/expression.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';
import type { Told } from '../../doubles/partition-rig.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';
import { SIGNING_KEY, TravelWorld } from '../../doubles/travel-world.ts';

const USERS = 300;
const ITEMS = 8;
const LISTED = 3;
const NEVER = new AbortController().signal;

const EXPLORING: AskedRules = { ...NO_RULES, exploration: { share: 0.9, items: ITEMS } };
/** Other rules: the items with the highest numbers first. */
const TARGET: AskedRules = {
  ...NO_RULES,
  boost: new Expression('boost', 'item.id > "i4" ? 900.0 : 0.002'),
};

/** How probable a click is on an item at a place: what no estimate is told. */
function truth(item: string, place: number): number {
  return (0.1 + 0.1 * Number(item.slice(1))) * 0.8 ** place;
}

/** Listeners who were explored for, all at one place of the journal, and clicked as the truth has it. */
async function explored(): Promise<TravelWorld> {
  const world = await TravelWorld.open(await temporaryFolder(), 1, { learner: 'gmf' });
  const random = new SeededRandom(11);
  const { rig } = world.world;
  const plays = Array.from({ length: USERS }, (_, n): Told => ({
    ...{ user: `u${String(n)}`, item: `i${String(n % ITEMS)}` },
  }));
  await rig.tell(...plays);
  await world.catchUp();
  const reports: Told[] = [];
  for (let user = 0; user < USERS; user += 1) {
    const answer = await answered(world, user, EXPLORING, labelOf(user));
    reports.push(...reportsOf(`u${String(user)}`, answer, random));
  }
  await rig.tell(...reports);
  await world.catchUp();
  return world;
}

function labelOf(user: number): AnswerLabel {
  return { scenario: user % 4 === 0 ? 'few' : 'many', experiment: '', arm: '' };
}

function answered(
  world: TravelWorld,
  user: number,
  rules: AskedRules,
  label?: AnswerLabel,
): Promise<Recommendation> {
  const asked = { user: `u${String(user)}`, n: LISTED, exclude: 'none', rules } as const;
  return world.answer({ ...asked, ...(label && { label }) });
}

function reportsOf(
  user: string,
  { recommendationId, items }: Recommendation,
  random: SeededRandom,
) {
  return items.flatMap(({ id: item }, place): readonly Told[] => {
    const about = { user, item, recommendationId };
    const shown = { ...about, type: 'impression', id: `shown/${user}/${String(place)}` };
    const isClicked = random.next() < truth(item, place);
    return isClicked ? [shown, { ...about, id: `click/${user}/${String(place)}` }] : [shown];
  });
}

describe('what was explored', () => {
  let world: TravelWorld;
  /** What each rule is truly worth: a click's probability, on average over places and listeners. */
  let worth: { readonly own: number; readonly target: number };

  before(async () => {
    world = await explored();
    const travel = world.travel();
    const log = explorations(world);
    const greedy = { own: 0, target: 0 };
    const reader = answerReader(SIGNING_KEY);
    const proofs = world.proofs(travel);
    const { exploration: _, ...own } = EXPLORING;
    for (const { answer } of await answersOf(log)) {
      const facts = reader(answer);
      assert.ok(facts);
      for (const [name, rules] of [
        ['own', own],
        ['target', TARGET],
      ] as const) {
        const { items } = await proofs.remake(facts, rules);
        for (const [place, { id }] of items.entries()) greedy[name] += truth(id, place);
      }
    }
    worth = { own: greedy.own / USERS / LISTED, target: greedy.target / USERS / LISTED };
  });

  function explorations(from: TravelWorld): ExploredAnswers {
    const { rig, registry } = from.world;
    const { journal, identities } = rig;
    return new ExploredAnswers({
      ...{ journal, identities, registry, factsOf: answerReader(SIGNING_KEY) },
      proofs: from.proofs(from.travel()),
      yieldNow: () => Promise.resolve(),
    });
  }

  async function told(
    log: ExploredAnswers,
    query: ExploredQuery = {},
  ): Promise<readonly (ExploredChoice | UnprovenAnswer)[]> {
    const rows: (ExploredChoice | UnprovenAnswer)[] = [];
    for await (const row of log.tell(query, NEVER)) rows.push(row);
    return rows;
  }

  async function answersOf(log: ExploredAnswers): Promise<readonly { readonly answer: string }[]> {
    const ids = new Set((await told(log)).map(({ answer }) => answer));
    return [...ids].map((answer) => ({ answer }));
  }

  function holds({ value, standardError = NaN }: Estimate, real: number, what: string): void {
    const off = Math.abs(value - real);
    // How often a 95 % interval holds the truth is counted over many logs in the tests of the draw: this is one log.
    assert.ok(off <= 3 * standardError, `${what}: ${String(value)} of ${String(real)}`);
    // An interval so wide that it always holds would say nothing.
    assert.ok(standardError < 0.08, `${what}: ± ${String(standardError)}`);
  }

  for (const name of ['own', 'target'] as const) {
    it(`tells what ${name} rules without chance are worth, from its own journal`, async () => {
      const query = name === 'target' ? { target: TARGET } : {};
      const rows = await told(explorations(world), query);
      assert.equal(rows.length, USERS * LISTED);
      const sums = new OffPolicySums();
      for (const row of rows) {
        assert.ok('propensity' in row);
        sums.add(row);
      }
      const estimates = sums.estimates();
      assert.ok(estimates?.snips);
      assert.equal(estimates.answers, USERS);
      holds(estimates.ips, worth[name], 'IPS');
      holds(estimates.snips, worth[name], 'SNIPS');
      holds(estimates.doublyRobust, worth[name], 'doubly robust');
      assert.ok(Math.abs(estimates.weightMean - 1) < 0.2, String(estimates.weightMean));
    });
  }

  it('is another thing than what the log itself was worth', () => {
    assert.ok(Math.abs(worth.target - worth.own) > 0.1, JSON.stringify(worth));
  });

  it('is told by scenario and by the time of the events that name it', async () => {
    const log = explorations(world);
    const few = await told(log, { scenario: 'few' });
    assert.equal(few.length, (USERS / 4) * LISTED);
    assert.deepEqual(await told(log, { scenario: 'none' }), []);
    const { appendedMs } = world.world.rig;
    assert.deepEqual(await told(log, { toMs: appendedMs - 1 }), []);
    assert.equal((await told(log, { fromMs: appendedMs, scenario: 'few' })).length, few.length);
  });

  it('counts an item that nobody says was shown as not shown, and a click as a showing', async () => {
    const alone = await TravelWorld.open(await temporaryFolder(), 1, { learner: 'gmf' });
    const { rig } = alone.world;
    await rig.tell(
      ...Array.from({ length: ITEMS }, (_, n) => ({ user: 'u0', item: `i${String(n)}` })),
    );
    await alone.catchUp();
    const { recommendationId, items } = await answered(alone, 0, EXPLORING);
    const [, clicked, skipped] = items.map(({ id }) => id);
    const about = { user: 'u0', recommendationId };
    await rig.tell(
      { ...about, item: clicked!, type: 'like' },
      { ...about, item: skipped!, type: 'skip' },
      { ...about, item: 'elsewhere', type: 'like' },
    );
    const plain = await answered(alone, 0, { ...NO_RULES, diversity: 0.1 });
    await rig.tell({
      user: 'u0',
      item: clicked!,
      recommendationId: plain.recommendationId,
      id: 'x',
    });
    const rows = await told(explorations(alone));
    assert.deepEqual(
      rows.map((row) => 'place' in row && [row.place, row.item, row.reward, row.propensity]),
      [
        [1, clicked, 1, items[1]?.propensity],
        [2, skipped, 0, items[2]?.propensity],
      ],
    );
    // Who was erased takes along what they were shown.
    await alone.erase('u0');
    assert.deepEqual(await told(explorations(alone)), []);
  });

  it('says which answers it cannot make again', async () => {
    const { rig, registry } = world.world;
    const { journal, identities } = rig;
    const unlike = new ExploredAnswers({
      ...{ journal, identities, registry, factsOf: answerReader(SIGNING_KEY) },
      proofs: { remake: () => Promise.resolve({ items: [], isEqual: false }) },
      yieldNow: () => Promise.resolve(),
    });
    const rows = await told(unlike);
    assert.equal(rows.length, USERS);
    assert.match('unproven' in rows[0]! ? rows[0].unproven : '', /gives another answer/);
  });
});
