import type { ClusterConfig } from './cluster-config.ts';
import { withoutCredentials } from './secret.ts';

/** Gives a configuration as a log line or a status may show it: secrets concealed, addresses without who signs in. */
export function redacted(config: ClusterConfig): Readonly<Record<string, unknown>> {
  const plain = JSON.parse(JSON.stringify(config)) as Record<string, object | undefined>;
  const { mongo, redis } = config;
  if (mongo !== undefined) {
    plain['mongo'] = { ...plain['mongo'], url: withoutCredentials(mongo.url.reveal()) };
  }
  if (redis !== undefined) {
    plain['redis'] = { ...plain['redis'], url: withoutCredentials(redis.url.reveal()) };
  }
  return plain;
}
