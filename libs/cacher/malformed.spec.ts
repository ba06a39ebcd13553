import { memoryBus } from '#cacher/bus';
import { memoryStorage } from '#storage';
import { commitChannel } from './bus-message.js';
import { clusterStore } from './cluster-store.js';

const cause = { requestId: 'r', user: 'u' };

test.each([
  'garbage',
  '{"first":1}',
  '1 999999999',
  '1 2\nnull\n',
  '2 2\n[null]\n',
  '2 2\n[{"revision":2,"value":5}]\n{}',
  '2 2\n[{"revision":2,"type":"put","key":"/r/x","value":50,"createRevision":2,"version":1,"cause":{},"at":1}]\n{}',
])('a malformed message changes nothing: %j', async (message) => {
  const admin = memoryStorage();
  await admin.create('c');
  const bus = memoryBus();
  const store = clusterStore({ storage: admin.open('c'), bus });
  const seen: string[] = [];
  await store.watch('/r/', undefined, { event: ({ current }) => seen.push(current.key), end: (error) => seen.push(`ended ${error}`) });
  await store.write([{ type: 'create', key: '/r/a', value: '{}', cause, at: 1 }]);
  bus.publish(commitChannel('c'), message);
  await new Promise((resolve) => setTimeout(resolve, 10));
  await store.write([{ type: 'create', key: '/r/b', value: '{}', cause, at: 1 }]);
  const { items, revision } = await store.list({ prefix: '/r/' });
  expect([seen, items.map(({ key }) => key), revision]).toEqual([['/r/a', '/r/b'], ['/r/a', '/r/b'], 2]);
  store.close();
});
