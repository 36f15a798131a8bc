import { setTimeout as sleep } from 'node:timers/promises';
import { CLUSTER_PROCESSES } from '../../../processes/config/cluster-process.ts';
import type { ClusterProcess } from '../../../processes/config/cluster-process.ts';
import type { SeededRandom } from '../../doubles/seeded-random.ts';
import type { OwnStack, ServerName } from '../../services/stack.ts';
import type { Cluster } from '../cluster.ts';

const SERVERS = ['kafka', 'mongo', 'redis', 'temporal'] as const satisfies readonly ServerName[];

/** What can be killed: a process of ours, or a server. */
export type Target = ClusterProcess | ServerName;

/** Everything that can be killed. */
export const TARGETS: readonly Target[] = [...CLUSTER_PROCESSES, ...SERVERS];

/** How long what was killed stays away. */
const awayMs = 1_000;

/** The targets of a list such as `worker,mongo`; all where it is empty. */
export function targetsOf(list: string): readonly Target[] {
  const names = list.split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !TARGETS.some((target) => target === name));
  if (unknown !== undefined) throw new Error(`${unknown} is none of ${TARGETS.join(', ')}`);
  return names.length === 0 ? TARGETS : TARGETS.filter((target) => names.includes(target));
}

/** Every target once, in an order of chance, and after that as chance has it. */
export function singles(
  targets: readonly Target[],
  random: SeededRandom,
  rounds: number,
): readonly (readonly Target[])[] {
  const order = [...targets];
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [order[at], order[other]] = [order[other] as Target, order[at] as Target];
  }
  return Array.from({ length: rounds }, (_, round) => [
    order[round] ?? (targets[random.below(targets.length)] as Target),
  ]);
}

/** Every pair of targets, once. */
export function pairs(targets: readonly Target[]): readonly (readonly Target[])[] {
  return targets.flatMap((one, at) => targets.slice(at + 1).map((other) => [one, other]));
}

/** Kills targets at the same time and starts them again; resolves when they are started. */
export async function killAndStart(
  { cluster, stack, random }: { cluster: Cluster; stack: OwnStack; random: SeededRandom },
  targets: readonly Target[],
): Promise<void> {
  const servers = SERVERS.filter((name) => targets.includes(name));
  const members = CLUSTER_PROCESSES.filter((kind) => targets.includes(kind)).map((kind) => {
    const all = cluster.ofKind(kind);
    const chosen = all[random.below(all.length)];
    if (chosen === undefined) throw new Error(`the cluster has no ${kind}`);
    return chosen;
  });
  await Promise.all([
    ...members.map((member) => member.kill()),
    ...(servers.length > 0 ? [stack.kill(...servers)] : []),
  ]);
  await sleep(awayMs);
  // A process starts as soon as its supervisor sees that it is gone, whether or not its servers are there.
  await Promise.all([
    ...members.map((member) => member.start()),
    ...(servers.length > 0 ? [stack.start(...servers)] : []),
  ]);
}
