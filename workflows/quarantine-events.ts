import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { rebuilding } from './activity-proxies.ts';
import type { QuarantineEventsResult, RebuildsInput } from './messages.ts';
import { Rebuilds } from './rebuilds.ts';

/**
 * Puts quarantines into force, and lifts them: builds the live version anew by a replay that leaves out what is in
 * quarantine, and promotes it.
 */
export async function quarantineEvents(input: RebuildsInput): Promise<QuarantineEventsResult> {
  const rebuilds = new Rebuilds(input, {
    name: 'Quarantine',
    begin: () =>
      rebuilding('Registers the version that leaves out what is in quarantine').beginQuarantine(),
    finish: async ({ version }) => {
      const { quarantines } = await rebuilding(
        `Makes ${version} live and notes which quarantines are in force`,
      ).finishQuarantine({ version });
      return quarantines.length > 0 ? { version, quarantines } : undefined;
    },
  });
  const next = await rebuilds.run();
  if (next !== undefined) await continueAsNew<typeof quarantineEvents>(next);
  return { workflowId: workflowInfo().workflowId, changes: rebuilds.ends };
}
