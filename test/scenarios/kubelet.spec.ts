import { afterEach, describe, expect, it } from '@jest/globals';
import { type corev1, Pod } from '#api';
import { createLocalCluster, type LocalCluster, type LocalClusterOptions } from '#cluster';

const open: LocalCluster[] = [];

afterEach(() => {
  for (const cluster of open.splice(0)) cluster.close();
});

async function start(options: LocalClusterOptions = {}): Promise<LocalCluster> {
  const cluster = await createLocalCluster(options);
  open.push(cluster);
  await cluster.settle();
  return cluster;
}

const podOf = (spec: Partial<corev1.PodSpec>, name = 'web'): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [], ...spec },
});

const wordOf = ({ name, state, ready, restartCount }: corev1.ContainerStatus): string => {
  const word = state?.running ? 'running' : (state?.waiting?.reason ?? `${state?.terminated?.reason}(${state?.terminated?.exitCode})`);
  return `${name}=${word}${ready ? '+ready' : ''}${restartCount ? `*${restartCount}` : ''}`;
};

/** A pod's status in a line. */
function summary({ status = {} }: corev1.Pod): string {
  const { phase, reason, initContainerStatuses = [], containerStatuses = [] } = status;
  return [phase, ...(reason ? [reason] : []), ...initContainerStatuses.map(wordOf), ...containerStatuses.map(wordOf)].join(' ');
}

/** All writes about a pod in their order: its events by reason, its status in a line. */
async function story(cluster: LocalCluster, name = 'web'): Promise<string[]> {
  const lines: string[] = [];
  for (const { type, key, value } of await cluster.log()) {
    const object = JSON.parse(value);
    if (key === `/registry/pods/default/${name}`) lines.push(type === 'delete' ? 'deleted' : summary(object));
    if (key.startsWith(`/registry/events/default/${name}.`)) lines.push(`(${object.reason})`);
  }
  return lines;
}

describe('the order of writes', () => {
  it('is that of a real kubelet: a container is started, then it is running, then its probe succeeds', async () => {
    const cluster = await start();
    const readinessProbe = { httpGet: { port: 80 } };
    await cluster.client.create(Pod, podOf({ containers: [{ name: 'c', image: 'nginx:1.27', readinessProbe }] }));
    await cluster.settle();
    expect(await story(cluster)).toEqual([
      'Pending',
      'Pending',
      '(Scheduled)',
      '(Pulling)',
      '(Pulled)',
      '(Created)',
      '(Started)',
      'Running c=running',
      'Running c=running+ready',
    ]);
  });
});
