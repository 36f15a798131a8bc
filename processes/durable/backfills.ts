import type { Shadows } from '../../activities/versions/shadows.ts';
import type { VersionRegistry } from '../../activities/versions/version-registry.ts';
import type { BackfillRequest, LearnerChanges } from '../../api/schema/versions.ts';
import { RepriseError } from '../../events/error.ts';
import { FACT_KINDS } from '../../events/fact.ts';
import type { Journal } from '../../events/journal.ts';
import { formatPosition, ORIGIN, sequence } from '../../events/position.ts';
import { checkSettings } from '../../model/settings-check.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import type { BackfilledDefinition, BackfillInput } from '../../workflows/messages.ts';
import { TIME_ORDER_EVENTS_MAX } from '../../activities/replay/time-order.ts';
import { settingsOf } from '../config/learner.ts';

/** The longest lease of a backfill's replay: as often it is told how far it has come. */
export const BACKFILL_LEASE_MS_MAX = 5_000;

/** What backfills are started with. */
export interface BackfillStarts {
  readonly registry: Pick<VersionRegistry, 'get' | 'nextName'>;
  readonly shadows: Pick<Shadows, 'building' | 'positions'>;
  readonly journal: Pick<Journal, 'head' | 'read' | 'partitions'>;
  /** The version that serves. */
  readonly live: () => string;
  /** The last barrier that the live partitions have passed; 0 before the first. */
  readonly lastBarrier: () => number;
  readonly leaseMsMax: number;
}

/** Checks a request and makes the run's input of it; throws what is wrong with it, and changes nothing. */
export async function backfillOf(
  starts: BackfillStarts,
  request: BackfillRequest,
): Promise<BackfillInput> {
  const { journal, shadows, leaseMsMax } = starts;
  const [other] = shadows.building;
  if (other !== undefined) {
    throw conflict(
      `version ${other} is being built, and one is at a time: wait for its end, or cancel it`,
    );
  }
  const to = sequencesOf(journal, request.to, 'to');
  const input = { to: to.map((at) => at ?? null), leaseMsMax };
  if (request.model !== undefined) {
    return { ...input, version: await knownModel(starts, { ...request, model: request.model }) };
  }
  const start = sequencesOf(journal, request.from, 'from').map((at) => at ?? ORIGIN);
  for (const [partition, from] of start.entries()) {
    const until = to[partition];
    if (until === undefined || from <= until) continue;
    throw invalid('from', `from ${at(partition, from)} is past to ${at(partition, until)}`);
  }
  const version = await freeName(starts, request.name);
  const parent = starts.live();
  const learner = await learnerOf(starts, parent, request.settings);
  const define: BackfilledDefinition = {
    ...{ parent, learner: { ...learner }, start },
    ...(await firstBarrierOf(starts, start)),
  };
  if (request.order !== 'time') return { ...input, version, define };
  // Fixed here: however often the run is tried, the version is ordered up to the same events.
  const timeOrderedTo = to.map((until, partition) => until ?? journal.head(partition));
  refuseTooMany(start, timeOrderedTo);
  return { ...input, to: timeOrderedTo, version, define: { ...define, timeOrderedTo } };
}

function refuseTooMany(start: readonly number[], to: readonly number[]): void {
  const events = to.reduce(
    (sum, until, partition) => sum + until - (start[partition] ?? ORIGIN),
    0,
  );
  if (events <= TIME_ORDER_EVENTS_MAX) return;
  throw invalid(
    'order',
    `order time takes up to ${String(TIME_ORDER_EVENTS_MAX)} events, and these are ${String(events)}: ` +
      'name an earlier to (what follows is learned in the order of the journal), or a later from',
  );
}

/** A version that is there and isn't held. */
async function knownModel(
  { registry, shadows, live }: BackfillStarts,
  { model, ...request }: BackfillRequest & { readonly model: string },
): Promise<string> {
  const excluded = (['name', 'settings', 'from', 'order'] as const).find(
    (field) => request[field] !== undefined,
  );
  if (excluded !== undefined) {
    throw invalid(
      excluded,
      `${excluded} is what model ${model} has already: leave one of them out`,
    );
  }
  if ((await registry.get(model)) === undefined) {
    throw new RepriseError('NOT_FOUND', `there is no model version ${model}`, { version: model });
  }
  if (model === live()) throw conflict(`version ${model} is live already`);
  if (shadows.positions(model) !== undefined) {
    throw conflict(`version ${model} follows the stream already: promote it, or compare it`);
  }
  return model;
}

