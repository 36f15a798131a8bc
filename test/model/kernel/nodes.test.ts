import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The longest that the arithmetic may take under one Node; it takes seconds. */
const RUN_MS_MAX = 240_000;

const root = fileURLToPath(new URL('../../../', import.meta.url));
const script = fileURLToPath(new URL('./bits.ts', import.meta.url));

const { nodeMajors, provideNode } = (await import(
  new URL('../../../scripts/setup/nodes.mjs', import.meta.url).href
)) as {
  readonly nodeMajors: readonly number[];
  readonly provideNode: (major: number, root: string, platform?: string) => Promise<string>;
};

interface Found {
  readonly node: string;
  readonly bits: Readonly<Record<string, string>>;
}

async function bitsOf(node: string, ...args: readonly string[]): Promise<Found> {
  const command = ['--import', import.meta.resolve('tsx'), script, ...args];
  const { stdout } = await promisify(execFile)(node, command, { cwd: root, timeout: RUN_MS_MAX });
  return JSON.parse(stdout) as Found;
}

/** A Node of a major, or why it can't be had. */
async function nodeOf(major: number): Promise<{ path: string; skip: string | false }> {
  try {
    return { path: await provideNode(major, root), skip: false };
  } catch (error) {
    const { message, remedy } = error as Error & { remedy: string };
    return { path: '', skip: `${message}; remedy: ${remedy}` };
  }
}

const nodes = await Promise.all(
  nodeMajors.map(async (major) => ({ major, ...(await nodeOf(major)) })),
);

describe('the kernel gives the bits of its plain twin', () => {
  let plain: Found['bits'];
  before(async () => {
    plain = (await bitsOf(process.execPath, '--plain')).bits;
  });

  for (const { major, path, skip } of nodes) {
    it(`in Node ${major}`, { skip }, async () => {
      const { node, bits } = await bitsOf(path);
      assert.ok(node.startsWith(`v${major}.`), `${path} is ${node}`);
      assert.deepEqual(bits, plain);
    });
  }

  it('in what is hashed nothing stands twice', () => {
    assert.equal(new Set(Object.values(plain)).size, 6);
  });
});

it('a Node that cannot be had is said with a remedy', async () => {
  const major = nodeMajors.find((one) => !process.version.startsWith(`v${one}.`));
  assert.ok(major !== undefined);
  await assert.rejects(provideNode(major, root, 'amiga-m68k'), {
    message: new RegExp(`no Node ${major} is pinned for amiga-m68k`),
    remedy: new RegExp(`Node ${major} itself`),
  });
});
