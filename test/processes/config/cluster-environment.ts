import type { ClusterConfig } from '../../../processes/config/cluster-config.ts';
import type { ClusterProcess } from '../../../processes/config/cluster-process.ts';
import type { ConfigSurroundings } from '../../../processes/config/cluster.ts';
import { readClusterConfig } from '../../../processes/config/cluster.ts';
import { RepriseError } from '../../../events/error.ts';

/** 32 bytes in base64. */
export const SIGNING_KEY = Buffer.alloc(32, 7).toString('base64');

/** The least that every process of the cluster starts with. */
export const ENOUGH: Readonly<Record<string, string>> = {
  REPRISE_KAFKA_BROKERS: 'kafka:9092',
  REPRISE_MONGO_URL: 'mongodb://mongo:27017',
  REPRISE_REDIS_URL: 'redis://redis:6379',
  REPRISE_TEMPORAL_ADDRESS: 'temporal:7233',
  REPRISE_SHARED_FOLDER: '/shared',
  REPRISE_SIGNING_KEY: SIGNING_KEY,
};

/** A machine on which every file can be read and holds what is given. */
export function filesHolding(files: Readonly<Record<string, string>>): ConfigSurroundings {
  return {
    readFile(path) {
      const text = files[path];
      if (text !== undefined) return text;
      throw Object.assign(new Error('none'), { code: 'ENOENT' });
    },
    isReadable: (path) => path in files,
  };
}

/** Reads a configuration that is enough and has these changes; an undefined value takes a variable away. */
export function configWith(
  changes: Readonly<Record<string, string | undefined>>,
  process: ClusterProcess = 'api',
  files: Readonly<Record<string, string>> = {},
): ClusterConfig {
  return readClusterConfig({ ...ENOUGH, ...changes }, process, filesHolding(files));
}

/** The faults that a configuration with these changes is refused for; empty where it is taken. */
export function faultsWith(
  changes: Readonly<Record<string, string | undefined>>,
  process: ClusterProcess = 'api',
  files: Readonly<Record<string, string>> = {},
): readonly string[] {
  try {
    configWith(changes, process, files);
    return [];
  } catch (error) {
    if (!(error instanceof RepriseError) || error.code !== 'INVALID') throw error;
    return error.fields['faults'] as readonly string[];
  }
}
