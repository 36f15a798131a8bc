import type { VerifyReport } from '../../api/schema/answers.ts';
import type { AnswerProofAnswer } from '../../api/schema/proofs.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import { EXIT } from './failure.ts';
import type { ExitCode } from './failure.ts';
import { askPast } from './past.ts';
import { startProgress } from './progress.ts';
import { followOperation } from './operation.ts';
import { grouped, pairs } from './table.ts';

interface VerifyOptions {
  readonly answer?: string;
}

/** `verify`: replays the journal from nothing and compares the outcome with what is served. */
export const verifyCommand: CommandSpec<VerifyOptions> = {
  name: 'verify',
  summary:
    'replay everything in a scratch folder and compare state hashes; exit 1 when they differ',
  configure(command) {
    command.option('--answer <id>', 'make one answer again, by its recommendationId, instead');
  },
  async run(context, _args, { answer }) {
    if (answer !== undefined) return verifyAnswer(context, answer);
    const progress = startProgress(context.output, 'verify', context.deps.clock);
    const report = await context.withClient(
      (client) =>
        followOperation<VerifyReport>(
          client.http,
          '/v1/verifications',
          {},
          progress,
          context.deps.signal,
        ),
      { durable: 'off' },
    );
    context.output.result(report, [
      report.equal ? 'equal: what is served is what a clean replay gives' : 'NOT EQUAL',
      ...pairs([
        ['state hash', report.hash],
        ['positions', report.positions.join(', ')],
        ['events', grouped(report.events)],
      ]),
    ]);
    return report.equal ? EXIT.ok : EXIT.failed;
  },
};

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
