import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { keyOfFiles, made } from '../setup/cache.mjs';
import { run } from '../setup/run.mjs';
import { bringJars, requireJava } from './jars.mjs';
import { programOnPath } from './on-path.mjs';
import * as pins from './pins.mjs';
import { mongoAnswers } from './probes.mjs';

const compileMsMax = 60_000;
const source = 'MongoStandIn.java';

/**
 * A real mongod where there is one on the PATH, else a stand-in that speaks its protocol. The stand-in keeps its
 * data in a file, each write before it is answered, unless it was asked to keep them in memory.
 */
export const mongo = {
  name: 'mongo',
  title: 'MongoDB',
  ports: ['mongo'],
  keepsData: (program, options) => !program.isStandIn || options.memory !== true,
  env: (ports) => ({ REPRISE_MONGO_URL: `mongodb://127.0.0.1:${ports.mongo}` }),
  answers: (ports) => mongoAnswers(ports.mongo),

  note(program, options) {
    if (!program.isStandIn) return null;
    const keeps = options.memory ? 'in memory, lost when it ends' : 'in a file';
    return `a stand-in for MongoDB (mongo-java-server) whose data are ${keeps}; no transactions, no change streams`;
  },

  async provide({ cache, logFile, progress }) {
    const installed = await programOnPath('mongod', logFile);
    if (installed !== undefined) return { ...installed, isStandIn: false };
    const { version, jars, jarsSha256: sha256 } = pins.mongoStandIn;
    await requireJava({ logFile });
    const key = keyOfFiles(join(import.meta.dirname, 'java'), [source]).slice(0, 16);
    let how = 'a stand-in, kept from before';
    const lib = await made(join(cache, 'mongo-stand-in', version), async (scratch) => {
      progress.begin('mongo', `no mongod here: fetching a stand-in with Maven`);
      how = "a stand-in, from Maven's registry";
      await bringJars({ jars, sha256, scratch, target: join(scratch, 'lib'), logFile });
    });
    const path = await made(join(cache, 'mongo-stand-in', `${version}-${key}`), (scratch) =>
      compile({ jars: join(lib, 'lib'), scratch, logFile }),
    );
    return { how, version, path, jars: join(lib, 'lib', '*'), isStandIn: true };
  },

  async plan({ folder, ports, program, options }) {
    const data = join(folder, 'data');
    await mkdir(data, { recursive: true });
    const port = String(ports.mongo);
    if (!program.isStandIn) {
      const args = ['--bind_ip', '127.0.0.1', '--port', port, '--dbpath', data];
      const limits = ['--nounixsocket', '--wiredTigerCacheSizeGB', '0.25'];
      return [{ role: 'mongod', command: program.path, args: [...args, ...limits] }];
    }
    const file = options.memory ? [] : [join(data, 'store.mv')];
    const machine = ['-Xmx384m', '-XX:+UseSerialGC', '-cp', `${program.path}:${program.jars}`];
    const args = [...machine, 'MongoStandIn', '127.0.0.1', port, ...file];
    return [{ role: 'stand-in', command: 'java', args }];
  },
};

async function compile({ jars, scratch, logFile }) {
  await requireJava({ command: 'javac', logFile });
  await copyFile(join(import.meta.dirname, 'java', source), join(scratch, source));
  const args = ['-cp', join(jars, '*'), '-d', scratch, join(scratch, source)];
  await run('javac', args, { logFile, msMax: compileMsMax });
}
