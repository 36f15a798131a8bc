import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { made } from '../setup/cache.mjs';
import { downloadDebian, unpackDebian } from '../setup/debian.mjs';
import { platform } from '../setup/pins.mjs';
import { StepError } from '../setup/run.mjs';
import { programOnPath, versionOf } from './on-path.mjs';
import * as pins from './pins.mjs';
import { pageAnswers } from './probes.mjs';

const remedy =
  'install Prometheus so that prometheus is on the PATH (Debian, Ubuntu: apt-get install prometheus), ' +
  'then run scripts/stack up again';

/** Prometheus, which reads what is listed in `targets/*.json` of its folder, within a second of being listed. */
export const prometheus = {
  name: 'prometheus',
  title: 'Prometheus',
  ports: ['prometheus'],
  keepsData: () => true,
  env: (ports) => ({ REPRISE_TEST_PROMETHEUS_URL: `http://127.0.0.1:${ports.prometheus}` }),
  answers: (ports) => pageAnswers(ports.prometheus, '/-/ready'),

  async provide({ cache, logFile, progress }) {
    const installed = await programOnPath('prometheus', logFile);
    if (installed !== undefined) return installed;
    let how = "Debian's package, kept from before";
    try {
      const folder = await made(join(cache, 'prometheus', platform), async (scratch) => {
        progress.begin('prometheus', "no prometheus here: unpacking Debian's package");
        how = "Debian's package";
        await unpackInto(scratch, logFile);
      });
      const path = join(folder, 'usr', 'bin', 'prometheus');
      return { how, version: await versionOf(path, { logFile }), path };
    } catch (error) {
      throw new StepError(error.message, { remedy, cause: error });
    }
  },

  async plan({ folder, ports, program }) {
    await mkdir(join(folder, 'targets'), { recursive: true });
    const config = join(folder, 'prometheus.json');
    await writeFile(config, JSON.stringify(configuration, null, 2));
    const args = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${ports.prometheus}`,
      '--log.level=warn',
    ];
    return [{ role: 'prometheus', command: program.path, args }];
  },
};

/** YAML knows JSON. Every second, so that a test sees a rate soon. */
const configuration = {
  global: { scrape_interval: '1s', scrape_timeout: '1s' },
  scrape_configs: [
    {
      job_name: 'reprise',
      file_sd_configs: [{ files: ['targets/*.json'], refresh_interval: '1s' }],
    },
  ],
};

async function unpackInto(scratch, logFile) {
  const packages = join(scratch, 'packages');
  await mkdir(packages);
  const { debian: names, debianSha256: sha256 } = pins.prometheus;
  const files = await downloadDebian({ names, sha256, folder: packages, logFile, remedy });
  await unpackDebian({ files, folder: packages, target: scratch, logFile });
  const path = join(scratch, 'usr', 'bin', 'prometheus');
  if (!existsSync(path)) throw new StepError("Debian's package has no prometheus");
  await versionOf(path, { logFile });
}