async function freeName({ registry }: BackfillStarts, name: string | undefined): Promise<string> {
  if (name === undefined) return registry.nextName();
  if (!/^v[1-9]\d{0,8}$/.test(name)) {
    throw invalid('name', `name is v2, v3 and so on, not ${name}: or leave it out for the next`);
  }
  if ((await registry.get(name)) === undefined) return name;
  throw conflict(
    `model version ${name} is there already: choose another name, or bring that one to the head (model ${name})`,
  );
}

async function learnerOf(
  { registry }: BackfillStarts,
  parent: string,
  changes: LearnerChanges = {},
): Promise<LearnerSettings> {
  const known = await registry.get(parent);
  if (known === undefined) {
    throw new RepriseError('NOT_FOUND', `the live version ${parent} is not registered here`);
  }
  const { learner: before } = known.definition;
  const { blend, learner = before.learner, ...numbers } = changes;
  const base = learner === before.learner ? before : settingsOf(learner);
  const rule =
    base.blend === undefined && blend === undefined ? undefined : { ...base.blend, ...blend };
  const settings = {
    ...base,
    ...definedOf(numbers),
    learner,
    ...(rule && { blend: rule }),
  } as LearnerSettings;
  try {
    checkSettings(settings);
  } catch (error) {
    throw invalid('settings', `settings: ${(error as Error).message}`);
  }
  return settings;
}

function definedOf<T extends object>(values: T): Partial<T> {
  const defined = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as Partial<T>;
}

/** The sequences that positions name, by partition; undefined where none is named. Throws INVALID. */
function sequencesOf(
  journal: Pick<Journal, 'partitions' | 'head'>,
  positions: readonly string[] = [],
  field: 'from' | 'to',
): readonly (number | undefined)[] {
  const { partitions } = journal;
  const found = new Array<number | undefined>(partitions).fill(undefined);
  for (const position of positions) {
    const [partition = NaN, place = NaN] = position.split(':').map(Number);
    if (partition >= partitions) {
      throw invalid(
        field,
        `${field} names ${position}, and there are ${String(partitions)} partitions`,
      );
    }
    if (found[partition] !== undefined) {
      throw invalid(field, `${field} names partition ${String(partition)} twice: once a partition`);
    }
    const end = journal.head(partition);
    if (place > end) {
      throw invalid(field, `${field} ${position} is past the head, which is ${at(partition, end)}`);
    }
    found[partition] = place;
  }
  return found;
}

/** The first barrier past every start, where a version starts later than the journal. */
async function firstBarrierOf(
  { journal, lastBarrier }: BackfillStarts,
  start: readonly number[],
): Promise<Pick<BackfilledDefinition, 'firstBarrier'>> {
  if (start.length < 2 || start.every((from) => from === ORIGIN)) return {};
  const last = lastBarrier();
  const next = start.map(async (from, partition) => nextBarrier(journal, partition, from));
  const found = (await Promise.all(next)).map((barrier) => barrier ?? last + 1);
  return { firstBarrier: Math.max(...found) };
}

const BARRIER = FACT_KINDS.indexOf('BarrierSet');

async function nextBarrier(
  journal: Pick<Journal, 'read'>,
  partition: number,
  after: number,
): Promise<number | undefined> {
  let from = sequence(after);
  for (;;) {
    const block = await journal.read(partition, from);
    if (block === undefined) return undefined;
    for (let row = Math.max(0, from + 1 - block.firstSequence); row < block.count; row += 1) {
      if (block.kind[row] !== BARRIER) continue;
      const fact = block.fact(row);
      if (fact.kind === 'BarrierSet') return fact.barrier;
    }
    from = sequence(block.firstSequence + block.count - 1);
  }
}

function at(partition: number, place: number): string {
  return formatPosition({ partition, sequence: sequence(place) });
}

function invalid(field: string, message: string): RepriseError {
  return new RepriseError('INVALID', message, { field });
}

function conflict(message: string): RepriseError {
  return new RepriseError('CONFLICT', message);
}
