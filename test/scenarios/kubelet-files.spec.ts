import { expect, it } from '@jest/globals';
import { type corev1, Pod } from '#api';
import type { LocalCluster } from '#cluster';
import { logOf, podOf, run, start, story, summary } from './pod-stories.js';

const shell = (script: string, more: Partial<corev1.Container> = {}): corev1.Container => ({
  name: 'c',
  image: 'busybox:1.36',
  command: ['sh', '-c', `trap "exit 0" TERM; ${script}`],
  ...more,
});
const shown = async ({ client }: LocalCluster) => summary(await client.get(Pod, 'web', 'default'));

it('kubelet: a file that a client removes is gone for the next probe, and for the processes of the container', async () => {
  const cluster = await start();
  const livenessProbe = { exec: { command: ['cat', '/tmp/healthy'] }, periodSeconds: 5, failureThreshold: 1 };
  const container = shell('touch /tmp/healthy; until [ -f /tmp/stop ]; do sleep 1; done; exit 3', { livenessProbe });
  await cluster.client.create(Pod, podOf({ containers: [container] }));
  await cluster.advance(20_000);
  expect(await shown(cluster)).toBe('Running c=running+ready');
  await run(cluster, 'web', ['rm', '/tmp/healthy']);
  await cluster.advance(10_000);
  expect(await shown(cluster)).toBe('Running c=running+ready*1');
  expect((await story(cluster)).slice(-6)).toEqual([
    '(Unhealthy)',
    '(Killing)',
    '(Pulled)',
    '(Created)',
    '(Started)',
    'Running c=running+ready*1',
  ]);
  await run(cluster, 'web', ['touch', '/tmp/stop']);
  await cluster.advance(3_000);
  expect(await shown(cluster)).toBe('Running c=CrashLoopBackOff*1');
  const [ended] = (await cluster.client.get(Pod, 'web', 'default')).status?.containerStatuses ?? [];
  expect(ended?.lastState?.terminated?.exitCode).toBe(3);
});

it('kubelet: a pod is evicted when it writes more into an emptyDir than that may hold', async () => {
  const cluster = await start();
  const volumes = [{ name: 'cache', emptyDir: { sizeLimit: '10Mi' } }];
  const volumeMounts = [{ name: 'cache', mountPath: '/cache' }];
  const loop = 'n=0; while true; do n=$((n+1)); dd if=/dev/zero of=/cache/$n bs=1M count=1 2>/dev/null; sleep 3; done';
  await cluster.client.create(Pod, podOf({ containers: [shell(loop, { volumeMounts })], volumes }));
  await cluster.advance(25_000);
  expect(await shown(cluster)).toBe('Running c=running+ready');
  await cluster.advance(20_000);
  const { status } = await cluster.client.get(Pod, 'web', 'default');
  expect([status?.phase, status?.reason, status?.message]).toEqual([
    'Failed',
    'Evicted',
    'Usage of EmptyDir volume "cache" exceeds the limit "10Mi". ',
  ]);
  expect((await story(cluster)).slice(-3)).toEqual(['(Evicted)', '(Killing)', 'Failed Evicted c=Error(137)']);
});

it.each<[string, Partial<corev1.PodSpec>, string[], string]>([
  [
    'into an emptyDir',
    {
      containers: [shell('while true; do sleep 1; done', { volumeMounts: [{ name: 'v', mountPath: '/v' }] })],
      volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }],
    },
    ['dd', 'if=/dev/zero', 'of=/v/big', 'bs=1M', 'count=1025'],
    'Usage of EmptyDir volume "v" exceeds the limit "1Gi". ',
  ],
  [
    'into its container',
    { containers: [shell('sleep 3600', { resources: { limits: { 'ephemeral-storage': '500Mi' } } })] },
    ['fallocate', '-l', '600M', '/tmp/big'],
    'Pod ephemeral local storage usage exceeds the total limit of containers 500Mi. ',
  ],
])('kubelet: a pod is evicted for what a client writes %s', async (_, spec, command, message) => {
  const cluster = await start();
  await cluster.client.create(Pod, podOf(spec));
  await cluster.advance(20_000);
  await run(cluster, 'web', command);
  await cluster.advance(12_000);
  const { status } = await cluster.client.get(Pod, 'web', 'default');
  expect([status?.phase, status?.message]).toEqual(['Failed', message]);
});

