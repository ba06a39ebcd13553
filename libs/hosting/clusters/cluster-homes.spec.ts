import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { memoryBus } from '#cacher/bus';
import { redisUrl } from '../../../test/servers.js';
import { RedisClusterHomes } from './cluster-homes.js';

let redis: Redis;
beforeAll(async () => {
  redis = new Redis(await redisUrl());
});
afterAll(() => redis.disconnect());

/** Two workers, and what was passed on to each. */
function workers() {
  const bus = memoryBus();
  const errors: unknown[] = [];
  const worker = () => {
    const homes = new RedisClusterHomes({ redis, bus, onError: (error) => errors.push(error) });
    const passed: string[] = [];
    homes.onPassed((cluster) => passed.push(cluster));
    return { homes, passed };
  };
  return { one: worker(), other: worker(), errors };
}

test('the worker that is asked first keeps a cluster, and is passed its turns by others', async () => {
  const { one, other, errors } = workers();
  const [first, second] = [randomUUID(), randomUUID()];
  expect([await one.homes.passOn(first), await other.homes.passOn(second)]).toEqual([false, false]);
  expect([await other.homes.passOn(first), await one.homes.passOn(second), await one.homes.passOn(first)]).toEqual([true, true, false]);
  await new Promise(setImmediate);
  expect([one.passed, other.passed, errors]).toEqual([[first], [second], []]);
  await Promise.all([one.homes.close(), other.homes.close()]);
});

test('of workers that ask at once one keeps it', async () => {
  const { one, other } = workers();
  const cluster = randomUUID();
  const asked = await Promise.all([one, other, one, other].map(({ homes }) => homes.passOn(cluster)));
  expect([asked[0] === asked[2], asked[1] === asked[3], asked[0] !== asked[1]]).toEqual([true, true, true]);
  await Promise.all([one.homes.close(), other.homes.close()]);
});

test('another worker takes over a cluster whose worker has ended', async () => {
  const { one, other } = workers();
  const cluster = randomUUID();
  await one.homes.passOn(cluster);
  await one.homes.close();
  expect([await other.homes.passOn(cluster), one.passed]).toEqual([false, []]);
  await other.homes.close();
});
