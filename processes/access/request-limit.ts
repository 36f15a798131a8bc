import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

import type { RateLimitPort } from '../../api/deps.ts';

/** The limit of a configuration; undefined where requests are not counted. */
export function optionalLimit(requestsPerSecondMax: number | undefined): RateLimitPort | undefined {
  return requestsPerSecondMax === undefined ? undefined : requestLimit(requestsPerSecondMax);
}

/** Counts the requests of every caller by the second, in this process. */
export function requestLimit(requestsPerSecondMax: number): RateLimitPort {
  const limiter = new RateLimiterMemory({ points: requestsPerSecondMax, duration: 1 });
  return {
    async take(caller) {
      try {
        await limiter.consume(caller);
        return 0;
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return Math.max(1, refused.msBeforeNext);
        throw refused;
      }
    },
  };
}
