import { testCluster } from '../test-cluster.js';

const LIMITS = { seats: 4, queueWait: 1000, requestsInFlight: 10, watches: 2, writesPerSecond: 100, objects: 100, storedBytes: 1e6 };
const maps = '/api/v1/namespaces/default/configmaps';

/** The lines of the named metrics, without buckets. */
async function lines(cluster: Awaited<ReturnType<typeof testCluster>>, name: RegExp, path = '/metrics'): Promise<string[]> {
  const { status, text, headers } = await cluster.call('GET', path);
  expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores']);
  return text.split('\n').filter((line) => name.test(line) && !/_bucket|^#/.test(line));
}

test('requests are counted with kube-apiserver’s names and labels', async () => {
  const cluster = await testCluster({ flowLimits: LIMITS });
  await cluster.call('POST', `${maps}?dryRun=All`, { body: { metadata: { name: 'a' } } });
  await cluster.call('POST', maps, { body: { metadata: { name: 'a' } } });
  await cluster.call('POST', maps, { body: { metadata: { name: 'a' } } });
  await cluster.call('GET', `${maps}/a`);
  await cluster.call('GET', maps);
  await cluster.call('GET', '/api/v1/configmaps');
  await cluster.call('GET', '/apis/nobody.example.com/v1/inventions/x');
  await cluster.call('GET', `${maps}/a`, { user: null, headers: {} });
  const labels = (more: string, scope: string, verb: string) =>
    `apiserver_request_total{code="${more},group="",resource="configmaps",scope="${scope}",subresource="",verb="${verb}",version="v1"}`;
  const plain = (code: number) => `${code}",component="apiserver",dry_run=""`;
  expect(await lines(cluster, /^apiserver_request_total/)).toEqual([
    `${labels('201",component="apiserver",dry_run="All"', 'resource', 'POST')} 1`,
    `${labels(plain(201), 'resource', 'POST')} 1`,
    `${labels(plain(409), 'resource', 'POST')} 1`,
    `${labels(plain(200), 'resource', 'GET')} 1`,
    `${labels(plain(200), 'namespace', 'LIST')} 1`,
    `${labels(plain(200), 'cluster', 'LIST')} 1`,
  ]);
  expect(await lines(cluster, /^apiserver_request_duration_seconds_count.*POST/)).toEqual([
    'apiserver_request_duration_seconds_count{component="apiserver",dry_run="All",group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"} 1',
    'apiserver_request_duration_seconds_count{component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"} 2',
  ]);
  expect(await lines(cluster, /^apiserver_current_inflight_requests/)).toEqual([
    'apiserver_current_inflight_requests{request_kind="mutating"} 0',
    'apiserver_current_inflight_requests{request_kind="readOnly"} 1',
  ]);
  expect(await lines(cluster, /^etcd_request_duration_seconds_count/)).toEqual([
    'etcd_request_duration_seconds_count{group="",operation="create",resource="configmaps"} 1',
  ]);
  expect(await lines(cluster, /^(process_start|authentication_attempts)/)).toEqual([
    'authentication_attempts{result="success"} 12',
    'authentication_attempts{result="failure"} 0',
    'process_start_time_seconds 1.767323045e+09',
  ]);
});

test('histograms are cumulative', async () => {
  const cluster = await testCluster();
  await cluster.call('GET', '/livez');
  const { text } = await cluster.call('GET', '/metrics');
  const buckets = text.split('\n').filter((line) => line.startsWith('apiserver_request_duration_seconds_bucket{'));
  expect([buckets.length, buckets.at(-1)]).toEqual([
    24,
    'apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="",scope="",subresource="/livez",verb="GET",version="",le="+Inf"} 1',
  ]);
});

test('objects are counted by resource once they are cached', async () => {
  const cluster = await testCluster();
  await cluster.call('POST', maps, { body: { metadata: { name: 'a' } } });
  const { store } = cluster;
  (await store.watch('/registry/', undefined, { event: () => undefined, end: () => undefined }))();
  expect(await lines(cluster, /^apiserver_(resource|storage)_objects.*configmaps/)).toEqual([
    'apiserver_resource_objects{group="",resource="configmaps"} 1',
    'apiserver_storage_objects{resource="configmaps"} 1',
  ]);
});

test('a client cannot invent series without bound', async () => {
  const cluster = await testCluster();
  for (let i = 0; i < 1500; i++) await cluster.call('GET', `/apis/g${i}.example.com/v${i}/r${i}/n`);
  for (let i = 0; i < 1500; i++) await cluster.call('GET', `/p${i}`);
  const { text } = await cluster.call('GET', '/metrics');
  expect(text.split('\n').filter((line) => line.startsWith('apiserver_request_total'))).toEqual([]);
});

test('/metrics/slis shows the results of the health checks, without those of single ones', async () => {
  const cluster = await testCluster();
  await cluster.call('GET', '/livez');
  await cluster.call('GET', '/livez/etcd');
  expect(await lines(cluster, /"etcd"/, '/metrics/slis')).toEqual([
    'kubernetes_healthcheck{name="etcd",type="livez"} 1',
    'kubernetes_healthchecks_total{name="etcd",status="success",type="livez"} 1',
  ]);
});

test('metrics are for those who may get them', async () => {
  const cluster = await testCluster();
  expect((await cluster.call('GET', '/metrics', { user: { name: 'eve', groups: ['system:authenticated'] } })).status).toBe(403);
});

test.each([
  ['GET', `${maps}?fieldSelector=metadata.name%3Da`, 'scope="namespace",subresource="",verb="LIST"'],
  ['GET', '/api/v1/configmaps', 'scope="cluster",subresource="",verb="LIST"'],
  ['DELETE', maps, 'scope="namespace",subresource="",verb="DELETECOLLECTION"'],
  ['HEAD', '/livez', 'scope="",subresource="/livez",verb="GET"'],
  ['GET', '/livez/etcd', undefined],
  ['GET', '/version', undefined],
] as const)('%s %s is counted as %s', async (method, path, expected) => {
  const cluster = await testCluster();
  await cluster.call(method, path);
  const counted = await lines(cluster, /^apiserver_request_total/);
  expect(counted.map((line) => /scope=.*verb="[A-Z]+"/.exec(line)?.[0])).toEqual(expected === undefined ? [] : [expected]);
});

test('the service level leaves out dry runs', async () => {
  const cluster = await testCluster();
  await cluster.call('POST', `${maps}?dryRun=All`, { body: { metadata: { name: 'a' } } });
  await cluster.call('POST', maps, { body: { metadata: { name: 'a' } } });
  expect(await lines(cluster, /^apiserver_request_sli_duration_seconds_count/)).toEqual([
    'apiserver_request_sli_duration_seconds_count{component="apiserver",group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"} 1',
  ]);
});

test('the sizes of what is read are counted, of short and of long lists', async () => {
  const cluster = await testCluster();
  for (let i = 0; i < 101; i++) await cluster.call('POST', maps, { body: { metadata: { name: `m${i}` } } });
  const one = await cluster.call('GET', `${maps}/m1`);
  const few = await cluster.call('GET', `${maps}?limit=2`);
  const all = await cluster.call('GET', maps);
  const labels = (scope: string, verb: string) =>
    `{component="apiserver",group="",resource="configmaps",scope="${scope}",subresource="",verb="${verb}",version="v1"}`;
  expect(await lines(cluster, /^apiserver_response_sizes/)).toEqual([
    `apiserver_response_sizes_sum${labels('resource', 'GET')} ${one.text.length}`,
    `apiserver_response_sizes_count${labels('resource', 'GET')} 1`,
    `apiserver_response_sizes_sum${labels('namespace', 'LIST')} ${few.text.length + all.text.length}`,
    `apiserver_response_sizes_count${labels('namespace', 'LIST')} 2`,
  ]);
});

test('open watches are counted', async () => {
  const cluster = await testCluster({ flowLimits: LIMITS });
  const labels = 'component="apiserver",group="",resource="configmaps",scope="namespace",subresource="",verb="WATCH",version="v1"';
  const {
    response: { stream },
  } = await cluster.call('GET', `${maps}?watch=1`);
  expect(await lines(cluster, /^apiserver_longrunning_requests/)).toEqual([`apiserver_longrunning_requests{${labels}} 1`]);
  stream?.close();
  stream?.close();
  expect(await lines(cluster, /^apiserver_longrunning_requests/)).toEqual([`apiserver_longrunning_requests{${labels}} 0`]);
});

test('requests of priority levels are counted, with their seats while they run', async () => {
  const cluster = await testCluster({ flowLimits: { ...LIMITS, requestsInFlight: 1 } });
  const answers = await Promise.all([cluster.call('GET', maps), cluster.call('GET', maps)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 429]);
  const { name, flow } = { name: 'apiserver_flowcontrol', flow: 'flow_schema="",priority_level="catch-all"' };
  expect(await lines(cluster, /^apiserver_flowcontrol/)).toEqual([
    `${name}_current_executing_requests{${flow}} 1`,
    `${name}_current_executing_seats{${flow}} 1`,
    `${name}_dispatched_requests_total{${flow}} 1`,
    `${name}_rejected_requests_total{${flow},reason="concurrency-limit"} 1`,
    `${name}_request_wait_duration_seconds_sum{execute="true",${flow}} 0`,
    `${name}_request_wait_duration_seconds_count{execute="true",${flow}} 1`,
    `${name}_request_wait_duration_seconds_sum{execute="false",${flow}} 0`,
    `${name}_request_wait_duration_seconds_count{execute="false",${flow}} 1`,
  ]);
});
