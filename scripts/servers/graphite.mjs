import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { made } from '../setup/cache.mjs';
import { downloadDebian, unpackDebian } from '../setup/debian.mjs';
import { downloadMsMax, platform } from '../setup/pins.mjs';
import { run, StepError } from '../setup/run.mjs';
import { carbonConf, settingsPy, statsdJs, wsgiPy } from './graphite-files.mjs';
import * as pins from './pins.mjs';
import { listens, pageAnswers, statsdAnswers } from './probes.mjs';

const remedy =
  'install Graphite (Debian 12: apt-get install graphite-carbon graphite-web python3-waitress), ' +
  'then run scripts/stack up again';

/** Debian's own Python: its packages are compiled for it, and another one earlier on the PATH doesn't see them. */
const python = '/usr/bin/python3';

/** Graphite, which keeps and renders, and StatsD before it, which hears datagrams and tells Graphite each second. */
export const graphite = {
  name: 'graphite',
  title: 'Graphite with StatsD',
  ports: ['carbon', 'carbonquery', 'graphite', 'statsd', 'statsdadmin'],
  keepsData: () => true,
  env: (ports) => ({
    REPRISE_TEST_STATSD_URL: `udp://127.0.0.1:${ports.statsd}`,
    REPRISE_TEST_GRAPHITE_URL: `http://127.0.0.1:${ports.graphite}`,
  }),
  answers: async (ports) =>
    (await listens(ports.carbon)) &&
    (await statsdAnswers(ports.statsdadmin)) &&
    (await pageAnswers(ports.graphite, '/metrics/find?query=*')),

  async provide({ cache, logFile, progress }) {
    try {
      if (!existsSync(python)) throw new StepError(`there is no ${python}`);
      const root = await rootOf({ cache, logFile, progress });
      const statsd = await made(join(cache, 'statsd', pins.statsd.version), async (scratch) => {
        progress.begin('graphite', 'installing StatsD with npm');
        const quiet = ['--no-audit', '--no-fund', '--omit=optional', '--ignore-scripts'];
        const args = ['install', '--prefix', scratch, ...quiet, ...pins.statsd.packages];
        await run('npm', args, { logFile, msMax: downloadMsMax });
      });
      const script = join(statsd, 'node_modules', 'statsd', 'stats.js');
      return { how: root.how, version: pins.graphite.version, root: root.path, script };
    } catch (error) {
      throw new StepError(error.message, { remedy, cause: error });
    }
  },

  async plan({ folder, ports, program }) {
    const conf = join(folder, 'conf');
    for (const name of ['conf', 'logs', 'run', 'whisper']) {
      await mkdir(join(folder, name), { recursive: true });
    }
    const files = {
      'carbon.conf': carbonConf(folder, ports),
      // A second's resolution, so that a test sees its metric at once.
      'storage-schemas.conf': '[all]\npattern = .*\nretentions = 1s:1h\n',
      'storage-aggregation.conf': '[all]\npattern = .*\nxFilesFactor = 0\n',
      'stack_graphite_settings.py': settingsPy(folder, program.root, ports),
      'stack_wsgi.py': wsgiPy,
      'statsd.js': statsdJs(ports),
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(conf, name), text);
    const packages = join(program.root, 'usr', 'lib', 'python3', 'dist-packages');
    const PYTHONPATH = `${conf}:${packages}`;
    const carbon = join(program.root, 'usr', 'bin', 'carbon-cache');
    const django = {
      PYTHONPATH,
      GRAPHITE_SETTINGS_MODULE: 'stack_graphite_settings',
      DJANGO_SETTINGS_MODULE: 'graphite.settings',
    };
    // Its web asks who a caller is of a table that has to be there.
    await run(python, ['-W', 'ignore', '-m', 'django', 'migrate', '--run-syncdb'], {
      env: django,
      cwd: conf,
      logFile: join(folder, 'provide.log'),
      msMax: 60_000,
    });
    const serve = ['-W', 'ignore', '-m', 'waitress', `--listen=127.0.0.1:${ports.graphite}`];
    return [
      {
        role: 'carbon',
        command: python,
        args: [
          ...['-W', 'ignore', carbon, `--config=${join(conf, 'carbon.conf')}`],
          ...[`--pidfile=${join(folder, 'run', 'carbon.pid')}`, '--nodaemon', 'start'],
        ],
        env: { PYTHONPATH, GRAPHITE_CONF_DIR: conf, GRAPHITE_STORAGE_DIR: folder },
      },
      {
        role: 'statsd',
        command: process.execPath,
        args: [program.script, join(conf, 'statsd.js')],
      },
      {
        role: 'web',
        command: python,
        args: [...serve, '--threads=2', 'stack_wsgi:application'],
        env: django,
      },
    ];
  },
};

/** Where Debian's packages lie: below the root of the machine, or unpacked in the cache. */
async function rootOf({ cache, logFile, progress }) {
  const needed = ['carbon-cache', 'graphite-manage', 'waitress-serve'];
  if (needed.every((name) => existsSync(join('/usr/bin', name)))) {
    return { path: '/', how: 'installed here' };
  }
  let how = "Debian's packages, kept from before";
  const path = await made(join(cache, 'graphite', platform), async (scratch) => {
    progress.begin('graphite', "no Graphite here: unpacking Debian's packages");
    how = "Debian's packages";
    const packages = join(scratch, 'packages');
    await mkdir(packages);
    const { debian: names, debianSha256: sha256 } = pins.graphite;
    const files = await downloadDebian({ names, sha256, folder: packages, logFile, remedy });
    await unpackDebian({ files, folder: packages, target: scratch, logFile });
    const PYTHONPATH = join(scratch, 'usr', 'lib', 'python3', 'dist-packages');
    const imports = 'import carbon, cairocffi, django, twisted, waitress, whisper';
    await run(python, ['-c', imports], { env: { PYTHONPATH }, logFile, msMax: 60_000 });
  });
  return { path, how };
}
