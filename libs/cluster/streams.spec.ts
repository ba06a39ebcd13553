import { type corev1, Pod, Service } from '#api';
import type { ApiResponse } from '#apiserver';
import { createLocalCluster } from './local.js';
import type { LocalCluster } from './one-process.js';

const admin = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };

let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await createLocalCluster({ nodes: { count: 1, cpu: '4', memory: '8Gi', pods: 110 } });
  await cluster.settle();
}, 60_000);
afterAll(() => cluster.close());

async function run(name: string, spec: object): Promise<void> {
  await cluster.client.create(Pod, { metadata: { name, namespace: 'default' }, spec } as corev1.Pod);
  await cluster.settle();
}

async function textOf({ body, pieces }: ApiResponse): Promise<string> {
  if (!pieces) return Buffer.from(body ?? '').toString();
  const parts: Buffer[] = [];
  for await (const chunk of pieces.chunks) parts.push(Buffer.from(chunk));
  pieces.close();
  return Buffer.concat(parts).toString();
}

async function get(path: string, headers: Record<string, string> = {}): Promise<[number, string]> {
  const [pathname = '', query = ''] = path.split('?');
  const response = await cluster.api.handle({ method: 'GET', path: pathname, query, headers, user: admin, requestId: 'r' });
  const text = await textOf(response);
  return [response.status, text.startsWith('{"kind":"Status"') ? (JSON.parse(text) as { message: string }).message : text];
}

const log = (name: string, query = '') => get(`/api/v1/namespaces/default/pods/${name}/log${query}`);

const loop = { containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'while true; do date; sleep 1; done'] }] };

test('logs of a script are what it has printed by the cluster’s clock', async () => {
  await run('loop', loop);
  const before = await log('loop');
  await cluster.advance(3_000);
  const after = await log('loop');
  const lines = after[1].split('\n');
  expect([before[1].split('\n').length, lines.length, lines[0]?.startsWith(before[1].trim())]).toEqual([2, 5, true]);
  const [, stamped] = await log('loop', '?timestamps=true&tailLines=1');
  expect(stamped).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000000Z \w{3} \w{3} .* UTC \d{4}\n$/);
  expect([
    (await log('loop', '?tailLines=2'))[1],
    (await log('loop', '?sinceSeconds=1'))[1],
    (await log('loop', '?limitBytes=5'))[1],
  ]).toEqual([`${lines.slice(-3, -1).join('\n')}\n`, `${lines.slice(-3, -1).join('\n')}\n`, lines[0]?.slice(0, 5)]);
}, 60_000);

test('the log of a container that was restarted, and of the start before', async () => {
  await run('crash', {
    containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'echo start $(date +%s); sleep 2; echo oops >&2; exit 3'] }],
  });
  await cluster.advance(2_000);
  const first = await log('crash', '?previous=true');
  await cluster.advance(11_000);
  const [[, now], [, previous]] = [await log('crash'), await log('crash', '?previous=true')];
  // In the back-off after the second start there is no newer log than that of the last one.
  expect([first[0], /^start \d+\noops\n$/.test(now), previous === now, first[1] !== now]).toEqual([200, true, true, true]);
}, 60_000);

test('nginx prints its start', async () => {
  await run('web', { containers: [{ name: 'c', image: 'nginx:1.27' }] });
  expect((await log('web'))[1]).toMatch(/Configuration complete; ready for start up\n.*nginx\/1.27.5\n/s);
}, 60_000);

test('what has no log says why', async () => {
  await run('waiting', {
    containers: [
      { name: 'a', image: 'no-such-image' },
      { name: 'b', image: 'busybox', command: ['sleep', '1000'] },
    ],
  });
  await cluster.client.create(Pod, {
    metadata: { name: 'unbound', namespace: 'default' },
    spec: { ...loop, nodeSelector: { no: 'where' } },
  } as unknown as corev1.Pod);
  await cluster.settle();
  expect([
    await log('missing'),
    await log('waiting'),
    await log('waiting', '?container=a'),
    await log('waiting', '?container=nope'),
    await log('waiting', '?container=b&previous=true'),
    await log('unbound'),
    await log('loop', '?tailLines=-1'),
    await log('loop', '?stream=Stdout'),
  ]).toEqual([
    [404, 'pods "missing" not found'],
    [400, 'a container name must be specified for pod waiting, choose one of: [a b]'],
    [400, 'container "a" in pod "waiting" is waiting to start: trying and failing to pull image'],
    [400, 'container nope is not valid for pod waiting'],
    [400, 'previous terminated container "b" in pod "waiting" not found'],
    [204, ''],
    [422, 'PodLogOptions "loop" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0'],
    [422, 'PodLogOptions "loop" is invalid: stream: Forbidden: may not be specified'],
  ]);
}, 60_000);

const ns = '/api/v1/namespaces/default';

test('pods, services and nodes are reached through their proxies', async () => {
  await run('site', { containers: [{ name: 'c', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }] });
  await cluster.client.create(Service, {
    metadata: { name: 'site', namespace: 'default' },
    spec: { selector: { app: 'site' }, ports: [{ name: 'http', port: 8080, targetPort: 80 }] },
  } as unknown as corev1.Service);
  const pod = await cluster.client.get(Pod, 'site', 'default');
  await cluster.client.update(Pod, { ...pod, metadata: { ...pod.metadata, labels: { app: 'site' } } });
  await cluster.settle();
  const first = async (path: string) => {
    const [status, text] = await get(path);
    return [status, text.split('\n', 1)[0]];
  };
  const ip = pod.status?.podIP;
  expect([
    await first(`${ns}/pods/site/proxy/`),
    await first(`${ns}/pods/site/proxy`),
    await first(`${ns}/pods/http:site:80/proxy/nope`),
    await first(`${ns}/pods/https:site:80/proxy/`),
    await first(`${ns}/pods/site:81/proxy/`),
    await first(`${ns}/pods/missing/proxy/`),
    await first(`${ns}/pods/unbound/proxy/`),
    await first(`${ns}/services/site:http/proxy/`),
    await first(`${ns}/services/site:8080/proxy/`),
    await first(`${ns}/services/site:81/proxy/`),
    await first(`${ns}/services/site:nope/proxy/`),
    await first(`${ns}/services/missing/proxy/`),
    await first('/api/v1/nodes/control-plane/proxy/healthz'),
    await first('/api/v1/nodes/control-plane:10250/proxy/nope'),
    await first('/api/v1/nodes/control-plane:10255/proxy/'),
    await first('/api/v1/nodes/missing/proxy/'),
  ]).toEqual([
    [200, '<!DOCTYPE html>'],
    [301, ''],
    [404, '<html>\r'],
    [503, 'error trying to reach service: http: server gave HTTP response to HTTPS client'],
    [503, `error trying to reach service: dial tcp ${ip}:81: connect: connection refused`],
    [404, 'pods "missing" not found'],
    [400, 'address not allowed'],
    [200, '<!DOCTYPE html>'],
    [200, '<!DOCTYPE html>'],
    [503, 'no service port 81 found for service "site"'],
    [503, 'no endpoints available for service "site:nope"'],
    [404, 'services "missing" not found'],
    [200, 'ok'],
    [404, '404 page not found'],
    [503, expect.stringMatching(/^error trying to reach service: dial tcp [\d.]+:10255: connect: connection refused$/)],
    [404, 'nodes "missing" not found'],
  ]);
}, 60_000);
