import { join } from 'node:path';
import { made } from '../setup/cache.mjs';
import { downloadMsMax, platform } from '../setup/pins.mjs';
import { run, StepError } from '../setup/run.mjs';
import { programOnPath } from './on-path.mjs';
import * as pins from './pins.mjs';
import { s3Answers } from './probes.mjs';

const remedy =
  'install Python 3.10 or newer with pip (Debian, Ubuntu: apt-get install python3-pip), ' +
  'then run scripts/stack up again';

const bucket = 'reprise';

/** An S3 server for tests: moto, which keeps its objects in memory. The bucket is there as soon as it answers. */
export const s3 = {
  name: 's3',
  title: 'S3',
  ports: ['s3'],
  keepsData: () => false,
  env: (ports) => ({
    REPRISE_S3_ENDPOINT: `http://127.0.0.1:${ports.s3}`,
    REPRISE_S3_REGION: 'us-east-1',
    REPRISE_S3_BUCKET: bucket,
    REPRISE_S3_ACCESS_KEY_ID: 'reprise',
    REPRISE_S3_SECRET_ACCESS_KEY: 'reprise-on-loopback',
  }),
  answers: (ports) => s3Answers(ports.s3, bucket),
  note: () => 'a stand-in for S3 (moto) that asks for no right credentials',

  async provide({ cache, logFile, progress }) {
    try {
      const python = await programOnPath('python3', logFile);
      if (python === undefined) throw new StepError('there is no python3 on the PATH');
      const { version, packages } = pins.moto;
      let how = 'moto, kept from before';
      // Some of its packages are compiled for one version of Python.
      const kind = `${platform}-python-${python.version}`;
      const path = await made(join(cache, 'moto', version, kind), async (scratch) => {
        progress.begin('s3', 'no S3 server here: installing moto with pip');
        how = "moto, from pip's registry";
        const quiet = ['--disable-pip-version-check', '--no-input', '--quiet'];
        const pinned = ['--no-deps', '--only-binary', ':all:', '--target', scratch, ...packages];
        const args = ['-m', 'pip', 'install', ...quiet, ...pinned];
        await run(python.path, args, { logFile, msMax: downloadMsMax });
      });
      return { how, version, path, python: python.path };
    } catch (error) {
      throw new StepError(error.message, { remedy, cause: error });
    }
  },

  plan({ ports, program }) {
    const args = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(ports.s3)];
    return [{ role: 'server', command: program.python, args, env: { PYTHONPATH: program.path } }];
  },
};
