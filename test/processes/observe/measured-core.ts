import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startCore } from '../../../processes/core.ts';
import { readConfig } from '../../../processes/config.ts';
import { parseExposition } from '../../adapters/instruments/exposition.ts';
import type { ExposedMetric } from '../../adapters/instruments/exposition.ts';

/** A core that runs in this process, on a folder of its own. */
export interface MeasuredCore {
  readonly url: string;
  post(events: readonly object[]): Promise<readonly string[]>;
  /** Asks until the projections have these positions. */
  settle(positions: readonly string[]): Promise<void>;
  metrics(): Promise<ReadonlyMap<string, ExposedMetric>>;
  close(): Promise<void>;
}

/** Starts a core without Temporal, with this environment. */
export async function startMeasured(
  env: Readonly<Record<string, string>> = {},
): Promise<MeasuredCore> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-measured-'));
  const core = await startCore({
    data: folder,
    listen: { host: '127.0.0.1', port: 0 },
    durable: 'off',
    config: readConfig({ REPRISE_LOG_LEVEL: 'silent', ...env }),
  });
  const url = core.url ?? '';
  return {
    url,
    async post(events) {
      const response = await fetch(`${url}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(events),
      });
      return ((await response.json()) as { readonly positions: readonly string[] }).positions;
    },
    async settle(positions) {
      const path = `${url}/v1/users/somebody/recommendations?after=${positions.at(-1) ?? ''}`;
      for (;;) {
        const { status } = await fetch(path);
        if (status === 200) return;
        // A wait is bounded; on a busy machine it takes several.
        assert.equal(status, 504);
      }
    },
    async metrics() {
      return parseExposition(await (await fetch(`${url}/metrics`)).text());
    },
    async close() {
      await core.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Plays of some users, each with an id of its own. */
export function plays(count: number, users = 10, first = 0): readonly object[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `play-${String(first + at)}`,
    type: 'play',
    user: `user-${String(at % users)}`,
    item: `item-${String((at * 7) % 40)}`,
  }));
}
