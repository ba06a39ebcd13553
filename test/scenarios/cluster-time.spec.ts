import { describe, expect, it } from '@jest/globals';
import { type batchv1, CronJob, type corev1, Event, Job, Lease, Node, Pod } from '#api';
import { ClusterFaults, type LocalCluster } from '#cluster';
import { podOf } from './pod-stories.js';
import { openCluster } from './story.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const IN = { namespace: 'default' };
const THREE = { count: 4, controlPlanes: 3, cpu: '4', memory: '8Gi', pods: 110 };

const container = (more: Partial<corev1.Container> = {}): corev1.Container => ({ name: 'c', image: 'nginx', ...more });

const statusOf = async ({ client }: LocalCluster, name = 'web'): Promise<corev1.ContainerStatus | undefined> =>
  (await client.get(Pod, name, 'default')).status?.containerStatuses?.[0];

/** When something that is looked at every so many seconds became another value, in seconds since the start. */
async function timeline<T>(cluster: LocalCluster, look: () => Promise<T>, { every, until }: { every: number; until: number }) {
  const seen: Array<[seconds: number, value: T]> = [];
  for (let now = 0; ; now += every) {
    const value = await look();
    if (JSON.stringify(seen.at(-1)?.[1]) !== JSON.stringify(value)) seen.push([now, value]);
    if (now >= until) return seen;
    await cluster.advance(every * SECOND);
  }
}

