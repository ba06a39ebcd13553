import { type corev1, Pod, Service } from '#api';
import { createLocalCluster } from './local.js';
import type { LocalCluster } from './one-process.js';

/** What the processes of pods do when it depends on the pod, on its volumes or on other objects. */

let cluster: LocalCluster;
let made = 0;

beforeAll(async () => {
  cluster = await createLocalCluster({ nodes: { count: 1, cpu: '4', memory: '8Gi', pods: 110 } });
  await cluster.settle();
}, 60_000);
afterAll(() => cluster.close());

async function run(name: string, spec: Partial<corev1.PodSpec>): Promise<void> {
  await cluster.client.create(Pod, { metadata: { name, namespace: 'default' }, spec } as corev1.Pod);
  await cluster.settle();
}

/** The containers of a pod: waiting with a reason, running, or ended with a code. */
async function statesOf(name: string): Promise<string> {
  const { status } = await cluster.client.get(Pod, name, 'default');
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
    .map(({ state, restartCount }) => {
      const word = state?.terminated ? `exit ${state.terminated.exitCode}` : (state?.waiting?.reason ?? 'running');
      return restartCount > 0 ? `${word} *${restartCount}` : word;
    })
    .join(', ');
}

async function logOf(name: string, container: string): Promise<string> {
  const path = `/api/v1/namespaces/default/pods/${name}/log`;
  const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
  const query = `container=${container}`;
  const { pieces } = await cluster.api.handle({ method: 'GET', path, query, headers: {}, user, requestId: 'r' });
  const parts: Buffer[] = [];
  for await (const chunk of pieces?.chunks ?? []) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts).toString();
}

const sh = (script: string, more: Partial<corev1.Container> = {}): corev1.Container => ({
  name: 'c',
  image: 'busybox',
  command: ['sh', '-c', script],
  ...more,
});

test.each<[string, number, string]>([
  ['echo start $(date +%s); sleep 2; exit 3', 1, 'running'],
  ['echo start $(date +%s); sleep 2; exit 3', 2, 'exit 3'],
  ['[ "$(hostname)" = other ] || exit 4', 0, 'exit 4'],
  ['i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; exit 5', 60, 'exit 5'],
  ['trap "exit 6" TERM; kill 1; sleep 100', 0, 'exit 6'],
  ['until nslookup never; do sleep 2; done', 100, 'running'],
])(
  '%s, %d seconds later: %s',
  async (script, seconds, want) => {
    made += 1;
    const name = `p${made}`;
    await run(name, { restartPolicy: 'Never', containers: [sh(script)] });
    await cluster.advance(seconds * 1000);
    expect(await statesOf(name)).toBe(want);
  },
  60_000,
);

test('an init container waits until a Service exists', async () => {
  await run('waits', {
    initContainers: [sh('until nslookup later; do echo waiting; sleep 2; done', { name: 'wait' })],
    containers: [{ name: 'c', image: 'nginx:1.27' }],
  });
  await cluster.advance(11_000);
  const before = await statesOf('waits');
  await cluster.client.create(Service, {
    metadata: { name: 'later', namespace: 'default' },
    spec: { ports: [{ port: 80 }], selector: { app: 'x' } },
  } as unknown as corev1.Service);
  await cluster.advance(2_000);
  expect([before, await statesOf('waits')]).toEqual(['running, PodInitializing', 'exit 0, running']);
  // The log is the same whenever it is read: the Service was not there in the first eleven seconds.
  await cluster.advance(60_000);
  expect((await logOf('waits', 'wait')).match(/^waiting$/gm)).toHaveLength(6);
}, 60_000);

test('containers of a pod share its volumes', async () => {
  const volumeMounts = [{ name: 'v', mountPath: '/shared' }];
  await run('shares', {
    restartPolicy: 'Never',
    volumes: [{ name: 'v', emptyDir: {} }],
    initContainers: [sh('echo 7 > /shared/code', { name: 'first', volumeMounts })],
    containers: [
      sh('until [ -f /shared/ready ]; do sleep 1; done; exit $(cat /shared/code)', { volumeMounts }),
      sh('sleep 5; touch /shared/ready', { name: 'other', volumeMounts }),
    ],
  });
  await cluster.advance(4_000);
  const before = await statesOf('shares');
  await cluster.advance(2_000);
  expect([before, await statesOf('shares')]).toEqual(['exit 0, running, running', 'exit 0, exit 7, exit 0']);
}, 60_000);

test('a trap decides how a container stops, within the grace period', async () => {
  const stopped = async (name: string, script: string, grace: number): Promise<string> => {
    await run(name, { restartPolicy: 'Never', containers: [sh(script)], terminationGracePeriodSeconds: grace });
    await cluster.advance(5_000);
    // A finalizer keeps the pod, so that its last status can be read.
    const pod = await cluster.client.get(Pod, name, 'default');
    await cluster.client.update(Pod, { ...pod, metadata: { ...pod.metadata, finalizers: ['example.com/keep'] } });
    await cluster.client.delete(Pod, name, 'default');
    await cluster.settle();
    const before = await statesOf(name);
    await cluster.advance(3_500);
    return `${before}, then ${await statesOf(name)}`;
  };
  expect([
    await stopped('stop-a', 'trap "exit 5" TERM; while true; do sleep 1; done', 30),
    await stopped('stop-b', 'trap "sleep 3; exit 6" TERM; sleep 1000 & wait', 30),
    await stopped('stop-c', 'trap "sleep 10; exit 6" TERM; sleep 1000 & wait', 2),
    await stopped('stop-d', 'trap "" TERM; sleep 1000', 30),
  ]).toEqual(['running, then exit 5', 'running, then exit 6', 'running, then exit 137', 'running, then running']);
}, 60_000);
