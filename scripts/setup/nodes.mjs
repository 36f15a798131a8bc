import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, made } from './cache.mjs';
import { pathWithNode, run, StepError } from './run.mjs';

/** How long the registry may take for one Node. */
const fetchMsMax = 240_000;
const unpackMsMax = 60_000;

/** The Nodes that tests run the kernel on, by major: the packages of npm that the package `node` is made of. */
const pinned = {
  20: {
    version: '20.20.2',
    integrity: {
      'linux-x64':
        'sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==',
      'linux-arm64':
        'sha512-LCXJnNTFiyGuYBw2gZSI5OBFMbkjAPt8sqD/NKrWoE2QmDgSubTqFng6GaNJ9EJ8HpxBMGcWWpbbcs4Vo+CnGg==',
      'darwin-x64':
        'sha512-uMVQFOdSjr/iYrfksIp5p4795m7FTAWVGaoMQGsYaSW9XMsUsqfd+yJU8KdOLd7UUuBlUX2sTdHVV5LNmmS7mw==',
    },
  },
  22: {
    version: '22.23.3',
    integrity: {
      'linux-x64':
        'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
      'linux-arm64':
        'sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
      'darwin-x64':
        'sha512-V6W/fNXsKFF0DMrBrpLNp9meU45Qbe6tQ3HlzrpdiPWW+zlbmTGou1LE8aGHOghVWXJFexvi7RDCQVQi1I1t8w==',
    },
  },
  24: {
    version: '24.22.3',
    integrity: {
      'linux-x64':
        'sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
    },
  },
};

/** The majors that can be asked for. */
export const nodeMajors = Object.keys(pinned).map(Number);

/**
 * Gives the path of a Node of a major: this very one where it is of it, else one from the registry, kept in the
 * cache. Throws a `StepError` with a remedy where it can't be had.
 */
export async function provideNode(major, root, platform = `${process.platform}-${process.arch}`) {
  if (Number(process.versions.node.split('.')[0]) === major) return process.execPath;
  const { version, integrity } = pinned[major];
  const expected = integrity[platform];
  if (expected === undefined) {
    throw new StepError(`no Node ${major} is pinned for ${platform}`, {
      remedy: `run the tests with Node ${major} itself`,
    });
  }
  const name = `node-${platform}`;
  const folder = join(cacheFolder(root), 'nodes', `${name}-${version}`);
  await made(folder, (scratch) => fetchNode(`${name}@${version}`, expected, scratch));
  return join(folder, 'bin', 'node');
}

async function fetchNode(spec, expected, scratch) {
  const remedy = 'check the network and `npm config get registry`, or run the tests with it';
  try {
    const args = ['pack', spec, '--pack-destination', scratch, '--ignore-scripts'];
    await run('npm', args, { cwd: scratch, env: pathWithNode(), msMax: fetchMsMax });
    const [packed = 'nothing'] = await readdir(scratch);
    const file = join(scratch, packed);
    const hash = createHash('sha512').update(await readFile(file));
    const actual = `sha512-${hash.digest('base64')}`;
    if (actual !== expected) throw new Error(`it has the integrity ${actual}, not the pinned one`);
    const unpack = ['-xzf', file, '-C', scratch, '--strip-components=1', 'package/bin/node'];
    await run('tar', unpack, { msMax: unpackMsMax });
    await rm(file);
  } catch (error) {
    throw new StepError(`${spec} can't be had from npm: ${error.message}`, {
      cause: error,
      remedy,
    });
  }
}
