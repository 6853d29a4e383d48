/** How many requests a learner may make at once, and how fast that refills. */
export interface RateLimit {
  capacity: number;
  /** Requests per second. */
  refill: number;
}

/** Takes one request out of a learner's bucket; says how many seconds to wait, 0 when it may pass. */
export type TakeToken = (userId: string) => number;

/**
 * A token bucket per learner, in memory. Full buckets are forgotten, so the map holds only learners
 * of the last `capacity / refill` seconds.
 */
export function createRateLimiter({ capacity, refill }: RateLimit, now: () => number): TakeToken {
  const buckets = new Map<string, { tokens: number; at: number }>();
  let sweepAt = 0;

  const tokensOf = (bucket: { tokens: number; at: number } | undefined, time: number) =>
    bucket
      ? Math.min(capacity, bucket.tokens + (Math.max(0, time - bucket.at) * refill) / 1000)
      : capacity;

  return (userId) => {
    const time = now();
    if (time >= sweepAt) {
      for (const [id, bucket] of buckets) {
        if (tokensOf(bucket, time) >= capacity) buckets.delete(id);
      }
      sweepAt = time + (1000 * capacity) / refill;
    }
    const tokens = tokensOf(buckets.get(userId), time);
    const passes = tokens >= 1;
    // Written down for who is refused too: if the clock is put back, time goes on from there.
    buckets.set(userId, { tokens: passes ? tokens - 1 : tokens, at: time });
    return passes ? 0 : (1 - tokens) / refill;
  };
}
