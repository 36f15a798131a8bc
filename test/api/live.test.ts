import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { describe, test } from 'node:test';

import { createApp } from '../../api/app.ts';
import { liveStreamsMax } from '../../api/live-streams.ts';
import type { LiveSample } from '../../api/schema/live.ts';
import { listen } from '../../api/server.ts';
import { SseParser } from '../../web/wire/sse-parser.ts';
import { SAMPLE, TRAVEL } from './fixed-answers.ts';
import { fakeDeps } from './harness.ts';

/** What an event tells, not yet looked at. */
type Told = Readonly<Record<string, unknown>>;

/** An open stream, and what it told so far. */
class Followed {
  readonly told: { readonly event: string; readonly data: unknown }[] = [];
  readonly ended: Promise<void>;
  readonly #response: IncomingMessage;
  readonly #waiting = new Set<() => void>();

  constructor(response: IncomingMessage) {
    this.#response = response;
    const parser = new SseParser();
    response.setEncoding('utf8').on('data', (piece: string) => {
      for (const { event, data } of parser.push(piece)) {
        this.told.push({ event, data: JSON.parse(data) });
      }
      for (const look of this.#waiting) look();
    });
    this.ended = new Promise((resolve) => response.once('close', resolve));
  }

  /** Waits until an event of a name was told that fits, and gives what it told. */
  until(name: string, fits: (data: Told) => boolean = () => true): Promise<unknown> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.told.find(({ event, data }) => event === name && fits(data as Told));
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found.data);
      };
      this.#waiting.add(look);
      look();
    });
  }

  close(): void {
    this.#response.destroy();
  }
}

/** A server over the fake instance, whose user and figures a test moves. */
async function startLive() {
  const user = { events: 3 };
  const samples: LiveSample[] = [SAMPLE];
  const deps = fakeDeps({ live: { samples: () => samples } });
  const queries = {
    ...deps.queries,
    user: async (id: string) => ({
      ...{ id, events: user.events, seenItems: 2, lastTime: null, position: ['0:7'] },
    }),
  };
  const server = await listen(createApp({ ...deps, queries }), {
    ...{ host: '127.0.0.1', port: 0, keyed: false },
  });
  const follow = (query = ''): Promise<Followed> =>
    new Promise((resolve, reject) => {
      const path = `/v1/live${query}`;
      request({ host: '127.0.0.1', port: server.port, path, agent: false }, (response) => {
        if (response.statusCode !== 200) {
          reject(new Error(String(response.statusCode)));
          return;
        }
        assert.match(String(response.headers['content-type']), /^text\/event-stream/);
        assert.equal(response.headers['cache-control'], 'no-store');
        resolve(new Followed(response));
      })
        .on('error', reject)
        .end();
    });
  return { user, samples, server, follow };
}

describe('a live stream', () => {
  test('tells what was, then what comes, and nothing twice', async () => {
    const { user, samples, server, follow } = await startLive();
    const stream = await follow('?user=ada');
    assert.deepEqual(await stream.until('history'), [SAMPLE]);
    await stream.until('models', ({ live }) => live === 'first');
    await stream.until('runs', ({ runs }) => Array.isArray(runs) && runs.length === 1);
    await stream.until('user', ({ id, events }) => id === 'ada' && events === 3);
    user.events = 4;
    await stream.until('user', ({ events }) => events === 4);
    samples.push({ ...SAMPLE, events: 9 });
    await stream.until('sample', ({ events }) => events === 9);
    samples.push({ ...SAMPLE, events: 10 });
    await stream.until('sample', ({ events }) => events === 10);
    const names = stream.told.map(({ event }) => event);
    assert.equal(names.filter((name) => name === 'models').length, 1);
    assert.equal(names.filter((name) => name === 'user').length, 2);
    stream.close();
    await server.close();
  });

  test('tells how a travel goes on, and refuses what it does not know', async () => {
    const { server, follow } = await startLive();
    const stream = await follow(`?travel=${TRAVEL.travelId}`);
    assert.deepEqual(await stream.until('travel'), TRAVEL);
    stream.close();
    await assert.rejects(follow('?travel=nothing'), /400/);
    await assert.rejects(follow('?session=a'), /400/);
    await server.close();
  });

  test('ends the oldest when there are too many, and tells it so', async () => {
    const { server, follow } = await startLive();
    const first = await follow();
    await first.until('history');
    const others: Followed[] = [];
    for (let n = 0; n < liveStreamsMax; n += 1) others.push(await follow());
    const end = await first.until('end');
    assert.deepEqual((end as { code: string }).code, 'displaced');
    await first.ended;
    await others.at(-1)!.until('history');
    assert.ok(others.every(({ told }) => told.every(({ event }) => event !== 'end')));
    // Whoever goes makes room.
    others[0]!.close();
    await others[0]!.ended;
    await (await follow()).until('history');
    await server.close();
  });

  test('ends when the server stops, which it does not hold up', async () => {
    const { server, follow } = await startLive();
    const stream = await follow();
    await stream.until('history');
    const began = performance.now();
    const closed = server.close();
    assert.equal(((await stream.until('end')) as { code: string }).code, 'stopping');
    await Promise.all([stream.ended, closed]);
    assert.ok(performance.now() - began < 5_000, 'it was cut off by the bound of a stop');
  });

  test('survives a look that fails', async () => {
    const deps = fakeDeps();
    let looks = 0;
    const app = createApp({
      ...deps,
      models: {
        list: () => {
          looks += 1;
          if (looks === 1) return Promise.reject(new Error('no registry'));
          return deps.models.list();
        },
      },
    });
    const server = await listen(app, { host: '127.0.0.1', port: 0, keyed: false });
    const stream = await new Promise<Followed>((resolve) => {
      const path = '/v1/live';
      request({ host: '127.0.0.1', port: server.port, path, agent: false }, (response) =>
        resolve(new Followed(response)),
      ).end();
    });
    await stream.until('models');
    assert.ok(deps.logged.some(({ message }) => String(message).includes('live streams')));
    stream.close();
    await server.close();
  });
});
