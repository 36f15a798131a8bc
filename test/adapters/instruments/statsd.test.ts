import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { METRICS } from '../../../activities/metrics.ts';
import {
  createStatsd,
  statsdFlushMsMax,
  statsdMessagesASecondMax,
  statsdPacketBytesMax,
} from '../../../adapters/instruments/statsd.ts';
import type { StatsdOptions } from '../../../adapters/instruments/statsd.ts';
import { hearDatagrams } from './datagrams.ts';

const quiet: Pick<StatsdOptions, 'clock' | 'onTrouble' | 'onDropped'> = {
  clock: () => performance.now(),
  onTrouble: () => undefined,
  onDropped: () => undefined,
};

describe('what StatsD is told', { timeout: 120_000 }, () => {
  it('is counters, gauges and timings in milliseconds, by their names there', async (t) => {
    const heard = await hearDatagrams();
    t.after(() => heard.close());
    const statsd = createStatsd({ ...quiet, host: '127.0.0.1', port: heard.port });
    statsd.series(METRICS.accepted)(3);
    statsd.series(METRICS.lag, '7')(12);
    statsd.series(METRICS.liveRecall)(0.25);
    statsd.series(METRICS.searches, 'approximate')(0.0125);
    statsd.series(METRICS.versions, 'v1')(1);
    statsd.series(METRICS.lag, '7')(NaN);
    await heard.heard('reprise.faiss_vector_search_latency');
    await statsd.close();
    assert.deepEqual(heard.lines.filter((line) => line !== '').toSorted(), [
      'reprise.events_accepted:3|c',
      'reprise.faiss_vector_search_latency:12.5|ms',
      'reprise.lag.7:12|g',
      'reprise.recall@10:0.25|g',
    ]);
  });

  it('is bounded: what more comes in a second is dropped and counted, and packets are small', async (t) => {
    const heard = await hearDatagrams();
    t.after(() => heard.close());
    let dropped = 0;
    const statsd = createStatsd({
      ...{ ...quiet, host: '127.0.0.1', port: heard.port, clock: () => 0 },
      onDropped: () => void (dropped += 1),
    });
    const appends = statsd.series(METRICS.appends);
    for (let at = 0; at < statsdMessagesASecondMax + 25; at += 1) appends(0.001);
    assert.equal(dropped, 25);
    await heard.heard('reprise.journal_append_time');
    await statsd.close();
    assert.ok(heard.lines.every((line) => line.length <= statsdPacketBytesMax));
  });

  it('is lost where nobody listens or no such host is, and nobody is thrown at', async () => {
    const places = [
      { host: '127.0.0.1', port: 9 },
      { host: 'no-such-host.invalid', port: 8125 },
    ];
    for (const place of places) {
      const statsd = createStatsd({ ...quiet, ...place });
      for (let at = 0; at < 100; at += 1) statsd.series(METRICS.accepted)(1);
      await sleep(2 * statsdFlushMsMax);
      statsd.series(METRICS.accepted)(1);
      await statsd.close();
      statsd.series(METRICS.accepted)(1);
    }
  });
});
