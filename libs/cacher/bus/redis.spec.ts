import { Redis } from 'ioredis';
import { redisUrl } from '../../../test/servers.js';
import { busContract } from './bus.contract.js';
import { redisBus } from './redis.js';

busContract(async () => {
  const url = await redisUrl();
  const [here, there] = [redisBus({ url }), redisBus({ url })];
  // A message without subscribers, so that the publisher is connected.
  await here.subscribe(
    'warm',
    () => undefined,
    () => undefined,
  );
  return {
    here,
    there,
    async close() {
      await Promise.all([here.close(), there.close()]);
    },
  };
});

test('after a lost connection it reconnects and reports a gap', async () => {
  const url = await redisUrl();
  const bus = redisBus({ url });
  const heard: string[] = [];
  let gaps = 0;
  await bus.subscribe(
    'gap',
    (message) => heard.push(message),
    () => gaps++,
  );
  const killer = new Redis(url);
  await killer.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  while (gaps === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await killer.publish('gap', 'after');
  while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect({ heard, gaps }).toEqual({ heard: ['after'], gaps: 1 });
  killer.disconnect();
  await bus.close();
});

test('a hundred subscriptions add no more listeners to the connection than one', async () => {
  const bus = redisBus({ url: await redisUrl() });
  const warnings: string[] = [];
  const hear = (warning: Error) => warnings.push(warning.message);
  process.on('warning', hear);
  const nothing = () => undefined;
  await Promise.all(Array.from({ length: 100 }, (_, n) => bus.subscribe(`many-${n}`, nothing, nothing)));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', hear);
  await bus.close();
  expect(warnings).toEqual([]);
});
