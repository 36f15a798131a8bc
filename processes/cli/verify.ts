import type { AnswerProofAnswer } from '../../api/schema/proofs.ts';
import type { VerifyReport } from '../../api/schema/verification.ts';
import { RepriseError } from '../../events/error.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import { EXIT } from './failure.ts';
import type { ExitCode } from './failure.ts';
import { askPast } from './past.ts';
import { startProgress } from './progress.ts';
import { followOperation } from './operation.ts';
import { grouped, pairs } from './table.ts';

interface VerifyOptions {
  readonly answer?: string;
  readonly full?: true;
  readonly model?: string;
}

/** `verify`: replays the journal from nothing and compares the outcome with what is held. */
export const verifyCommand: CommandSpec<VerifyOptions> = {
  name: 'verify',
  summary:
    'replay everything in a scratch folder and compare; exit 1 when it differs, and tell where it parts',
  configure(command) {
    command
      .option('--full', 'compare every checkpoint and mark that is kept, too, and their chain')
      .option('--model <version>', 'a version that is held: live, shadow or previous')
      .option('--answer <id>', 'make one answer again, by its recommendationId, instead');
  },
  async run(context, _args, { answer, full, model }) {
    if (answer !== undefined) {
      if (full === undefined && model === undefined) return verifyAnswer(context, answer);
      throw new RepriseError('INVALID', '--answer is of one answer: leave --full and --model out');
    }
    const progress = startProgress(context.output, 'verify', context.deps.clock);
    const report = await context.withClient(
      (client) =>
        followOperation<VerifyReport>(
          client.http,
          '/v1/verifications',
          { ...(full && { full }), ...(model !== undefined && { model }) },
          progress,
          context.deps.signal,
        ),
      { durable: 'off' },
    );
    context.output.result(report, linesOf(report, model));
    return report.equal && (report.kept?.faults ?? []).length === 0 ? EXIT.ok : EXIT.failed;
  },
};

function linesOf(report: VerifyReport, model: string | undefined): string[] {
  const { equal, hash, positions, events, parted = [], kept } = report;
  const chain: readonly (readonly [string, string])[] =
    kept === undefined
      ? []
      : [
          ['checkpoints', `${grouped(kept.checkpoints)} kept, ${faultsOf(kept.faults.length)}`],
          ['marks', grouped(kept.marks)],
        ];
  const what = model === undefined ? 'served' : `held of ${model}`;
  return [
    equal ? `equal: what is ${what} is what a clean replay gives` : 'NOT EQUAL',
    ...pairs([
      ['state hash', hash],
      ...(equal ? [] : [['held', report.live] as const]),
      ['positions', positions.join(', ')],
      ['events', grouped(events)],
      ...parted.map((one) => [`parts at`, placeOf(one)] as const),
      ...chain,
      ...(kept?.faults ?? []).map(
        ({ position, fault }) => ['fault', `${position}: ${fault}`] as const,
      ),
    ]),
  ];
}

function faultsOf(count: number): string {
  return count === 0 ? 'each as it has to be' : `${grouped(count)} faults`;
}

/** Where a partition parts, in words. */
function placeOf({ after, at, events, by }: NonNullable<VerifyReport['parted']>[number]): string {
  const what = { rows: 'rows', checkpoint: 'the checkpoint there', state: 'the state' }[by];
  if (events === 0) return `${at}: learned well there, kept wrongly (${what})`;
  if (events === 1) return `${at}: this event (${what})`;
  return `${at} at the latest, after ${after} (${what})`;
}

async function verifyAnswer(context: CommandContext, id: string): Promise<ExitCode> {
  const path = `/v1/recommendations/${encodeURIComponent(id)}/verify`;
  const proof = await context.withClient(
    ({ http }) => askPast<AnswerProofAnswer>(context, http, 'GET', path),
    { durable: 'off' },
  );
  const said = {
    equal: 'equal: a replay to its place gives this answer',
    different: 'NOT EQUAL',
    unverifiable: 'UNVERIFIABLE',
  };
  const { expectedHash, recomputedHash, method, reason, changedByErasure } = proof;
  context.output.result(proof, [
    said[proof.verdict],
    ...pairs([
      ['answered', expectedHash],
      ['made again', `${recomputedHash} (${method})`],
      ...(reason === undefined ? [] : [['why', reason] as const]),
      ...(changedByErasure ? [['why', 'users were erased since'] as const] : []),
    ]),
  ]);
  return proof.equal ? EXIT.ok : EXIT.failed;
}
