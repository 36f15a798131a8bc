import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { blocksOf } from '../docs/markdown.ts';
import type { Server } from './server.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

const root = join(import.meta.dirname, '..', '..');
const { buildClientPackage } = (await import(
  new URL('../../scripts/client/package.mjs', import.meta.url).href
)) as { buildClientPackage: (folder: string) => Promise<void> };
const execute = promisify(execFile);

/** How long a compiler may take on a busy machine. */
const programMsMax = 300_000;

describe('the client as it is published', () => {
  let world: World;
  let server: Server;
  let folder: string;

  before(async () => {
    world = await createWorld();
    folder = world.path('client');
    server = await world.serve(world.path('data'));
    await buildClientPackage(folder);
    // What `npm install` would put there.
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  });

  after(async () => {
    await server.interrupt();
    await world.close();
  });

  /** Runs a program of Node in the package's folder, where `@reprise/client` is the package itself. */
  async function run(...args: readonly string[]): Promise<string> {
    const options = { cwd: folder, timeout: programMsMax };
    const { stdout } = await execute(process.execPath, [...args], options).catch(
      (error: unknown) => {
        const { stdout: said, stderr } = error as { stdout: string; stderr: string };
        throw new Error(`${said}${stderr}`);
      },
    );
    return stdout;
  }

  test('holds what it is and nothing else', async () => {
    const { stdout } = await execute('npm', ['pack', '--dry-run', '--json'], { cwd: folder });
    const [packed] = JSON.parse(stdout) as { files: { path: string }[]; name: string }[];
    assert.equal(packed?.name, '@reprise/client');
    const modules = ['api-error', 'reprise', 'retrying', 'schema'];
    const compiled = modules.flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.js`]);
    assert.deepEqual(
      packed.files.map(({ path }) => path).sort(),
      ['LICENSE', 'README.md', ...compiled, 'package.json'].sort(),
    );
  });

  test('names the pinned version of what it needs', async () => {
    const read = async (file: string): Promise<Record<string, Record<string, string>>> =>
      JSON.parse(await readFile(file, 'utf8')) as Record<string, Record<string, string>>;
    const own = await read(join(folder, 'package.json'));
    const whole = await read(join(root, 'package.json'));
    assert.deepEqual(Object.entries(own['dependencies'] ?? {}), [
      ['openapi-fetch', whole['devDependencies']?.['openapi-fetch']],
    ]);
    assert.equal(own['version'], whole['version']);
  });

  test('does what its README says, and compiles there', async () => {
    const readme = await readFile(join(folder, 'README.md'), 'utf8');
    const blocks = blocksOf(readme);
    const snippet = blocks.find(({ mark }) => mark === 'run');
    const prints = blocks.find(({ mark }) => mark === 'prints');
    assert.ok(snippet !== undefined && prints !== undefined);
    assert.ok(snippet.text.includes("'http://127.0.0.1:7070'"));
    const text = snippet.text.replace('http://127.0.0.1:7070', server.url);
    await writeFile(join(folder, 'readme.ts'), text);
    const settings = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { rootDir: '.', typeRoots: [join(root, 'node_modules', '@types')] },
      include: ['readme.ts'],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    assert.equal(await run(join(root, 'node_modules/typescript/bin/tsc'), '--project', '.'), '');
    assert.equal(await run('--import', 'tsx', 'readme.ts'), `${prints.text}\n`);
  });
});