it('kubelet: one container may not take what the pod may; a file system in memory is as large as its limit', async () => {
  const cluster = await start();
  const limits = (storage: string) => ({ resources: { limits: { 'ephemeral-storage': storage } } });
  const other = { name: 'other', image: 'nginx:1.27', ...limits('1Gi') };
  const script = 'dd if=/dev/zero of=/m/a bs=1M count=30; ls -l /m; truncate -s 20M /m/b; sleep 5; truncate -s 20M /tmp/a; sleep 3600';
  const container = shell(script, { ...limits('10Mi'), volumeMounts: [{ name: 'm', mountPath: '/m' }] });
  const volumes = [{ name: 'm', emptyDir: { medium: 'Memory', sizeLimit: '25Mi' } }];
  await cluster.client.create(Pod, podOf({ containers: [container], volumes }));
  await cluster.client.create(Pod, podOf({ containers: [{ ...container, name: 'c' }, other], volumes }, 'two'));
  await cluster.advance(2_000);
  expect(await logOf(cluster)).toEqual(['dd: No space left on device', 'total 0']);
  await cluster.advance(12_000);
  const { items } = await cluster.client.list(Pod, { namespace: 'default' });
  expect(items.map(({ status }) => status?.message)).toEqual([
    'Container c exceeded its local ephemeral storage limit "10Mi". ',
    'Pod ephemeral local storage usage exceeds the total limit of containers 10Mi. ',
  ]);
});

it('kubelet: variables from a file that an init container has written; without the file or the key the container is not created', async () => {
  const cluster = await start();
  const { client } = cluster;
  const volumeMounts = [{ name: 'config', mountPath: '/config' }];
  const pod = (name: string, text: string, more: Partial<corev1.FileKeySelector> = {}): corev1.Pod => {
    const fileKeyRef = { volumeName: 'config', path: 'app.env', key: 'COLOR', ...more };
    const script = `printf '%s' "${text}" > /config/app.env`;
    return podOf(
      {
        restartPolicy: 'Never',
        volumes: [{ name: 'config', emptyDir: {} }],
        initContainers: [{ name: 'init', image: 'busybox:1.36', command: ['sh', '-c', script], volumeMounts }],
        containers: [
          {
            name: 'c',
            image: 'busybox:1.36',
            command: ['sh', '-c', 'echo "color=$COLOR"; test "$COLOR" = green'],
            env: [{ name: 'COLOR', valueFrom: { fileKeyRef } }],
          },
        ],
      },
      name,
    );
  };
  await client.create(Pod, pod('green', "SIZE='2'\nCOLOR='green' # bright\n"));
  await client.create(Pod, pod('optional', "SIZE='2'", { optional: true }));
  await client.create(Pod, pod('no-key', "SIZE='2'"));
  await client.create(Pod, pod('no-file', '', { path: 'other.env' }));
  await cluster.advance(5_000);
  const shown = async (name: string): Promise<string> => {
    const { metadata, status } = await client.get(Pod, name, 'default');
    const { state } = status?.containerStatuses?.[0] ?? {};
    const said = state?.waiting ? `${state.waiting.reason}: ${state.waiting.message}` : `exit ${state?.terminated?.exitCode}`;
    return `${metadata.name} ${said.replace(metadata.uid ?? '', 'UID')}`;
  };
  expect([await shown('green'), await shown('optional'), await shown('no-key'), await shown('no-file')]).toEqual([
    'green exit 0',
    'optional exit 1',
    'no-key CreateContainerConfigError: environment variable key "COLOR" not found in file "/var/lib/kubelet/pods/UID/volumes/kubernetes.io~empty-dir/config/app.env"',
    "no-file CreateContainerConfigError: couldn't parse env file",
  ]);
  expect([await logOf(cluster, 'green'), await logOf(cluster, 'optional')]).toEqual([['color=green'], ['color=']]);
});
