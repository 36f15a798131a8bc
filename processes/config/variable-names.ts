import { clusterVariables, SECRET_VARIABLES } from './cluster-variables.ts';
import { coreVariables } from './core-variables.ts';

/** An environment as a process is given it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that are read elsewhere than in the configuration. */
const READ_ELSEWHERE: readonly string[] = ['REPRISE_PROFILE', 'REPRISE_SETUP', 'REPRISE_DEBUG'];

/** Variables that tests, benchmarks, scripts and the guide set for themselves start with one of these. */
const OF_OTHERS: readonly string[] = [
  'REPRISE_BENCHMARK',
  'REPRISE_CHAOS',
  'REPRISE_DATA',
  'REPRISE_DOCS',
  'REPRISE_KILL',
  'REPRISE_STACK',
  'REPRISE_TEST',
];

/** Letters by which a name may differ from the one that is meant. */
const SLIPS_MAX = 3;

/** Lists the variables that a file may give: each secret with `_FILE` behind its name. */
export function fileVariables(): readonly string[] {
  return SECRET_VARIABLES.map((name) => `${name}_FILE`);
}

/** Lists every variable that some process of the product reads. */
export function knownVariables(): readonly string[] {
  return [
    ...Object.keys(coreVariables),
    ...Object.keys(clusterVariables),
    ...fileVariables(),
    ...READ_ELSEWHERE,
  ];
}

/** Lists the variables of the cluster profile that an environment sets. */
export function clusterVariablesIn(env: Environment): readonly string[] {
  const ofCluster = [...Object.keys(clusterVariables), ...fileVariables()];
  return Object.keys(env).filter((name) => ofCluster.includes(name) && isSet(env[name]));
}

/** Says of every `REPRISE_…` variable that nothing reads that it does nothing, and which one may be meant. */
export function unknownVariables(env: Environment): readonly string[] {
  const known = knownVariables();
  return Object.keys(env)
    .filter((name) => name.startsWith('REPRISE_') && !known.includes(name))
    .filter((name) => !OF_OTHERS.some((start) => name === start || name.startsWith(`${start}_`)))
    .sort()
    .map((name) => `${name}: ${remedyFor(name, known)}`);
}

function remedyFor(name: string, known: readonly string[]): string {
  if (/_(SERVICE_HOST|SERVICE_PORT|PORT_\d+_TCP)(_|$)|_PORT$/.test(name)) {
    return 'no such variable; where Kubernetes sets it for a Service, set enableServiceLinks: false';
  }
  const nearest = known
    .map((one) => ({ one, distance: editDistance(name, one) }))
    .reduce((best, next) => (next.distance < best.distance ? next : best));
  return nearest.distance <= SLIPS_MAX
    ? `no such variable: is ${nearest.one} meant?`
    : 'no such variable';
}

/** Tells whether a variable has a value: an empty one, as Compose passes it for an absent one, is none. */
export function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

/** Counts the letters to add, leave out or change between two names. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let at = 1; at <= from.length; at += 1) {
    const next = [at];
    for (let column = 1; column <= to.length; column += 1) {
      const changed = (row[column - 1] ?? 0) + (from[at - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
