import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openAcknowledgements } from '../../adapters/cluster/acknowledgements.ts';
import type { Acknowledgement, AcknowledgementFeed } from '../../events/acknowledgements.ts';
import { hasCode } from '../../events/error.ts';
import { RedisServer } from './redis-server.ts';

function acknowledgementOf(from: number): Acknowledgement {
  return {
    partition: 3,
    from,
    sequences: [from * 10, -1, from * 10 + 1],
    duplicates: [false, false, true],
  };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, 'it did not come in time');
    await pause(5);
  }
}

describe('the feed of acknowledgements', () => {
  let server: RedisServer;
  const feeds: AcknowledgementFeed[] = [];
  before(async () => {
    server = await RedisServer.start();
  });
  after(async () => {
    for (const feed of feeds) await feed.close();
    await server.close();
  });

  it('tells every subscriber, in order and equal, until its signal aborts', async () => {
    const link = server.link({ prefix: 'a:' });
    const feed = openAcknowledgements(link);
    feeds.push(feed);
    const heard: [Acknowledgement[], Acknowledgement[]] = [[], []];
    const stop = new AbortController();
    await feed.subscribe((one) => heard[0].push(one), stop.signal);
    await feed.subscribe((one) => heard[1].push(one), new AbortController().signal);
    for (const from of [1, 2]) await feed.publish(acknowledgementOf(from));
    await until(() => heard[0].length === 2 && heard[1].length === 2);
    stop.abort();
    await feed.publish(acknowledgementOf(3));
    await until(() => heard[1].length === 3);
    assert.deepEqual(heard[0], [1, 2].map(acknowledgementOf));
    assert.deepEqual(heard[1], [1, 2, 3].map(acknowledgementOf));
  });

  it('says what it cannot read', async () => {
    const link = server.link({ prefix: 'b:' });
    const troubles: string[] = [];
    const feed = openAcknowledgements(link, { onTrouble: ({ code }) => troubles.push(code) });
    feeds.push(feed);
    const heard: Acknowledgement[] = [];
    await feed.subscribe((one) => heard.push(one), new AbortController().signal);
    for (const message of ['', '{}', '[1,2,[3],""]', '[1,2,[null],"0"]']) {
      await link.run((redis) => redis.publish('b:acknowledgements', message));
    }
    await feed.publish(acknowledgementOf(1));
    await until(() => heard.length === 1);
    assert.deepEqual(troubles, ['DAMAGED', 'DAMAGED', 'DAMAGED', 'DAMAGED']);
  });

  it('goes on after a kill and a restart, and after a server that hung', async () => {
    const link = server.link({ prefix: 'c:', commandMsMax: 300 });
    const troubles: string[] = [];
    const feed = openAcknowledgements(link, {
      pingMsMax: 50,
      retryMsMax: 100,
      onTrouble: ({ message }) => troubles.push(message),
    });
    feeds.push(feed);
    let heard = 0;
    await feed.subscribe(() => (heard += 1), new AbortController().signal);
    const publishUntilHeard = async (): Promise<void> => {
      const before = heard;
      await until(() => {
        feed.publish(acknowledgementOf(1)).catch((error: unknown) => {
          if (!hasCode(error, 'UNAVAILABLE')) throw error;
        });
        return heard > before;
      });
    };
    await publishUntilHeard();
    await server.kill();
    await assert.rejects(feed.publish(acknowledgementOf(1)), { code: 'UNAVAILABLE' });
    await server.start();
    await publishUntilHeard();
    server.pause();
    await pause(500);
    server.resume();
    await publishUntilHeard();
    assert.ok(troubles.length >= 2, troubles.join('\n'));
  });

  it('refuses a subscription to a server that is down', async () => {
    const link = server.link({ url: 'redis://127.0.0.1:1', commandMsMax: 300 });
    const feed = openAcknowledgements(link);
    const subscribing = feed.subscribe(() => undefined, new AbortController().signal);
    await assert.rejects(subscribing, { code: 'UNAVAILABLE' });
    await feed.close();
  });
});
