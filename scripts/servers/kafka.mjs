import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { made } from '../setup/cache.mjs';
import { run } from '../setup/run.mjs';
import { isAlive } from './identity.mjs';
import { bringJars, requireJava } from './jars.mjs';
import * as pins from './pins.mjs';
import { choosePorts } from './ports.mjs';
import { kafkaAnswers } from './probes.mjs';
import { endAll, startDetached } from './process-group.mjs';

const formatMsMax = 60_000;
const archiveMsMax = 60_000;
const lookMs = 100;
const clusterId = 'UmVwcmlzZVN0YWNrS2Fma2';

/** One broker that is its own controller, without ZooKeeper. */
export const kafka = {
  name: 'kafka',
  title: 'Kafka',
  ports: ['kafka', 'kafka-controller'],
  keepsData: () => true,
  env: (ports) => ({ REPRISE_KAFKA_BROKERS: `127.0.0.1:${ports.kafka}` }),
  answers: (ports) => kafkaAnswers(ports.kafka),

  async provide({ cache, logFile, progress }) {
    const java = await requireJava({ logFile });
    let how = 'kept from before';
    const path = await made(join(cache, 'kafka', pins.kafka.version), async (scratch) => {
      progress.begin('kafka', `fetching Kafka ${pins.kafka.version} with Maven`);
      how = "from Maven's registry";
      const { jars, jarsSha256: sha256 } = pins.kafka;
      await bringJars({ jars, sha256, scratch, target: join(scratch, 'lib'), logFile });
      await format(scratch, logFile);
    });
    const classes = await made(`${path}-classes-${java}`, (scratch) =>
      archiveClasses(path, scratch, progress),
    );
    return { how, version: pins.kafka.version, path, classes: join(classes, 'classes.jsa') };
  },

  async plan({ folder, ports, program }) {
    const sharing = `-XX:SharedArchiveFile=${program.classes}`;
    return [
      {
        role: 'broker',
        command: 'java',
        args: [sharing, ...(await broker(folder, ports, program.path))],
      },
    ];
  },
};

/** Writes a broker's settings and returns what Java is called with. */
async function broker(folder, ports, path) {
  const data = join(folder, 'data');
  // Formatting takes a Java machine two seconds: a data folder that was formatted once is copied.
  await made(data, (scratch) => cp(join(path, 'formatted'), scratch, { recursive: true }));
  const properties = join(folder, 'server.properties');
  await writeFile(properties, propertiesOf(ports, data));
  // The quick compiler alone: most of a start is compiling, and a restart is what tests wait for.
  const machine = ['-Xms128m', '-Xmx512m', '-XX:TieredStopAtLevel=1'];
  return [...machine, ...javaArguments(path), 'kafka.Kafka', properties];
}

/**
 * Runs a broker once, to note the classes that it loads: a start from such an archive takes half the time. Where
 * none could be made, Java starts without.
 */
async function archiveClasses(path, scratch, progress) {
  progress.begin('kafka', 'noting which classes it loads, for quicker starts');
  const ports = await choosePorts({ names: kafka.ports, taken: new Set() });
  const archiving = `-XX:ArchiveClassesAtExit=${join(scratch, 'classes.jsa')}`;
  const mark = await startDetached({
    command: 'java',
    args: [archiving, ...(await broker(scratch, ports, path))],
    cwd: scratch,
    owner: scratch,
    logFile: join(scratch, 'log'),
  });
  try {
    for (let waitedMs = 0; waitedMs < archiveMsMax && isAlive(mark); waitedMs += lookMs) {
      if (await kafkaAnswers(ports.kafka)) break;
      await sleep(lookMs);
    }
  } finally {
    await endAll({ marks: [mark], owner: scratch });
    await rm(join(scratch, 'data'), { recursive: true, force: true });
  }
}

async function format(scratch, logFile) {
  const data = join(scratch, 'formatted');
  await mkdir(data);
  await writeFile(join(scratch, 'log4j.properties'), loggingProperties);
  const properties = join(scratch, 'format.properties');
  await writeFile(properties, propertiesOf({ kafka: 1, 'kafka-controller': 2 }, data));
  const tool = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties];
  const args = ['-Xmx128m', '-XX:TieredStopAtLevel=1', ...javaArguments(scratch), ...tool];
  await run('java', args, { logFile, msMax: formatMsMax });
}

function javaArguments(path) {
  const logging = `-Dlog4j.configuration=file:${join(path, 'log4j.properties')}`;
  return [logging, '-cp', join(path, 'lib', '*')];
}

/** Internal topics have few partitions and one replica: one broker on one machine, quickly started. */
function propertiesOf(ports, data) {
  const [broker, controller] = [ports.kafka, ports['kafka-controller']];
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': data,
    // A killed broker's successor is let in when the session of the killed one is over.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'num.partitions': 1,
    'auto.create.topics.enable': false,
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'log.segment.bytes': 67_108_864,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

const loggingProperties = `log4j.rootLogger=WARN,out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d{ISO8601} %p %m (%c)%n
`;
