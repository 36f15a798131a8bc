/**
 * Runs the steps of deploy/Dockerfile without Docker: a clean `git archive` of the last commit as the build context, the
 * build stage's steps in a scratch folder, then the image's command in what the image would hold. It proves that the
 * steps work and that what the image leaves out is not needed.
 *
 *   node scripts/image-steps.mjs [--keep] [--working-tree] [--packages-here]
 *
 * Left out, and said: what needs root or another machine (apt-get, folders at the top), and the image's own cache
 * folder: what set-up fetches and compiles is shared with this machine's. `--working-tree` takes the files as they are
 * instead of the last commit, `--packages-here` a copy of this checkout's npm packages instead of `npm ci`: quick, and
 * right as long as they are those of package-lock.json.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandOf, readDockerfile, variablesOf } from './image/dockerfile.mjs';
import { readIgnored } from './image/ignored.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stepMsMax = 10 * 60_000;
const packagesHere = process.argv.includes('--packages-here');
const say = (line) => console.log(`image ${line}`);

function run(command, args, options) {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: stepMsMax,
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  if (error !== undefined) throw error;
  if (status !== 0) {
    const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-20).join('\n');
    throw new Error(`${[command, ...args].join(' ')} ended with ${status ?? signal}:\n${said}`);
  }
  return stdout;
}

/** Lays what the builder would be given into a folder: the commit without what .dockerignore names. */
function layContext(context, workingTree) {
  mkdirSync(context);
  if (workingTree) {
    const listed = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
    });
    for (const path of listed.split('\0').filter(Boolean)) {
      cpSync(join(root, path), join(context, path), { recursive: true });
    }
  } else {
    const archive = `${context}.tar`;
    run('git', ['archive', '--format=tar', `--output=${archive}`, 'HEAD'], { cwd: root });
    run('tar', ['-xf', archive, '-C', context]);
    rmSync(archive);
  }
  const isIgnored = readIgnored(readFileSync(join(context, '.dockerignore'), 'utf8'));
  for (const entry of readdirSync(context, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (isIgnored(relative(context, path))) rmSync(path, { recursive: true, force: true });
  }
}

/** Copies from the context, as COPY does; the last name is the folder to copy into. */
function copy(text, context, folder) {
  const names = text.split(/\s+/);
  const target = join(folder, names.pop());
  for (const name of names) {
    const into = name === '.' ? target : join(target, name);
    cpSync(join(context, name), into, { recursive: true });
  }
}

function build(stage, { context, app, env }) {
  for (const { word, text, line } of stage.steps) {
    const shown = `${word} ${text}`.replaceAll(/\s+/g, ' ').slice(0, 90);
    if (word === 'RUN' && /^apt-get /.test(commandOf(text))) {
      say(`left out: ${shown} (this machine is not the image)`);
    } else if (word === 'RUN' && packagesHere && /^npm ci /.test(commandOf(text))) {
      run('cp', ['-a', join(root, 'node_modules'), app]);
      say(`left out: ${shown} (a copy of this checkout's packages instead)`);
    } else if (word === 'RUN') {
      if (text.includes('/app')) throw new Error(`line ${line}: name no path of the image in RUN`);
      const startMs = Date.now();
      run('sh', ['-ec', commandOf(text)], { cwd: app, env });
      say(`ran: ${shown} (${((Date.now() - startMs) / 1000).toFixed(1)} s)`);
    } else if (word === 'COPY') {
      copy(text, context, app);
      say(`copied: ${text}`);
    } else if (word !== 'WORKDIR' && word !== 'ENV') {
      throw new Error(`line ${line}: ${word} in the build stage is not understood`);
    } else if (word === 'ENV') {
      say(`left out: ${shown} (the machine's own cache is shared)`);
    }
  }
}

/** Starts the image's command with the image's variables, as nobody's shell would have them. */
function start(stage, app) {
  const variables = stage.steps
    .filter(({ word }) => word === 'ENV')
    .reduce((all, { text }) => ({ ...all, ...variablesOf(text) }), {});
  delete variables.XDG_CACHE_HOME;
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, ...variables };
  const help = run(process.execPath, ['bin/reprise', '--help'], { cwd: app, env });
  if (!help.includes('start')) throw new Error(`bin/reprise --help said:\n${help}`);
  say('ran: bin/reprise --help, with the image’s variables');
  const refused = spawnSync(process.execPath, ['bin/reprise', 'start', '--only', 'worker'], {
    cwd: app,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (refused.status !== 2 || !refused.stderr.includes('REPRISE_MONGO_URL: must be set')) {
    throw new Error(`start --only worker without servers said:\n${refused.stderr}`);
  }
  say('ran: bin/reprise start --only worker, which names the variables that it needs');
}

const scratch = mkdtempSync(join(tmpdir(), 'reprise-image-'));
try {
  const [context, app] = [join(scratch, 'context'), join(scratch, 'app')];
  layContext(context, process.argv.includes('--working-tree'));
  mkdirSync(app);
  const stages = readDockerfile(readFileSync(join(context, 'deploy', 'Dockerfile'), 'utf8'));
  const made = stages.find(({ name }) => name === 'build');
  const image = stages.find(({ name }) => name === 'image');
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('REPRISE_'));
  build(made, { context, app, env: { ...Object.fromEntries(inherited), CI: 'true' } });
  start(image, app);
} catch (error) {
  console.error(`image ✗ ${error.message}`);
  process.exitCode = 1;
} finally {
  if (process.argv.includes('--keep')) say(`kept: ${scratch}`);
  else rmSync(scratch, { recursive: true, force: true });
}