describe('on the clock of the cluster', () => {
  it('the tokens of ServiceAccounts expire', async () => {
    const cluster = await openCluster();
    const { status, body } = await cluster.api.handle({
      method: 'POST',
      path: '/api/v1/namespaces/default/serviceaccounts/default/token',
      query: '',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"spec":{"expirationSeconds":600}}'),
      user: { name: 'admin', groups: ['system:masters'] },
      requestId: 'r',
    });
    const made = JSON.parse(String(body)).status;
    expect([status, made.expirationTimestamp]).toEqual([201, '2026-01-01T00:10:00Z']);
    const user = () =>
      cluster.api.authenticate({ headers: { authorization: `Bearer ${made.token}` } }).then(
        ({ name }) => name,
        (error: Error) => error.message,
      );
    expect(await timeline(cluster, user, { every: 60, until: 900 })).toEqual([
      [0, 'system:serviceaccount:default:default'],
      // A minute of leeway is given (go-jose's DefaultLeeway).
      [720, 'Unauthorized'],
    ]);
  });

  it('Events are removed an hour after they were recorded, together with those of the same minute', async () => {
    const cluster = await openCluster();
    await cluster.client.create(Pod, podOf({ containers: [container()] }));
    await cluster.settle();
    const events = async () => (await cluster.client.list(Event, IN)).items.length > 0;
    expect(await timeline(cluster, events, { every: 60, until: 3_720 })).toEqual([
      [0, true],
      [3_660, false],
    ]);
  });

  it('CronJobs make their Jobs, and finished ones are removed after their time to live', async () => {
    const cluster = await openCluster();
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['true'] }] } };
    const jobTemplate = { spec: { template, ttlSecondsAfterFinished: 90 } } as batchv1.JobTemplateSpec;
    await cluster.client.create(CronJob, {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'c', namespace: 'default' },
      spec: { schedule: '*/10 * * * *', jobTemplate },
    });
    const jobs = async () => (await cluster.client.list(Job, IN)).items.length;
    expect(await timeline(cluster, jobs, { every: 30, until: 1_500 })).toEqual([
      [0, 0],
      [600, 1],
      [690, 0],
      [1_200, 1],
      [1_290, 0],
    ]);
  });

  it('probes begin after their delay and fail in their period', async () => {
    const cluster = await openCluster();
    const readinessProbe = { httpGet: { path: '/', port: 80 }, initialDelaySeconds: 30, periodSeconds: 10 };
    const livenessProbe = { httpGet: { path: '/none', port: 80 }, initialDelaySeconds: 60, periodSeconds: 20, failureThreshold: 3 };
    await cluster.client.create(
      Pod,
      podOf({ containers: [container({ readinessProbe, livenessProbe })], terminationGracePeriodSeconds: 0 }),
    );
    await cluster.settle();
    const look = async () => {
      const status = await statusOf(cluster);
      return `${status?.ready ? 'ready' : 'not ready'}, ${status?.restartCount} restarts`;
    };
    expect(await timeline(cluster, look, { every: 10, until: 240 })).toEqual([
      [0, 'not ready, 0 restarts'],
      [30, 'ready, 0 restarts'],
      [100, 'not ready, 1 restarts'],
      [130, 'ready, 1 restarts'],
      [200, 'not ready, 1 restarts'],
      // The second restart is held back for ten seconds.
      [210, 'not ready, 2 restarts'],
      [240, 'ready, 2 restarts'],
    ]);
  });

  it('crashes are followed by longer and longer back-offs', async () => {
    const cluster = await openCluster();
    await cluster.client.create(Pod, podOf({ containers: [container({ image: 'busybox', command: ['sh', '-c', 'exit 1'] })] }));
    await cluster.settle();
    const restarts = async () => (await statusOf(cluster))?.restartCount;
    const at = [0, 10, 30, 70, 150, 310, 610, 910, 1_210];
    expect(await timeline(cluster, restarts, { every: 10, until: 1_300 })).toEqual(at.map((seconds, index) => [seconds, index + 1]));
  });

  it('a kubelet that has stopped is missed after the grace period, and its pods after their toleration', async () => {
    const cluster = await openCluster();
    await cluster.client.create(Pod, podOf({ nodeName: 'worker-1', containers: [container()] }));
    await cluster.settle();
    await new ClusterFaults(cluster.api).inject({ type: 'stop', component: 'kubelet', node: 'worker-1' });
    const look = async () => {
      const { status } = await cluster.client.get(Node, 'worker-1');
      const { items } = await cluster.client.list(Pod, IN);
      const leaving = items[0]?.metadata.deletionTimestamp === undefined ? 'stays' : 'leaves';
      return `${status?.conditions?.find(({ type }) => type === 'Ready')?.status}, ${leaving}`;
    };
    expect(await timeline(cluster, look, { every: 30, until: 420 })).toEqual([
      [0, 'True, stays'],
      [60, 'Unknown, stays'],
      [360, 'Unknown, leaves'],
    ]);
  });

  it('etcd and the leases of leaders fail over in their own time', async () => {
    const cluster = await openCluster({ nodes: THREE });
    await cluster.settle();
    const faults = new ClusterFaults(cluster.api);
    await faults.inject({ type: 'stop', component: 'etcd', node: 'control-plane' });
    const term = async () => {
      const { leader, members } = await faults.etcd();
      return `${leader === undefined ? 'no leader' : 'a leader'} in term ${members.find(({ name }) => name === leader)?.term ?? '-'}`;
    };
    expect(await timeline(cluster, term, { every: 1, until: 5 })).toEqual([
      [0, 'no leader in term -'],
      [2, 'a leader in term 3'],
    ]);
    await faults.inject({ type: 'stop', component: 'kube-scheduler', node: 'control-plane' });
    const holder = async () => (await cluster.client.get(Lease, 'kube-scheduler', 'kube-system')).spec?.holderIdentity?.split('_')[0];
    expect(await timeline(cluster, holder, { every: 5, until: 30 })).toEqual([
      [0, 'control-plane'],
      [20, 'control-plane-3'],
    ]);
  });
});

it('an advance of hours does not end because twelve pods fail a probe every ten seconds', async () => {
  const cluster = await openCluster();
  const readinessProbe = { httpGet: { path: '/none', port: 80 }, periodSeconds: 10 };
  for (let index = 0; index < 12; index++)
    await cluster.client.create(Pod, podOf({ containers: [container({ readinessProbe })] }, `web-${index}`));
  await cluster.advance(2 * HOUR);
  expect(cluster.clock.now()).toBe(Date.parse('2026-01-01T02:00:00Z'));
  const { items } = await cluster.client.list(Event, { ...IN, fieldSelector: 'reason=Unhealthy' });
  const last = items.map(({ message, lastTimestamp }) => `${message} ${lastTimestamp}`);
  expect(last).toEqual(Array(12).fill('Readiness probe failed: HTTP probe failed with statuscode: 404 2026-01-01T02:00:00Z'));
});
