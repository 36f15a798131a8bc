import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { rebuilding } from './activity-proxies.ts';
import type { EraseUsersResult, RebuildsInput } from './messages.ts';
import { Rebuilds } from './rebuilds.ts';

/**
 * Erases users: waits for more of them to come, within a bound, then builds the live version anew by a replay that
 * passes over them, promotes it, and deletes what still holds them. No user is named here: who is meant stands in the
 * data folder, by surrogate.
 */
export async function eraseUsers(input: RebuildsInput): Promise<EraseUsersResult> {
  const rebuilds = new Rebuilds(input, {
    name: 'Erasing users',
    begin: () =>
      rebuilding(
        'Finds the events of the erased users and registers the version without them',
      ).beginErasure(),
    finish: async ({ erasure, version }) => {
      const { done, stateHash } = await rebuilding(
        `Makes ${version} live, deletes what holds the erased users, and notes what proves erasure ${erasure}`,
      ).finishErasure({ erasure });
      return done ? { erasure, version, stateHash } : undefined;
    },
  });
  const next = await rebuilds.run();
  if (next !== undefined) await continueAsNew<typeof eraseUsers>(next);
  return { workflowId: workflowInfo().workflowId, erasures: rebuilds.ends };
}
