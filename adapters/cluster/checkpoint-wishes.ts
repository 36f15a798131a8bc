import type { CheckpointWishes } from '../../activities/replay/checkpoint-wishes.ts';
import type { RedisLink } from './redis/redis.ts';
import { Subscription } from './subscription.ts';
import type { SubscriptionOptions } from './subscription.ts';

/**
 * Opens the wishes for checkpoints over Redis' channels. A wish may be lost: who wishes looks, and wishes again. Both calls
 * throw UNAVAILABLE where Redis cannot be had.
 */
export function openCheckpointWishes(
  link: RedisLink,
  options: SubscriptionOptions = {},
): CheckpointWishes {
  const channel = `${link.prefix}checkpoint-wishes`;
  return {
    async wish(partition, version) {
      const said = version === undefined ? String(partition) : `${String(partition)} ${version}`;
      await link.run((redis) => redis.publish(channel, said));
    },
    async heed(listener, signal) {
      if (signal.aborted) return;
      const subscription = new Subscription(link, channel, options, (message) => {
        // What is no number of ours is no wish of ours.
        const [, partition, version] =
          /^(\d{1,9})(?: ([\w.-]{1,64}))?$/.exec(message.toString()) ?? [];
        if (partition !== undefined) listener(Number(partition), version);
      });
      await subscription.startUntil(signal);
    },
  };
}
