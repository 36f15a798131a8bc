import { randomBytes } from 'node:crypto';
import { createAppendTraces } from '../../activities/ingest/append-traces.ts';
import type { AppendTraces } from '../../activities/ingest/append-traces.ts';
import { createIngest } from '../../activities/ingest/ingest.ts';
import { poisonRecordsMax } from '../../activities/ingest/poison-lot.ts';
import { allSeries } from '../../activities/instruments.ts';
import { METRICS } from '../../activities/metrics.ts';
import { openAcknowledgements } from '../../adapters/cluster/acknowledgements.ts';
import { openBlockNews } from '../../adapters/cluster/block-news.ts';
import type { BlockNews } from '../../adapters/cluster/block-news.ts';
import { openItems } from '../../adapters/cluster/items.ts';
import { openPoisonLot } from '../../adapters/cluster/poison-lot.ts';
import { openErasures } from '../../adapters/cluster/records.ts';
import type { RedisLink } from '../../adapters/cluster/redis/redis.ts';
import { openToldPlaces } from '../../adapters/cluster/told-places.ts';
import { openTraceNews } from '../../adapters/cluster/redis/trace-news.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import { publishedItems, titleOf } from '../../projections/items.ts';
import { yieldNow } from '../core/yield-now.ts';
import { MeteredCoveringJournal } from '../observe/metered-covering-journal.ts';
import { observeTelling } from '../observe/telling-stand.ts';
import { Closers } from './closers.ts';
import { followCatalogue } from './ingest/catalogue-following.ts';
import { consumeUntilEnd } from './ingest/consuming.ts';
import { endErased } from './ingest/erased-rows.ts';
import type { ProcessWays, RunningProcess } from './frame.ts';
import { openJournalStores } from './journal-stores.ts';
import type { JournalStores } from './journal-stores.ts';
import { openKafka } from './servers/kafka.ts';
import { need } from './need.ts';
import { persist } from './servers/persisting.ts';
import { connectRedis } from './servers/redis-link.ts';
import { tellJournal } from './ingest/telling.ts';

/**
 * Starts the ingest: what the API sent through Kafka goes into the journal, the API is told where it stands, and
 * published items go into Redis. It outlives restarts of each of the three; only what it acknowledges over Redis may
 * be missed meanwhile, and then the API answers `pending`.
 */
export async function startClusterIngest(ways: ProcessWays): Promise<RunningProcess> {
  const { config, logger, signal, observation } = ways;
  const clock = (): number => Date.now();
  const closers = new Closers();
  const trying = { logger, signal, waitMsMax: config.dependencyWaitMsMax };
  try {
    const told: { news?: BlockNews } = {};
    const { instruments } = observation;
    const bytes = instruments.series(METRICS.appendedBytes);
    const opening = () =>
      openJournalStores(config, clock, (block) => {
        bytes(block.header.length + (block.content?.length ?? 0));
        told.news?.tell(block);
      });
    const stores = await persist(opening, {
      ...{ ...trying, what: 'open the journal' },
    });
    closers.add(() => stores.close());
    const transport = await persist(() => openKafka(config, logger), {
      ...{ ...trying, what: 'open the transport' },
    });
    closers.add(() => transport.close());
    const link = await connectRedis(ways);
    closers.add(() => link.close());
    told.news = openBlockNews(link);
    const feed = openAcknowledgements(link);
    closers.add(() => feed.close());
    const { mongo, journal, identities } = stores;
    const { database } = need(config.mongo, 'REPRISE_MONGO_URL');
    const records = openErasures({ connection: mongo, database });
    const ingest = createIngest({
      ...{ identities, feed, clock, logger, yieldNow },
      journal: metered(journal, observation),
      poison: openPoisonLot({ connection: mongo, database, recordsMax: poisonRecordsMax }),
      types: DEFAULT_INTERACTION_TYPES,
      random: randomBytes,
      traces: tracesOf(observation, link),
      takeOver: async () => {
        identities.forgetRead();
        await endErased({ records, journal, identities });
      },
    });
    const telling = await openTelling(ways, stores, closers);
    const consuming = consumeUntilEnd({
      ...{ ingest, logger, signal },
      createConsumer: () => transport.createConsumer(),
    });
    const fold = { published: publishedItems, title: titleOf };
    const following = followCatalogue({
      ...{ journal, logger, signal },
      open: () => openItems({ link, fold }),
    });
    return {
      awaited: () => consuming.awaited(),
      ended: Promise.race([consuming.ended, following]),
      async close() {
        await Promise.allSettled([consuming.ended, following, telling?.ended]);
        await closers.close();
      },
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/** What goes on with the traces of requests; undefined where none are kept. */
function tracesOf(
  { traced }: ProcessWays['observation'],
  link: RedisLink,
): AppendTraces | undefined {
  if (traced === undefined) return undefined;
  const news = openTraceNews(link);
  return createAppendTraces({ traces: traced.traces, tell: (told) => news.tell(told) });
}

/** A journal that counts what is appended. */
function metered(
  journal: JournalStores['journal'],
  { instruments, clock }: ProcessWays['observation'],
): MeteredCoveringJournal {
  return new MeteredCoveringJournal(journal, {
    appends: allSeries(
      instruments.series(METRICS.appends),
      instruments.series(METRICS.mongoUpdates, 'blocks'),
    ),
    appended: () => undefined,
    clock,
  });
}

/** Tells the journal on a topic where one is named; undefined where none is. */
async function openTelling(
  { config, logger, signal, observation }: ProcessWays,
  { mongo: connection, journal, identities }: JournalStores,
  closers: Closers,
): Promise<{ readonly ended: Promise<void> } | undefined> {
  const { cloudEventsTopic: topic } = config;
  if (topic === undefined) return undefined;
  const transport = await persist(() => openKafka(config, logger, topic), {
    ...{ logger, signal, waitMsMax: config.dependencyWaitMsMax },
    what: 'open the topic of CloudEvents',
  });
  closers.add(() => transport.close());
  const { database } = need(config.mongo, 'REPRISE_MONGO_URL');
  const places = openToldPlaces({ connection, database, topic, clock: () => Date.now() });
  const teller = randomBytes(8).toString('hex');
  const onPlace = observeTelling(observation, (partition) => journal.head(partition));
  const telling = { journal, identities, places, transport, teller, yieldNow, logger, signal };
  return { ended: tellJournal({ ...telling, onPlace }) };
}
