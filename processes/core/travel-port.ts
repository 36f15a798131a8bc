import type {
  AnswerLineage,
  AnswerProof,
  AnswerProofs,
} from '../../activities/past/answer-proof.ts';
import type { ExploredAnswers } from '../../activities/past/explored-answers.ts';
import type { PastAnswer, TimeTravel } from '../../activities/past/time-travel.ts';
import type { TravelJob } from '../../activities/past/travel-jobs.ts';
import type { WhatIfAnswer as Asked, WhatIfs } from '../../activities/past/what-if.ts';
import type { PastAnswer as ToldAnswer, TravelPort } from '../../api/deps.ts';
import type { AnswerProofAnswer, LineageAnswer } from '../../api/schema/proofs.ts';
import type { SessionAnswer } from '../../api/schema/sessions.ts';
import type { TravelAnswer } from '../../api/schema/travels.ts';
import type { WhatIfAnswer } from '../../api/schema/what-if.ts';
import type { UserEvent } from '../../activities/history/user-events.ts';
import { formatPosition, parsePosition, sequence } from '../../events/position.ts';
import type { Position } from '../../events/position.ts';
import { differenceOf } from '../../projections/answer-difference.ts';
import type { Recommendation } from '../../projections/answer.ts';
import { decodeRules, textsOf } from '../../projections/rules/asked-rules.ts';

/** What questions about the past are put to. */
export interface PastParts {
  readonly travel: TimeTravel;
  readonly proofs: AnswerProofs;
  readonly whatIfs: WhatIfs;
  readonly explored: ExploredAnswers;
  /** The newest interactions of a user at or before a position of their partition. */
  readonly eventsOf: (
    user: string,
    positions: readonly Position[],
    eventsMax?: number,
  ) => Promise<readonly UserEvent[]>;
}

/** The past as the API asks for it. */
export function travelPort({
  travel,
  proofs,
  whatIfs,
  eventsOf,
}: Omit<PastParts, 'explored'>): TravelPort {
  /** What is known of an id, and what a proof of it becomes; undefined where it was not made here. */
  const proven = async <T>(
    id: string,
    become: (lineage: AnswerLineage, proof: AnswerProof) => T,
  ): Promise<ToldAnswer<T> | undefined> => {
    const lineage = await proofs.lineage(id);
    if (lineage === undefined) return undefined;
    return told(await proofs.prove(lineage), (proof) => become(lineage, proof));
  };
  return {
    recommend: async (query) => told(await travel.recommend(query), (answer) => answer),
    events: async (user, position, eventsMax) => {
      const positions = position.flatMap((text) => parsePosition(text) ?? []);
      const events = await eventsOf(user, positions, eventsMax);
      return events.map(({ timeMs, ...event }) => ({ ...event, time: dateOf(timeMs) }));
    },
    whatIf: async (query) => told(await whatIfs.ask(query), whatIfAnswer),
    session: async (query) => told(await whatIfs.session(query), sessionAnswer),
    lineage: (id) => proven(id, (lineage, proof) => lineageAnswer(id, lineage, proof)),
    verify: (id) => proven(id, (_, proof) => proofAnswer(id, proof)),
    describe: (id) => {
      const job = travel.find(id);
      return job && travelAnswer(job);
    },
  };
}

function told<T, Told>(past: PastAnswer<T>, become: (answer: T) => Told): ToldAnswer<Told> {
  return 'answer' in past ? { answer: become(past.answer) } : { travel: travelAnswer(past.travel) };
}

/** Both answers without their ids: what did not happen is nothing that could be proven later. */
function whatIfAnswer({ before, after }: Asked): WhatIfAnswer {
  return {
    before: answered(before),
    after: answered(after),
    difference: differenceOf(before.items, after.items),
  };
}

function answered(answer: Recommendation): WhatIfAnswer['before'] {
  const { basedOn, position, model, filter, note, items } = answer;
  const told = { ...(filter !== undefined && { filter }), ...(note !== undefined && { note }) };
  return { basedOn, position, model, ...told, items };
}

function sessionAnswer(answer: Recommendation): SessionAnswer {
  const { filter: _, ...told } = answered(answer);
  return told;
}

function travelAnswer(job: TravelJob): TravelAnswer {
  const { id, state, position, progress, failure, url } = job;
  return {
    ...{ travelId: id, state, position, progress, poll: `/v1/travels/${id}` },
    ...(url !== undefined && { url }),
    ...(failure !== undefined && { failure }),
  };
}

function lineageAnswer(
  recommendationId: string,
  { facts, user, appendedMs, version }: AnswerLineage,
  { verdict, items }: AnswerProof,
): LineageAnswer {
  const { basedOn, n, exclude, item, release, label } = facts;
  const start = version?.definition.start.map((at, partition) =>
    formatPosition({ partition, sequence: sequence(at) }),
  );
  return {
    ...{ recommendationId, basedOn, user, n, exclude, item },
    rules: facts.rules === null ? null : textsOf(decodeRules(facts.rules).rules),
    experiment:
      label === null || label.experiment === '' ? null : { name: label.experiment, arm: label.arm },
    position: facts.positions.map(formatPosition),
    appendedAt: appendedMs.map((ms) => (ms === null ? null : new Date(ms).toISOString())),
    model: {
      version: facts.version,
      learner: version?.definition.learner.learner ?? null,
      parent: version?.parent ?? null,
      start: start ?? null,
    },
    ...{ release, verdict, items },
  };
}

function proofAnswer(recommendationId: string, proof: AnswerProof): AnswerProofAnswer {
  return { recommendationId, equal: proof.verdict === 'equal', ...proof };
}

/** Writes a time as ISO 8601; null where it is out of the range of dates. */
export function dateOf(timeMs: number): string | null {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
