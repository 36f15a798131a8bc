import { RepriseError } from '../../events/error.ts';
import type { TrainingPairs } from '../../model/batch/batch-trainer.ts';
import type { RankingCase } from '../../model/batch/leave-one-out.ts';
import { UserItems } from '../trainer/user-items.ts';
import { lineFault, readProtocolLines } from './protocol-lines.ts';
import { RowNumbers } from './row-numbers.ts';

/** The three files of the leave-one-out protocol (He et al. 2017). */
export interface NcfFiles {
  /** Lines of user, item and what else there is (rating, time). */
  readonly train: string;
  /** The held-out pair of each user, in the same form. */
  readonly test: string;
  /** A line a test pair: `(user,item)` and its negatives. */
  readonly negatives: string;
}

/** What the files hold, and what had to be passed over. */
export interface NcfCounts {
  readonly users: number;
  readonly items: number;
  /** Different training pairs. */
  readonly pairs: number;
  /** Lines of the training file that repeat a pair. */
  readonly repeatedPairs: number;
  readonly tests: number;
  /** Negatives that are ranked. */
  readonly negatives: number;
  /** Negatives that were dropped, because they are the test item itself. */
  readonly negativesEqualToPositive: number;
  /** Negatives that are ranked although the user trained on them: a defect of the files, told and left in. */
  readonly negativesTrained: number;
  /** Test pairs that stand in the training file too. */
  readonly testsTrained: number;
  /** Users of the training file without a test pair: they are trained on, and not measured. */
  readonly usersWithoutTest: number;
  /** Users of the test file without a training pair. */
  readonly usersWithoutTraining: number;
}

/** The protocol's data as rows. */
export interface NcfData {
  readonly pairs: TrainingPairs;
  readonly cases: readonly RankingCase[];
  readonly counts: NcfCounts;
}

interface Columns {
  readonly users: RowNumbers;
  readonly items: RowNumbers;
  readonly userRows: number[];
  readonly itemRows: number[];
}

interface TestPair {
  readonly user: number;
  readonly item: number;
  readonly line: number;
  negatives: readonly number[] | undefined;
}

/** Reads the three files; throws INVALID with file and line where they do not fit together. */
export async function readNcfFiles(files: NcfFiles, signal: AbortSignal): Promise<NcfData> {
  const columns: Columns = {
    users: new RowNumbers(),
    items: new RowNumbers(),
    userRows: [],
    itemRows: [],
  };
  await readTraining(files.train, columns, signal);
  const trainedUsers = columns.users.size;
  const tests = await readTests(files.test, columns, signal);
  await readNegatives(files, tests, columns, signal);
  return assemble(columns, [...tests.values()], trainedUsers);
}

async function readTraining(file: string, columns: Columns, signal: AbortSignal): Promise<void> {
  for await (const lines of readProtocolLines(file, 2, signal)) {
    for (const { fields } of lines) {
      columns.userRows.push(columns.users.of(fields[0] as string));
      columns.itemRows.push(columns.items.of(fields[1] as string));
    }
  }
}

/** The test pairs by how the file of negatives names them. */
async function readTests(
  file: string,
  { users, items }: Columns,
  signal: AbortSignal,
): Promise<Map<string, TestPair>> {
  const tests = new Map<string, TestPair>();
  for await (const lines of readProtocolLines(file, 2, signal)) {
    for (const { fields, line } of lines) {
      const [user = '', item = ''] = fields;
      const name = `(${user},${item})`;
      if (tests.has(name)) throw lineFault(file, line, `${name} stands twice: remove one of them`);
      tests.set(name, { user: users.of(user), item: items.of(item), line, negatives: undefined });
    }
  }
  return tests;
}

