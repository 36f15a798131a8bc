import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** How a command of a fake clone ended. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with the project's scripts and next to nothing else, with caches of its own. */
export interface FakeClone {
  readonly root: string;
  readonly cache: string;
  write(file: string, content: string): Promise<void>;
  read(file: string): Promise<string>;
  /** Runs Node on a script of the clone; the PATH holds only the clone's folder `programs`. */
  run(args: readonly string[], env?: NodeJS.ProcessEnv, cwd?: string): Promise<Outcome>;
  remove(): Promise<void>;
}

/**
 * Makes a clone whose packages count as installed and whose hosts are all on this machine: no test of
 * set-up goes out into the network. `pins` may change the pinned sources further.
 */
export async function makeFakeClone(pins = (text: string): string => text): Promise<FakeClone> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-clone-'));
  const cache = join(folder, 'cache');
  const write = async (file: string, content: string): Promise<void> => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), content);
  };
  const scripts = ['setup', 'setup.mjs', 'servers', 'run-tests.mjs', 'test-stack.mjs'];
  for (const name of ['bin', ...scripts.map((script) => `scripts/${script}`)]) {
    await cp(join(root, name), join(folder, name), { recursive: true });
  }
  const pinned = await readFile(join(root, 'scripts/setup/pins.mjs'), 'utf8');
  await write(
    'scripts/setup/pins.mjs',
    pins(pinned.replace(/https:\/\/[^/']+/g, 'http://127.0.0.1:1')),
  );
  await write('node_modules/.package-lock.json', '{"packages":{}}');
  await mkdir(join(folder, 'programs'));
  // What the packages of a fake clone lack: the loader that Node 20 reads TypeScript with.
  await symlink(join(root, 'node_modules/tsx'), join(folder, 'node_modules/tsx'));
  await write('tsconfig.json', '{}');
  await write('package.json', '{"type":"module"}');
  await write('package-lock.json', '{"packages":{"":{}}}');
  return {
    root: folder,
    cache,
    write,
    read: (file) => readFile(join(folder, file), 'utf8'),
    run: (args, env = {}, cwd = folder) =>
      runNode(args, { XDG_CACHE_HOME: cache, PATH: join(folder, 'programs'), ...env }, cwd),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function runNode(args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
    const child = spawn(process.execPath, args, { cwd, env: { ...inherited, ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
