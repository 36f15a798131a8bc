import { RepriseError } from '../../events/error.ts';
import type { ClusterProcess } from './cluster-process.ts';
import { CLUSTER_PROCESSES } from './cluster-process.ts';
import type { Environment } from './variable-names.ts';
import { clusterVariablesIn, isSet, unknownVariables } from './variable-names.ts';

/** The profiles: everything in one process, or a process for each part beside servers. */
export const PROFILES = ['embedded', 'cluster'] as const;

/** One of {@link PROFILES}. */
export type Profile = (typeof PROFILES)[number];

/** What `start` is to run. */
export type StartChoice =
  { readonly profile: 'embedded' } | { readonly profile: 'cluster'; readonly only: ClusterProcess };

/** Chooses what `start` runs: flags go over `REPRISE_PROFILE`; throws INVALID where they do not go together. */
export function chooseStart(
  flags: { readonly profile?: Profile | undefined; readonly only?: ClusterProcess | undefined },
  env: Environment,
): StartChoice {
  const profile = flags.profile ?? profileIn(env);
  const { only } = flags;
  if (profile === 'cluster') {
    if (only !== undefined) return { profile, only };
    throw new RepriseError(
      'INVALID',
      `the cluster profile runs one process at a time: name it with --only ${CLUSTER_PROCESSES.join('|')}`,
    );
  }
  if (only === undefined) return { profile };
  throw new RepriseError('INVALID', '--only belongs to the cluster profile: add --profile cluster');
}

function profileIn(env: Environment): Profile {
  const text = env['REPRISE_PROFILE'];
  if (!isSet(text)) return 'embedded';
  const profile = PROFILES.find((one) => one === text);
  if (profile !== undefined) return profile;
  throw new RepriseError(
    'INVALID',
    `the environment does not fit: REPRISE_PROFILE: must be ${PROFILES.join(' or ')}`,
  );
}

/** Says which `REPRISE_…` variables do nothing for the embedded profile, so that no slip is silent. */
export function embeddedRemarks(env: Environment): readonly string[] {
  const idle = clusterVariablesIn(env);
  const remarks = unknownVariables(env);
  if (idle.length === 0) return remarks;
  return [...remarks, `${idle.join(', ')}: read by the cluster profile alone (--profile cluster)`];
}
