import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';

const held = 10_000;
const retryEvery = 25;
const release = 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end return 0';
const renew = 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) end return 0';

/** Waits for a lock that all workers share, and keeps it until the answer is called. One that dies loses it after ten seconds. */
export async function redisLock(redis: Redis, key: string): Promise<() => Promise<void>> {
  const mine = randomUUID();
  while ((await redis.set(key, mine, 'PX', held, 'NX')) !== 'OK') await new Promise((resolve) => setTimeout(resolve, retryEvery));
  const timer = setInterval(() => redis.eval(renew, 1, key, mine, held).catch(() => undefined), held / 3);
  return async () => {
    clearInterval(timer);
    await redis.eval(release, 1, key, mine);
  };
}
