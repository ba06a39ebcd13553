import { describe, expect, it } from '@jest/globals';
import { Deployment, Pod } from '#api';
import { EventChain } from '#history';
import { podOf, start, story } from './pod-stories.js';

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

it('kubelet: the whole chain of the pod of a Deployment, from its creation to ready', async () => {
  const cluster = await start({ profile: 'realistic' });
  const labels = { app: 'web' };
  const readinessProbe = { httpGet: { port: 80 }, periodSeconds: 5 };
  await cluster.client.create(Deployment, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { name: '', labels }, spec: { containers: [{ name: 'c', image: 'nginx:1.27', readinessProbe }] } },
    },
  });
  await cluster.advance(10_000);
  const chain = new EventChain(({ key }) => key === '/registry/deployments/default/web');
  const steps = (await cluster.log()).flatMap((entry) => chain.next(entry));
  const plain = (text: string) =>
    text.replace(/(web-[0-9a-f]+)(-[0-9a-z]{5})?/g, (_, _set, pod) => (pod ? 'POD' : 'SET')).replace(/\d+ bytes/, 'N bytes');
  expect(steps.map(({ summary: said, sinceStartMs }) => `${sinceStartMs} ${plain(said)}`)).toEqual([
    '0 system:apiserver created Deployment web',
    '0 deployment-controller created ReplicaSet SET',
    '0 deployment-controller: ScalingReplicaSet: Scaled up replica set SET from 0 to 1',
    '0 deployment-controller updated Deployment web',
    '0 replicaset-controller created Pod POD',
    '0 replicaset-controller: SuccessfulCreate: Created pod: POD',
    '0 replicaset-controller updated ReplicaSet SET',
    '0 deployment-controller updated Deployment web',
    '0 kube-scheduler: Pod POD bound to node worker-1',
    '0 kube-scheduler: Scheduled: Successfully assigned default/POD to worker-1',
    '0 kubelet: Pulling: Pulling image "nginx:1.27"',
    '0 kubelet updated Pod POD',
    '2000 kubelet: Pulled: Successfully pulled image "nginx:1.27" in 2s (2s including waiting). Image size: N bytes.',
    '2500 kubelet: Created: Container created',
    '2500 kubelet: Started: Container started',
    '2500 kubelet: Pod POD is Running',
    '2500 kubelet: Pod POD became ready',
    '2500 replicaset-controller updated ReplicaSet SET',
    '2500 deployment-controller updated Deployment web',
  ]);
});
