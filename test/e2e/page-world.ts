import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { readConfig } from '../../processes/config.ts';
import { startCore } from '../../processes/core.ts';
import type { Core } from '../../processes/core.ts';
import { createLogger } from '../../processes/logger.ts';
import { createCatalogue } from '../../processes/simulator/catalogue.ts';
import { Listening } from '../../processes/simulator/listening.ts';
import { temporaryFolder } from '../adapters/temporary-folder.ts';
import type { Json } from './server.ts';

/** The title of an item that would run a script if it were taken for markup. */
export const MARKUP = '<img src=x onerror="document.title=\'taken\'"> & <b>Sons</b>';
/** The item that has it. */
export const MARKED_ITEM = 'track-00001';
/** The item that the scenario of the page puts first. */
export const PINNED_ITEM = 'track-00299';

const ITEMS = 300;
const EVENTS = 3_000;

/** A core with listeners, titles, a version to promote and an event that was refused. */
export class PageWorld {
  readonly #core: Core;
  /** The version beside the live one; undefined where there is no Temporal to build it. */
  readonly shadow: string | undefined;

  private constructor(core: Core, shadow: string | undefined) {
    this.#core = core;
    this.shadow = shadow;
  }

  get url(): string {
    return this.#core.url ?? '';
  }

  static async create(hasTemporal: boolean): Promise<PageWorld> {
    const data = await temporaryFolder();
    await (await start(data, false)).close();
    // The door lets in a type that the first version does not know: what is sent of it is refused later.
    const manifest = join(data, 'reprise.json');
    const known = JSON.parse(await readFile(manifest, 'utf8')) as {
      types: Record<string, unknown>;
    };
    known.types['hum'] = { weight: 1, polarity: 'positive' };
    await writeFile(manifest, JSON.stringify(known));
    const core = await start(data, hasTemporal);
    const world = new PageWorld(core, hasTemporal ? 'v2' : undefined);
    await world.#fill();
    if (hasTemporal) await world.#build();
    return world;
  }

  /** Asks the API; it has to answer. */
  async ask(method: string, path: string, body?: unknown): Promise<Json> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json' },
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${text}`);
    return JSON.parse(text) as Json;
  }

  close(): Promise<void> {
    return this.#core.close();
  }

  async #fill(): Promise<void> {
    const catalogue = createCatalogue(7, ITEMS);
    await Promise.all(
      catalogue.items.map(({ id, metadata }) => {
        const title = id === MARKED_ITEM ? MARKUP : metadata.title;
        return this.ask('PUT', `/v1/items/${id}`, { ...metadata, title });
      }),
    );
    const now = Date.now();
    const listening = new Listening({
      ...{ catalogue, listeners: 60, worldSeed: 7, seed: 7, driftMs: 1e9, idPrefix: 'page' },
      ...{ startMs: now - EVENTS * 1_000, intervalMs: 1_000 },
    });
    const events = Array.from({ length: EVENTS }, (_, n) => {
      const event = listening.event(n);
      return { ...event, time: new Date(event.time).toISOString() };
    });
    const time = new Date(now - 2 * EVENTS * 1_000).toISOString();
    await this.ask('POST', '/v1/events', { type: 'hum', user: 'hummer', item: MARKED_ITEM, time });
    for (let at = 0; at < EVENTS; at += 1_000) {
      await this.ask('POST', '/v1/events', events.slice(at, at + 1_000));
    }
    await this.#core.ready();
    const rules = { filter: 'item.year > 1990', pinned: [PINNED_ITEM] };
    await this.ask('PUT', '/v1/scenarios/pinned', rules);
    const arms = ['plain', 'bold'].map((name) => ({ name, share: 0.5 }));
    await this.ask('PUT', '/v1/experiments/front', { arms });
  }

  /** Builds a version with other settings beside the live one. */
  async #build(): Promise<void> {
    const { workflowId } = await this.ask('POST', '/v1/backfills', {
      settings: { learningRate: 0.15 },
    });
    for (;;) {
      const run = await this.ask('GET', `/v1/backfills/${String(workflowId)}`);
      if (run['state'] === 'completed') return;
      assert.equal(run['state'], 'running', JSON.stringify(run));
      await sleep(50);
    }
  }
}

function start(data: string, hasTemporal: boolean): Promise<Core> {
  return startCore({
    ...{ data, listen: { host: '127.0.0.1', port: 0 } },
    durable: hasTemporal ? 'eager' : 'off',
    config: readConfig({ REPRISE_PREQUENTIAL_SHARE: '1' }),
    logger: createLogger('silent'),
  });
}
