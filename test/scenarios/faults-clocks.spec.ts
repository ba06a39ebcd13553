import { describe, expect, it } from '@jest/globals';
import { type batchv1, CronJob, type corev1, Event, Job, Lease, Node, Pod } from '#api';
import { ClusterFaults } from '#cluster';
import { openCluster } from './story.js';

const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
const NODES = { count: 2, cpu: '4', memory: '8Gi', pods: 110 };
const MINUTES = 60_000;

async function opened() {
  const cluster = await openCluster({ nodes: NODES });
  const { api, client } = cluster;
  await cluster.settle();
  const send = async (method: string, path: string, { token, body }: { token?: string; body?: object } = {}) => {
    const headers = { ...(body && { 'content-type': 'application/json' }), ...(token && { authorization: `Bearer ${token}` }) };
    const sent = body && { body: Buffer.from(JSON.stringify(body)) };
    const answer = await api.handle({ method, path, query: '', headers, ...(token ? {} : { user }), requestId: 'r', ...sent });
    let text = answer.body === undefined ? '' : String(answer.body);
    for await (const chunk of answer.pieces?.chunks ?? []) text += Buffer.from(chunk).toString();
    return { status: answer.status, text };
  };
  const renewed = async (node: string) => (await client.get(Lease, node, 'kube-node-lease')).spec?.renewTime;
  const isReady = async (node: string) => (await client.get(Node, node)).status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  return { ...cluster, faults: new ClusterFaults(api), send, renewed, isReady };
}

const podWith = (name: string, command: string): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { nodeName: 'worker-1', restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', command] }] },
});

const everyFive: batchv1.CronJob = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'report', namespace: 'default' },
  spec: {
    schedule: '*/5 * * * *',
    jobTemplate: {
      spec: {
        template: {
          metadata: { name: '' },
          spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['true'] }] },
        },
      },
    },
  },
};

describe('skew-clock: a node whose clock is wrong by minutes', () => {
  it.each([
    ['ahead', 10 * MINUTES, '2026-01-01T00:10', 'Thu Jan  1 00:10:00 UTC 2026'],
    ['behind', -4 * MINUTES, '2025-12-31T23:56', 'Wed Dec 31 23:56:00 UTC 2025'],
  ])(
    '%s: date, the renewals of its Lease and the events of its kubelet show it, and the node stays Ready',
    async (_, skew, minute, date) => {
      const { client, settle, advance, faults, send, renewed, isReady } = await opened();
      const { id } = await faults.inject({ type: 'skew-clock', node: 'worker-1', skew });
      await client.create(Pod, podWith('p', 'date'));
      await settle();
      expect((await send('GET', '/api/v1/namespaces/default/pods/p/log')).text).toBe(`${date}\n`);
      const { items } = await client.list(Event, { namespace: 'default', fieldSelector: 'reason=Started' });
      expect(items.map(({ firstTimestamp, metadata }) => [firstTimestamp, metadata.creationTimestamp])).toEqual([
        [`${minute}:00Z`, '2026-01-01T00:00:00Z'],
      ]);
      await advance(25_000);
      expect([await renewed('worker-1'), await isReady('worker-1')]).toEqual([`${minute}:20.000000Z`, 'True']);
      await advance(2 * MINUTES);
      expect(await isReady('worker-1')).toBe('True');
      await faults.heal(id);
      await settle();
      expect(await renewed('worker-1')).toBe('2026-01-01T00:02:25.000000Z');
    },
  );
});

describe('skew-clock: a node of the control plane', () => {
  it('CronJobs begin by the clock of the kube-controller-manager that leads', async () => {
    const { client, settle, advance, faults } = await opened();
    await faults.inject({ type: 'skew-clock', node: 'control-plane', skew: 3 * MINUTES });
    await client.create(CronJob, everyFive);
    await settle();
    await advance(119_000);
    expect((await client.list(Job, { namespace: 'default' })).items).toEqual([]);
    await advance(1_000);
    const { items } = await client.list(Job, { namespace: 'default' });
    expect(
      items.map(({ metadata }) => [metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'], metadata.creationTimestamp]),
    ).toEqual([['2026-01-01T00:05:00Z', '2026-01-01T00:02:00Z']]);
    const { items: events } = await client.list(Event, {
      namespace: 'default',
      fieldSelector: 'reason=SuccessfulCreate,involvedObject.kind=CronJob',
    });
    expect(events.map(({ firstTimestamp }) => firstTimestamp)).toEqual(['2026-01-01T00:05:00Z']);
  });

  it('tokens that were issued before are not valid yet when its clock is set back, and are again when it is right', async () => {
    const { faults, send } = await opened();
    const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
    const tokenRequest = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
    const issued = async () => JSON.parse((await send('POST', path, { body: tokenRequest })).text).status.token as string;
    const version = async (token: string) => (await send('GET', '/version', { token })).status;
    const before = await issued();
    expect(await version(before)).toBe(200);
    const { id } = await faults.inject({ type: 'skew-clock', node: 'control-plane', skew: -10 * MINUTES });
    const during = await issued();
    expect([await version(before), await version(during)]).toEqual([401, 200]);
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: before } };
    const { text } = await send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body: review });
    expect(JSON.parse(text).status.error).toContain('service account token is not valid yet');
    await faults.heal(id);
    expect([await version(before), await version(during)]).toEqual([200, 200]);
  });
});
