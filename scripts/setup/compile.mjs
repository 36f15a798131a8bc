import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, StepError } from './run.mjs';

const msMax = 5 * 60_000;

/** Names the folder with Node's headers, which stand beside its binary wherever Node was unpacked as a whole. */
export function nodeHeaders(root) {
  const candidates = [
    join(dirname(dirname(process.execPath)), 'include', 'node'),
    join(root, 'node_modules', 'node-api-headers', 'include'),
    '/usr/include/node',
    '/usr/local/include/node',
  ];
  const found = candidates.find((folder) => existsSync(join(folder, 'node_api.h')));
  if (found !== undefined) return found;
  throw new StepError("Node's headers (node_api.h) aren't beside its binary", {
    remedy: 'install Node from nodejs.org, or the package with its headers (Debian: libnode-dev)',
  });
}

/**
 * Compiles an addon for Node-API 8. `libraries` are linked by their full paths and found again there at run
 * time; a library that another one needs is found beside it (the old kind of run path is inherited).
 */
export async function compileAddon({
  root,
  name,
  sources,
  includes,
  flags = [],
  libraries,
  output,
  logFile,
}) {
  const folders = [...new Set(libraries.map((file) => dirname(file)))];
  const args = [
    '-std=c++17',
    '-O2',
    '-fPIC',
    '-shared',
    '-DNAPI_VERSION=8',
    `-DNODE_GYP_MODULE_NAME=${name}`,
    '-DBUILDING_NODE_EXTENSION',
    ...flags,
    ...[nodeHeaders(root), ...includes].map((folder) => `-I${folder}`),
    ...sources,
    '-o',
    output,
    '-Wl,--disable-new-dtags',
    '-Wl,--no-as-needed',
    ...libraries,
    ...folders.map((folder) => `-Wl,-rpath,${folder}`),
  ];
  try {
    await run(process.env.CXX || 'c++', args, { logFile, msMax });
  } catch (error) {
    if (error.cause?.code !== 'ENOENT') throw error;
    throw new StepError('no C++ compiler', {
      cause: error,
      remedy: 'install one (Debian, Ubuntu: apt-get install g++), then run npm run setup',
    });
  }
}
