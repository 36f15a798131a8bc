/**
 * The import rules of the rooms, a rule each (docs and ARCHITECTURE.md say why). A room may import at run
 * time what is listed for it here and nothing else of ours; `import type` is free where no rule says otherwise.
 */
const rooms = [
  'events',
  'model',
  'actors',
  'workflows',
  'activities',
  'projections',
  'api',
  'adapters',
  'processes',
  'web',
];

/** The rooms of ours that a room may import at run time, beside itself. */
const mayImport = {
  events: [],
  model: [],
  actors: ['events', 'model'],
  workflows: ['events'],
  projections: ['events', 'model'],
  activities: ['events', 'model', 'actors', 'projections'],
  api: ['events', 'projections', 'workflows/messages.ts'],
  adapters: ['events', 'model'],
  web: [],
};

const anyOf = (names) => `^(${names.join('|')})(/|$)`;
const npm = (names) => `(^|/)node_modules/(${names.join('|')})(/|$)`;

const runTimeRules = Object.entries(mayImport).map(([room, others]) => ({
  name: `${room}-import-only-${others.length === 0 ? 'themselves' : 'what-they-may'}`,
  comment: `${room}/ may import at run time: ${others.join(', ') || 'nothing of ours'}`,
  severity: 'error',
  from: { path: `^${room}/` },
  to: {
    path: anyOf(rooms),
    pathNot: anyOf([room, ...others]),
    dependencyTypesNot: ['type-only'],
  },
}));

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    ...runTimeRules,
    forbid(
      'no-circles',
      'a circle has no order in which to read it (types alone are not read)',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    forbid(
      'events-and-model-stand-alone',
      'not even a type of another room: everything else stands on these two',
      { path: '^(events|model)/' },
      { path: anyOf(rooms), pathNot: '^$1/' },
    ),
    forbid(
      'only-processes-import-adapters',
      'the rest knows ports; processes/, test/ and benchmarks/ choose the adapters',
      { pathNot: '^(processes|adapters|test|benchmarks)/' },
      { path: '^adapters/' },
    ),
    forbid(
      'embedded-knows-no-cluster',
      'the twins never import each other',
      { path: '^adapters/embedded/' },
      { path: '^adapters/cluster/' },
    ),
    forbid(
      'cluster-knows-no-embedded',
      'the twins never import each other',
      { path: '^adapters/cluster/' },
      { path: '^adapters/embedded/' },
    ),
    forbid(
      'the-page-knows-the-api-by-its-schemas',
      'not even a type of anything else: what it asks goes over HTTP',
      { path: '^web/' },
      { path: anyOf(rooms), pathNot: '^(web|api/schema)/' },
    ),
    forbid(
      'clients-stand-alone',
      'what is published brings nothing of the server, and the server nothing of it',
      { path: '^clients/' },
      { path: anyOf(rooms) },
    ),
    forbid(
      'nothing-imports-clients',
      'the server knows no client; tests and scripts do',
      { path: anyOf(rooms) },
      { path: '^clients/' },
    ),
    forbid(
      'nothing-imports-the-page',
      'it is built, and served as files',
      { path: anyOf(rooms), pathNot: '^web/' },
      { path: '^web/' },
    ),
    forbid(
      'the-page-without-builtins',
      'a browser has none',
      { path: '^web/' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'nothing-imports-test-code',
      'tests, benchmarks and scripts stand outside the product',
      { path: anyOf(rooms) },
      { path: '^(test|benchmarks|scripts)/' },
    ),
    forbid(
      'actors-and-workflows-without-builtins',
      'what they need of the machine is passed in',
      { path: '^(actors|workflows)/' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'pure-rooms-without-the-machine',
      'network, disk, processes and timers are passed in',
      { path: '^(events|model|projections)/', pathNot: '^model/kernel/' },
      {
        dependencyTypes: ['core'],
        path: '^(node:)?(fs|net|http|http2|https|tls|dgram|child_process|worker_threads|cluster|timers|os)(/|$)',
      },
    ),
    forbid(
      'workflows-import-only-their-sdk',
      'everything else would stand in the sandboxed bundle',
      { path: '^workflows/' },
      {
        path: '(^|/)node_modules/',
        pathNot: npm(['@temporalio/(workflow|common)']),
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid(
      'pure-rooms-without-drivers',
      'drivers live in adapters/, servers in api/ and processes/',
      { path: '^(events|model|actors|projections)/' },
      {
        path: npm([
          '@temporalio',
          'lmdb',
          'kafkajs',
          'mongodb',
          'ioredis',
          '@aws-sdk',
          'koa',
          '@koa',
          'pino',
        ]),
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid(
      'stores-only-in-adapters',
      'a driver behind its port can be replaced',
      { path: anyOf(rooms), pathNot: '^adapters/' },
      {
        path: npm(['lmdb', 'kafkajs', 'mongodb', 'ioredis', '@aws-sdk']),
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid(
      'instruments-only-in-adapters',
      'what is measured goes through the port: only adapters know who hears of it',
      { path: anyOf(rooms), pathNot: '^adapters/' },
      {
        path: npm(['prom-client', 'hot-shots', '@opentelemetry']),
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid(
      'native-parts-only-at-the-edge',
      'code that can block, leak or crash is loaded by child processes alone',
      { path: anyOf(rooms), pathNot: '^(adapters|processes)/' },
      { path: npm(['@tensorflow', 'faiss-node']), dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'api-without-temporal',
      'the API starts workflows through a port',
      { path: '^api/' },
      { path: npm(['@temporalio']), dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'product-without-development-packages',
      'a package that the product runs with stands under dependencies',
      { path: anyOf(rooms) },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: npm(['@types']) },
    ),
    forbid(
      'nothing-unresolvable',
      'an import that leads nowhere',
      { path: anyOf([...rooms, 'clients', 'test', 'benchmarks', 'scripts']) },
      { couldNotResolve: true },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.build|\\.native|model/kernel/assembly)/' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
    },
  },
};
