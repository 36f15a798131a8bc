import assert from 'node:assert/strict';
import { CLUSTER_PROCESSES } from '../../processes/config/cluster-process.ts';
import type { ClusterProcess } from '../../processes/config/cluster-process.ts';
import { readClusterConfig } from '../../processes/config/cluster.ts';
import type { Environment } from '../../processes/config/variable-names.ts';

/** Values that secrets might have, by what their names end in. */
const STAND_INS: readonly (readonly [RegExp, string])[] = [
  [/MONGO_URL$|mongo-url$/, 'mongodb://reprise:word@mongo-0.mongo:27017/?replicaSet=rs0'],
  [/REDIS_URL$|redis-url$/, 'redis://:word@redis:6379'],
  [/SIGNING_KEY$|signing-key$/, Buffer.alloc(32, 1).toString('base64')],
];

/** Gives a secret a value as an operator would. */
export function standIn(name: string): string {
  return STAND_INS.find(([pattern]) => pattern.test(name))?.[1] ?? 'stand-in-for-a-secret';
}

/** Tells what the image sets for every process. */
export function imageVariables(dockerfile: string): Environment {
  return Object.fromEntries(
    [...dockerfile.matchAll(/\b(REPRISE_\w+)=(\S+)/g)].map(([, name = '', value]) => [name, value]),
  );
}

/** Checks that a process starts with an environment as far as its configuration goes: nothing unknown, nothing missing. */
export function assertStarts(name: string, env: Environment): void {
  const process = CLUSTER_PROCESSES.find((one) => one === name) as ClusterProcess;
  assert.ok(process, `${name} is a process of the cluster`);
  assert.equal(env['REPRISE_PROFILE'], 'cluster');
  const config = readClusterConfig(env, process);
  assert.equal(config.process, process);
}

/** Tells whether an image's version is pinned: a tag of numbers, and neither `latest` nor none. */
export function isPinned(image: string): boolean {
  return /^[^@\s]+:v?\d+\.\d+(\.\d+)?[\w.-]*$/.test(image) || /@sha256:[0-9a-f]{64}$/.test(image);
}
