import { expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { type corev1, Node, Pod } from '#api';
import { type LocalCluster, NodeFiles } from '#cluster';
import { execIn } from './pod-exec.js';
import { logOf, podOf, start, summary } from './pod-stories.js';

async function limited(podPidsLimit: number, more: object = {}): Promise<LocalCluster> {
  const cluster = await start();
  const files = await NodeFiles.of(cluster.api, 'worker-1');
  await files.write('/var/lib/kubelet/config.yaml', stringify({ kind: 'KubeletConfiguration', podPidsLimit, ...more }));
  return cluster;
}

const container = (image: string, script: string, shell = 'sh'): corev1.Container => ({ name: 'c', image, command: [shell, '-c', script] });

/** What a pod on that node prints, and its status. */
async function ran(cluster: LocalCluster, given: corev1.Container, annotations: Record<string, string> = {}): Promise<string[]> {
  const pod = podOf({ nodeName: 'worker-1', restartPolicy: 'Never', containers: [given] });
  await cluster.client.create(Pod, { ...pod, metadata: { ...pod.metadata, annotations } });
  await cluster.advance(60_000);
  return [...(await logOf(cluster)), summary(await cluster.client.get(Pod, 'web', 'default'))];
}

const FORKS = 'for i in 1 2 3 4 5; do sleep 600 & echo $i; done; echo done';

it.each<[string, string, string, number, string[]]>([
  ['busybox', 'busybox:1.36', 'sh', 5, ['1', '2', '3', "sh: can't fork: Resource temporarily unavailable", 'Failed c=Error(2)']],
  ['dash', 'debian:12', 'sh', 5, ['1', '2', '3', 'sh: Cannot fork', 'Failed c=Error(2)']],
  [
    'bash',
    'debian:12',
    'bash',
    5,
    [
      ...['1', '2', '3'],
      ...Array<string>(4).fill('bash: fork: retry: Resource temporarily unavailable'),
      'bash: fork: Resource temporarily unavailable',
      'Failed c=Error(254)',
    ],
  ],
  ['a limit that is high enough', 'busybox:1.36', 'sh', 7, ['1', '2', '3', '4', '5', 'done', 'Succeeded c=Completed(0)']],
  ['no limit', 'busybox:1.36', 'sh', -1, ['1', '2', '3', '4', '5', 'done', 'Succeeded c=Completed(0)']],
])('kubelet: processes beyond podPidsLimit cannot be forked: %s', async (_, image, shell, limit, want) => {
  expect(await ran(await limited(limit), container(image, FORKS, shell))).toEqual(want);
});

it('kubelet: bash forks when another process of the pod has ended meanwhile', async () => {
  const script = 'sleep 4 & cat /etc/hostname; (sleep 1); echo done';
  expect(await ran(await limited(3), container('debian:12', script, 'bash'))).toEqual([
    ...Array<string>(3).fill('bash: fork: retry: Resource temporarily unavailable'),
    'web',
    'done',
    'Succeeded c=Completed(0)',
  ]);
});

it('kubelet: a shell that becomes its only command forks nothing', async () => {
  expect(await ran(await limited(2), container('busybox:1.36', 'cat /etc/hostname'))).toEqual(['web', 'Succeeded c=Completed(0)']);
});

it('kubelet: what a client starts in a pod counts, too, and what annotations say', async () => {
  const cluster = await limited(100);
  const asleep = container('busybox:1.36', 'sleep 3600');
  await ran(cluster, asleep, { 'usage.orrery.io/pids': '98' });
  const exec = (script: string) => execIn(cluster.api, { namespace: 'default', name: 'web' }, ['sh', '-c', script]);
  expect([await exec('echo one'), await exec('echo $(echo one)'), await exec('ls /etc/hosts; echo two')]).toEqual([
    'one\n',
    "sh: can't fork: Resource temporarily unavailable\n",
    "sh: can't fork: Resource temporarily unavailable\n",
  ]);
});

it('kubelet: a pod takes no more of the processes of its node than it may have', async () => {
  const cluster = await limited(1000, { evictionHard: { 'pid.available': '50%' } });
  await ran(cluster, { name: 'c', image: 'nginx:1.27' }, { 'usage.orrery.io/pids': '20000' });
  const found = (await cluster.client.get(Node, 'worker-1')).status?.conditions?.find(({ type }) => type === 'PIDPressure');
  expect([found?.status, summary(await cluster.client.get(Pod, 'web', 'default'))]).toEqual(['False', 'Running c=running+ready']);
});
