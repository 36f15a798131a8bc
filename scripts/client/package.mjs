import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../setup/run.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const source = join(root, 'clients', 'typescript');
const compileMsMax = 5 * 60_000;

/** What of the package's folder is published beside what is compiled. */
const COPIED = ['package.json', 'README.md', 'LICENSE'];

/** Makes a folder of the client as it is published: compiled, with its types, ready for `npm pack` or `npm publish`. */
export async function buildClientPackage(folder) {
  const dist = join(folder, 'dist');
  await rm(dist, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(process.execPath, [tsc, '--project', source, '--outDir', dist], {
    cwd: root,
    msMax: compileMsMax,
  });
  for (const name of COPIED) await cp(join(source, name), join(folder, name));
}
