import { memoryStorage } from '#storage';
import { meteredStorage } from './metered-storage.js';
import { createMetrics } from './metrics.js';

const linesOf = async (metrics: ReturnType<typeof createMetrics>, name: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name));

test('requests are counted by verb, group and code, watches without a duration', async () => {
  const metrics = createMetrics('api');
  metrics.request('GET', 'core', 200, 0.002);
  metrics.request('GET', 'core', 200, 0.004);
  metrics.request('WATCH', 'apps', 200, 60);
  metrics.watchOpened('apps');
  expect(await linesOf(metrics, 'apiserver_request_total')).toEqual([
    'apiserver_request_total{verb="GET",group="core",code="200",process="api"} 2',
    'apiserver_request_total{verb="WATCH",group="apps",code="200",process="api"} 1',
  ]);
  expect(await linesOf(metrics, 'apiserver_request_duration_seconds_count')).toEqual([
    'apiserver_request_duration_seconds_count{verb="GET",group="core",process="api"} 2',
  ]);
  expect(await linesOf(metrics, 'apiserver_longrunning_requests')).toEqual([
    'apiserver_longrunning_requests{group="apps",process="api"} 1',
  ]);
});

test('transactions of the store and jobs of the queue are counted', async () => {
  const metrics = createMetrics('worker');
  const admin = meteredStorage(memoryStorage(), metrics);
  await admin.create('c');
  const cause = { requestId: 'r', user: 'u' };
  const op = (key: string) => ({ type: 'create' as const, key, value: '{}', cause, at: 0 });
  await admin.open('c').write([op('/r/a'), op('/r/b')]);
  metrics.queueDepth(async () => ({ waiting: 3 }));
  expect(await linesOf(metrics, 'orrery_store_batch_operations_sum')).toEqual(['orrery_store_batch_operations_sum{process="worker"} 2']);
  expect(await linesOf(metrics, 'orrery_queue_jobs')).toEqual(['orrery_queue_jobs{state="waiting",process="worker"} 3']);
});
