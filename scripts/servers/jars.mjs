import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadMsMax } from '../setup/pins.mjs';
import { run, StepError } from '../setup/run.mjs';
import { mavenCopy } from './pins.mjs';

const oldestJava = 17;
const remedy =
  'install Maven and a JDK, 17 or newer (Debian, Ubuntu: apt-get install maven default-jdk-headless), ' +
  'then run scripts/stack up again';

/** Lets Maven bring jars and all that they need into `target`, and checks that they are the pinned ones. */
export async function bringJars({ jars, sha256, scratch, target, logFile }) {
  // Maven gets a repository of its own, so that nothing stays in the user's for ever.
  const repository = join(scratch, 'maven');
  const project = join(scratch, 'pom.xml');
  await writeFile(project, projectOf(jars));
  const args = ['--batch-mode', '--no-transfer-progress', `-Dmaven.repo.local=${repository}`];
  const goal = [mavenCopy, `-DoutputDirectory=${target}`, '-DincludeScope=runtime'];
  try {
    await run('mvn', [...args, '-f', project, ...goal], { logFile, msMax: downloadMsMax });
  } catch (error) {
    throw new StepError(error.message, { remedy, cause: error });
  }
  const actual = await hashOfJars(target);
  if (actual !== sha256) {
    throw new StepError(
      `the jars of ${jars[0]} have the SHA-256 ${actual}, not the pinned ${sha256}`,
    );
  }
  await rm(repository, { recursive: true });
}

/** Refuses a machine without Java, or with one that is too old. Returns its version. */
export async function requireJava({ command = 'java', logFile }) {
  try {
    const said = await run(command, ['-version'], { logFile, msMax: 20_000 });
    const version = /(?:version "|javac )([\w.+-]+)/.exec(said)?.[1] ?? 'unknown';
    if (parseInt(version, 10) < oldestJava) throw new StepError(`${command} ${version} is too old`);
    return version;
  } catch (error) {
    throw new StepError(error.message, { remedy, cause: error });
  }
}

function projectOf(jars) {
  const dependencies = jars.map((jar) => {
    const [group, artifact, version] = jar.split(':');
    return (
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>` +
      `<version>${version}</version></dependency>`
    );
  });
  return (
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>' +
    '<groupId>reprise</groupId><artifactId>server</artifactId><version>1</version>' +
    `<packaging>pom</packaging><dependencies>${dependencies.join('')}</dependencies></project>\n`
  );
}

async function hashOfJars(folder) {
  const all = createHash('sha256');
  for (const name of (await readdir(folder)).sort()) {
    const one = createHash('sha256');
    for await (const chunk of createReadStream(join(folder, name))) one.update(chunk);
    all.update(`${name} ${one.digest('hex')}\n`);
  }
  return all.digest('hex');
}