async function readNegatives(
  files: NcfFiles,
  tests: ReadonlyMap<string, TestPair>,
  { items }: Columns,
  signal: AbortSignal,
): Promise<void> {
  for await (const lines of readProtocolLines(files.negatives, 2, signal)) {
    for (const { fields, line } of lines) {
      const [name = '', ...negatives] = fields;
      const test = tests.get(name);
      if (test === undefined) {
        const fault = `${name} is no pair of ${files.test}: name the files of one data set`;
        throw lineFault(files.negatives, line, fault);
      }
      if (test.negatives !== undefined) {
        throw lineFault(files.negatives, line, `${name} stands twice: remove one of them`);
      }
      test.negatives = negatives.map((item) => items.of(item));
    }
  }
  for (const [name, { line, negatives }] of tests) {
    if (negatives !== undefined) continue;
    const fault = `${name} has no line in ${files.negatives}: add it, or remove the test pair`;
    throw lineFault(files.test, line, fault);
  }
}

function assemble(columns: Columns, tests: readonly TestPair[], trainedUsers: number): NcfData {
  const users = columns.users.size;
  const items = columns.items.size;
  const chosen = new UserItems(
    Uint32Array.from(columns.userRows),
    Uint32Array.from(columns.itemRows),
    users,
  );
  const pairs = { users, items, ...distinctPairs(chosen, users) };
  const cases = tests.map(({ user, item, negatives = [] }) => ({
    user,
    candidates: Uint32Array.from([item, ...negatives.filter((negative) => negative !== item)]),
  }));
  const given = tests.reduce((sum, test) => sum + (test.negatives?.length ?? 0), 0);
  const ranked = cases.reduce((sum, { candidates }) => sum + candidates.length - 1, 0);
  const tested = new Set(tests.map(({ user }) => user));
  return {
    pairs,
    cases,
    counts: {
      users,
      items,
      pairs: pairs.userRows.length,
      repeatedPairs: columns.userRows.length - pairs.userRows.length,
      tests: tests.length,
      negatives: ranked,
      negativesEqualToPositive: given - ranked,
      negativesTrained: countTrained(cases, chosen),
      testsTrained: tests.filter(({ user, item }) => chosen.has(user, item)).length,
      usersWithoutTest: users - tested.size,
      usersWithoutTraining: users - trainedUsers,
    },
  };
}

/** Every pair once, in the order of users, then of items. */
function distinctPairs(
  chosen: UserItems,
  users: number,
): Pick<TrainingPairs, 'userRows' | 'itemRows'> {
  const userRows: number[] = [];
  const itemRows: number[] = [];
  for (let user = 0; user < users; user += 1) {
    let last = -1;
    for (const item of chosen.of(user)) {
      if (item === last) continue;
      userRows.push(user);
      itemRows.push(item);
      last = item;
    }
  }
  return { userRows: Uint32Array.from(userRows), itemRows: Uint32Array.from(itemRows) };
}

function countTrained(cases: readonly RankingCase[], chosen: UserItems): number {
  let trained = 0;
  for (const { user, candidates } of cases) {
    for (const item of candidates.subarray(1)) if (chosen.has(user, item)) trained += 1;
  }
  return trained;
}

/** What a person should know of the files before they trust the figures. */
export function ncfWarnings(counts: NcfCounts): string[] {
  const said: readonly (readonly [number, string])[] = [
    [counts.negativesEqualToPositive, 'negatives that are the test item itself, dropped'],
    [counts.negativesTrained, 'negatives that their user trained on, left in'],
    [counts.testsTrained, 'test pairs in the training file, which make the figures too good'],
    [counts.repeatedPairs, 'training lines that repeat a pair, learned once'],
    [counts.usersWithoutTest, 'users without a test pair, trained on and not measured'],
    [counts.usersWithoutTraining, 'users of the test file without a training pair'],
  ];
  return said.filter(([count]) => count > 0).map(([count, what]) => `${what}: ${String(count)}`);
}

/** Throws INVALID where there is nothing to learn from. */
export function checkTrainable({ pairs }: NcfData): void {
  if (pairs.items > 1) return;
  throw new RepriseError('INVALID', 'the files hold one item alone: there is nothing to rank');
}
