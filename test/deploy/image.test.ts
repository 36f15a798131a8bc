import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { startProbe } from '../../processes/cluster/servers/probe.ts';
import { root } from '../docs/markdown.ts';

const dockerfile = readFileSync(join(root, 'deploy', 'Dockerfile'), 'utf8');
const image = dockerfile.slice(dockerfile.indexOf(' AS image'));

async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly text: string }> {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}

describe('the image', () => {
  it('is made by steps that work in an empty folder, and holds what it needs', async (t) => {
    const { code, text } = await run(['scripts/image-steps.mjs', '--packages-here']);
    assert.equal(code, 0, text);
    for (const line of text.split('\n').filter((one) => one.includes('left out'))) {
      t.diagnostic(line);
    }
    assert.match(text, /ran: RUN node scripts\/setup\.mjs/);
    assert.match(text, /ran: bin\/reprise --help/);
  });

  it('runs without rights, and can be asked whether it serves', () => {
    assert.match(image, /^USER [1-9]\d*:[1-9]\d*$/m);
    assert.match(image, /^HEALTHCHECK .*CMD \["node", "deploy\/healthcheck\.mjs"\]$/m);
    assert.doesNotMatch(dockerfile, /(PASSWORD|SECRET|TOKEN|KEY)=/);
    assert.match(image, /^COPY --from=build /m);
  });

  it('tells by its healthcheck what is awaited', async () => {
    let awaited = ['kafka at kafka:9092'];
    const probe = await startProbe({ host: '127.0.0.1', port: 0, awaited: () => awaited });
    const env = { REPRISE_PROBE_PORT: new URL(probe.url).port };
    const early = await run(['deploy/healthcheck.mjs'], env);
    assert.deepEqual([early.code, early.text.includes('kafka:9092')], [1, true]);
    awaited = [];
    assert.equal((await run(['deploy/healthcheck.mjs'], env)).code, 0);
    await probe.close();
    const gone = await run(['deploy/healthcheck.mjs'], env);
    assert.deepEqual([gone.code, gone.text.trim()], [1, 'ECONNREFUSED']);
  });
});
