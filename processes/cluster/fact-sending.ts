import { openAcknowledgements } from '../../adapters/cluster/acknowledgements.ts';
import type { SendingEventDoor } from '../../events/sending-door.ts';
import type { ClusterTransport } from '../../adapters/cluster/transport.ts';
import { Closers } from './closers.ts';
import type { LinkWays } from './frame.ts';
import { openKafka } from './servers/kafka.ts';
import { persist } from './servers/persisting.ts';
import { connectRedis } from './servers/redis-link.ts';
import { openSendingDoor } from './sending.ts';
import type { RedisLink } from '../../adapters/cluster/redis/redis.ts';

/** The way of facts (promotions, index releases, erasures) from a process into the journal. */
export interface FactSending {
  readonly door: SendingEventDoor;
  readonly link: RedisLink;
  close(): Promise<void>;
}

/** Opens a sending door with what it needs of Kafka and Redis. */
export async function openFactSending(ways: LinkWays): Promise<FactSending> {
  const { config, logger, signal } = ways;
  const closers = new Closers();
  const link = await connectRedis(ways);
  closers.add(() => link.close());
  const transport = await openTransport(ways, closers);
  closers.add(() => transport.close());
  const onTrouble = (error: unknown): void => {
    logger.warn({ err: error }, 'acknowledgements do not arrive');
  };
  const feed = openAcknowledgements(link, { onTrouble });
  closers.add(() => feed.close());
  const door = openSendingDoor({
    ...{ config, transport, feed, signal, onTrouble },
    clock: () => Date.now(),
  });
  return { door, link, close: () => closers.close() };
}

/** Opens the transport; where that fails nothing stays open. */
async function openTransport(
  { config, logger, signal }: LinkWays,
  closers: Closers,
): Promise<ClusterTransport> {
  const { dependencyWaitMsMax: waitMsMax } = config;
  try {
    return await persist(() => openKafka(config, logger), {
      ...{ logger, signal, waitMsMax, what: 'open the transport' },
    });
  } catch (error) {
    await closers.close();
    throw error;
  }
}
