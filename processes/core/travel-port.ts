import type { AnswerLineage, AnswerProof, AnswerProofs } from '../../activities/answer-proof.ts';
import type { PastAnswer, TimeTravel } from '../../activities/time-travel.ts';
import type { TravelJob } from '../../activities/travel-jobs.ts';
import type { PastAnswer as ToldAnswer, TravelPort } from '../../api/deps.ts';
import type { AnswerProofAnswer, LineageAnswer } from '../../api/schema/proofs.ts';
import type { TravelAnswer } from '../../api/schema/travels.ts';
import { formatPosition, sequence } from '../../events/position.ts';

/** What questions about the past are put to. */
export interface PastParts {
  readonly travel: TimeTravel;
  readonly proofs: AnswerProofs;
}

/** The past as the API asks for it. */
export function travelPort({ travel, proofs }: PastParts): TravelPort {
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
  const { basedOn, n, exclude, item, release } = facts;
  const start = version?.definition.start.map((at, partition) =>
    formatPosition({ partition, sequence: sequence(at) }),
  );
  return {
    ...{ recommendationId, basedOn, user, n, exclude, item },
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
