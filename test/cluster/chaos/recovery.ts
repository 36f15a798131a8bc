import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { partitionOf } from '../../../events/partition-of.ts';
import { ClusterClient } from '../client.ts';
import type { Cluster } from '../cluster.ts';

/** How long a recovery is watched at most, so that the figure of one that is too slow is told. */
const watchedMsMax = 90_000;

let probes = 0;

/** Milliseconds until an event of every partition that is posted from now on shows in the answers. */
export async function recovered(cluster: Cluster): Promise<number> {
  const startMs = performance.now();
  const client = new ClusterClient(cluster.ofKind('api').map(({ url }) => url));
  await Promise.all(usersOf(cluster.partitions).map((user) => shows(client, user, startMs)));
  return performance.now() - startMs;
}

/** Resolves when every process is ready: how long a start takes is no figure of the recovery, for others work on. */
export async function whole(cluster: Cluster): Promise<void> {
  await Promise.all(cluster.members.map((member) => member.ready(watchedMsMax)));
}

/** Resolves when an event that is posted now shows. */
async function shows(client: ClusterClient, user: string, startMs: number): Promise<void> {
  probes += 1;
  const event = { id: `probe-${String(probes)}`, type: 'play', user, item: 'even-1' };
  const place = await until(startMs, `${user} posts`, async () => {
    const { status, json } = await client.post('/v1/events', event);
    if (status !== 202) return undefined;
    return [...(json['positions'] as string[]), ...(json['pending'] as string[])][0];
  });
  const path = `/v1/users/${user}/recommendations?n=1&after=${place}`;
  await until(startMs, path, async () => {
    const { status } = await client.get(path);
    return status === 200 ? true : undefined;
  });
}

async function until<T>(
  startMs: number,
  what: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  let said = 'it was refused';
  while (performance.now() - startMs < watchedMsMax) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      said = String(error);
    }
    await sleep(100);
  }
  return assert.fail(`${what}: not within ${String(watchedMsMax)} ms (${said})`);
}

/** A user of every partition. */
function usersOf(partitions: number): readonly string[] {
  const found = new Map<number, string>();
  for (let number = 0; found.size < partitions; number += 1) {
    const user = `probe-${String(number)}`;
    const partition = partitionOf(user, partitions);
    if (!found.has(partition)) found.set(partition, user);
  }
  return [...found.values()];
}
