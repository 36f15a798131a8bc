/** What is the main space's alone: who may enter it, where it stands, and where its figures are told. */
const OF_THE_MAIN_SPACE: readonly string[] = [
  ...['REPRISE_API_KEY', 'REPRISE_KEYS_FILE', 'REPRISE_SPACES', 'REPRISE_DATA_DIR'],
  // StatsD knows figures by their names, which all spaces share: theirs are at /metrics, with a key of theirs.
  ...['REPRISE_STATSD_URL', 'REPRISE_HOST', 'REPRISE_PORT'],
];

/** The environment of a space's process: the main one's, without what is the main space's alone. */
export function spaceEnvironment(env: NodeJS.ProcessEnv, name: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([variable]) => !OF_THE_MAIN_SPACE.includes(variable));
  const { REPRISE_DURABLE: durable, OTEL_SERVICE_NAME: service = 'reprise' } = env;
  return {
    ...Object.fromEntries(kept),
    // A Temporal server for every space from the first moment would be many that nobody asked for.
    REPRISE_DURABLE: durable === 'off' ? 'off' : 'lazy',
    OTEL_SERVICE_NAME: `${service}-${name}`,
  };
}
