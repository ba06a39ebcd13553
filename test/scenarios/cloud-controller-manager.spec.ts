import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { type corev1, Event, Lease, Node, Pod, Service } from '#api';
import type { KubeObject } from '#apimachinery';
import { ClusterCloud, ClusterFaults, NodeFiles } from '#cluster';
import { cloudControllerManagerManifest } from '#kubeadm';
import { openCluster } from './story.js';

const NAME = 'cloud-controller-manager';
const UNINITIALIZED = { key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' };
const MANIFEST = `/etc/kubernetes/manifests/${NAME}.yaml`;
const MEMBERS = ['control-plane', 'control-plane-2', 'control-plane-3'];

async function opened(controlPlanes = 1, profile: 'instant' | 'realistic' = 'instant') {
  const cluster = await openCluster({ profile, nodes: { count: controlPlanes + 1, controlPlanes, cpu: '4', memory: '8Gi', pods: 110 } });
  const { client, api, advance, settle } = cluster;
  await settle();
  const cloud = new ClusterCloud(api);
  await cloud.enable();
  await settle();
  await advance(60_000);
  const files = await NodeFiles.of(api);
  const lease = async () => (await client.get(Lease, NAME, 'kube-system')).spec;
  const pods = async () => {
    const { items } = await client.list(Pod, { namespace: 'kube-system', labelSelector: `component=${NAME}` });
    return items.map(({ metadata, status }) => {
      const [container] = status?.containerStatuses ?? [];
      return [metadata.name, container?.ready, container?.restartCount];
    });
  };
  /** Makes a Service of type LoadBalancer, and says its address after a while. */
  const balance = async (name: string, wait = 30_000) => {
    const spec: corev1.ServiceSpec = { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 80 }] };
    await client.create(Service, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec });
    await advance(wait);
    return (await client.get(Service, name, 'default')).status?.loadBalancer?.ingress?.[0]?.ip;
  };
  /** Puts flags in the place of one, on the first node. */
  const flags = async (...given: string[]) => {
    const text = (await files.read(MANIFEST)) ?? '';
    await files.write(
      MANIFEST,
      text.replace(/^( *- )--leader-elect=true/m, (_, dash) => given.map((flag) => `${dash}${flag}`).join('\n')),
    );
    await advance(30_000);
  };
  return { ...cluster, cloud, files, faults: new ClusterFaults(api), lease, pods, balance, flags };
}

describe('cloud-controller-manager', () => {
  it('is a static pod of each node of the control plane, with a Lease', async () => {
    const { client, pods, lease, files } = await opened(3);
    expect(await pods()).toEqual(MEMBERS.map((node) => [`${NAME}-${node}`, true, 0]));
    expect(await lease()).toMatchObject({ holderIdentity: expect.stringMatching(/^control-plane_/), leaseTransitions: 0 });
    const { spec } = await client.get(Pod, `${NAME}-control-plane`, 'kube-system');
    expect(spec.containers[0]?.command).toEqual(
      expect.arrayContaining([NAME, '--cloud-provider=orrery', '--leader-elect=true', '--use-service-account-credentials=true']),
    );
    expect(await files.stateOf(NAME)).toEqual({ running: true, withoutEffect: [] });
  });

  it('works for its controllers by accounts of their own', async () => {
    const { client, balance, log } = await opened();
    await balance('web');
    const users = (await log()).filter(({ key }) => key === '/registry/services/specs/default/web' || key === '/registry/minions/worker-1');
    expect([...new Set(users.map(({ cause }) => cause?.user))]).toEqual(
      expect.arrayContaining(
        ['node-controller', 'route-controller', 'service-controller'].map((name) => `system:serviceaccount:kube-system:${name}`),
      ),
    );
    expect((await client.get(Node, 'worker-1')).spec.providerID).toMatch(/^orrery:/);
  });

  it('whose leader has stopped is followed by another instance when the Lease has run out', async () => {
    const { client, advance, faults, lease, balance } = await opened(3);
    await faults.inject({ type: 'stop', component: 'cloud-controller-manager', node: 'control-plane' });
    expect(await balance('early', 10_000)).toBeUndefined();
    await advance(10_000);
    const { holderIdentity, leaseTransitions } = (await lease()) ?? {};
    expect([holderIdentity, leaseTransitions]).toEqual([expect.stringMatching(/^control-plane-[23]_/), 1]);
    expect((await client.get(Service, 'early', 'default')).status?.loadBalancer?.ingress).toHaveLength(1);
    const { items } = await client.list(Event, { namespace: 'kube-system' });
    const told = items.filter(({ source }) => source?.component === NAME).map(({ reason, message }) => [reason, message]);
    expect(told).toEqual([['LeaderElection', `${holderIdentity} became leader`]]);
  });

  it.each([
    ['stop', 600_000, [], undefined],
    ['crash', 120_000, [[`${NAME}-control-plane`, false, expect.any(Number)]], undefined],
    ['pause', 60_000, [[`${NAME}-control-plane`, true, 0]], undefined],
  ] as const)('%s: nothing is done for the cloud until the fault is healed', async (type, wait, shown, address) => {
    const { faults, pods, balance, advance, client } = await opened();
    const { id } = await faults.inject({ type, component: NAME });
    expect(await balance('web', wait)).toBe(address);
    expect(await pods()).toEqual(shown);
    await faults.heal(id);
    await advance(300_000);
    expect((await client.get(Service, 'web', 'default')).status?.loadBalancer?.ingress).toHaveLength(1);
    expect(await pods()).toEqual([[`${NAME}-control-plane`, true, expect.any(Number)]]);
  });

  it('that is paused is killed by its kubelet, and works again', async () => {
    const { faults, pods, balance } = await opened();
    await faults.inject({ type: 'pause', component: NAME });
    expect(await balance('web', 300_000)).toBe('203.0.113.1');
    expect(await pods()).toEqual([[`${NAME}-control-plane`, true, 1]]);
    expect(await faults.list()).toEqual([]);
  });

  it('with a corrupt manifest has no pod', async () => {
    const { faults, pods, balance, files } = await opened();
    const { id } = await faults.inject({ type: 'corrupt-manifest', component: NAME });
    expect([await balance('web', 60_000), await pods()]).toEqual([undefined, []]);
    expect(await files.stateOf(NAME)).toMatchObject({ running: false });
    await faults.heal(id);
    expect(await balance('other', 60_000)).toBe('203.0.113.2');
    expect(await pods()).toHaveLength(1);
  });

  it('without its manifest leaves new nodes uninitialized, and load balancers pending', async () => {
    const { client, files, pods, advance, balance } = await opened();
    expect(await files.remove(MANIFEST)).toBe(true);
    await client.delete(Node, 'worker-1');
    const spec: corev1.NodeSpec = { taints: [UNINITIALIZED] };
    await client.create(Node, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-1' }, spec });
    const node = async () => {
      const { spec: now } = await client.get(Node, 'worker-1');
      return [now.providerID, now.taints?.some(({ key }) => key === UNINITIALIZED.key) ?? false];
    };
    expect([await balance('web'), await pods(), await node()]).toEqual([undefined, [], [undefined, true]]);
    await files.write(MANIFEST, stringify(cloudControllerManagerManifest()));
    await advance(60_000);
    expect([await node(), (await client.get(Service, 'web', 'default')).status?.loadBalancer?.ingress?.length]).toEqual([
      [expect.stringMatching(/^orrery:/), false],
      1,
    ]);
  });

  it('does not come up with flags that it cannot read, or for another cloud', async () => {
    const { flags, files, pods, balance } = await opened();
    await flags('--cloud-provider=aws');
    expect([await files.stateOf(NAME), await balance('web', 60_000)]).toEqual([
      { running: false, failure: 'Cloud provider could not be initialized: unknown cloud provider "aws"', withoutEffect: [] },
      undefined,
    ]);
    expect(await pods()).toEqual([[`${NAME}-control-plane`, false, expect.any(Number)]]);
  });

  it('--controllers says which controllers run, and what has no effect is named', async () => {
    const { client, flags, files, balance, advance } = await opened();
    await flags('--controllers=*,-service', '--leader-elect=true', '--route-reconciliation-period=1m');
    expect(await files.stateOf(NAME)).toEqual({ running: true, withoutEffect: ['--route-reconciliation-period'] });
    expect(await balance('web')).toBeUndefined();
    const text = (await files.read(MANIFEST)) ?? '';
    await files.write(MANIFEST, text.replace('*,-service', '*'));
    await advance(10_000);
    expect((await client.get(Service, 'web', 'default')).status?.loadBalancer?.ingress).toHaveLength(1);
  });

  it('--concurrent-service-syncs says how many load balancers are made at a time', async () => {
    const { client, flags, balance, advance } = await opened(1, 'realistic');
    const made = async () => {
      const { items } = await client.list(Service, { namespace: 'default' });
      return items.filter(({ status }) => status?.loadBalancer?.ingress).length;
    };
    const many = async (letter: string) => {
      for (const number of [1, 2, 3, 4]) await balance(`${letter}${number}`, 0);
      await advance(6_000);
      return made();
    };
    expect(await many('a')).toBe(1);
    await advance(15_000);
    expect(await made()).toBe(4);
    await flags('--concurrent-service-syncs=3');
    expect(await many('b')).toBe(4 + 3);
    await advance(5_000);
    expect(await made()).toBe(8);
  });

  it('--configure-cloud-routes=false: nodes get no routes', async () => {
    const { client, flags, advance } = await opened();
    const reasons = async () => (await client.get(Node, 'worker-1')).status?.conditions?.map(({ reason }) => reason);
    expect(await reasons()).toContain('RouteCreated');
    await flags('--configure-cloud-routes=false');
    const { status } = await client.get(Node, 'worker-1');
    const conditions = status?.conditions?.filter(({ type }) => type !== 'NetworkUnavailable');
    const gone = [...(conditions ?? []).map((condition) => ({ ...condition })), { $patch: 'delete', type: 'NetworkUnavailable' }];
    await client.patch(Node, 'worker-1', undefined, 'strategic', { status: { conditions: gone } }, { subresource: 'status' });
    await advance(60_000);
    expect(await reasons()).not.toContain('RouteCreated');
  });

  it('--node-monitor-period says how soon the node of a machine that is gone is deleted', async () => {
    const { client, cloud, flags, advance } = await opened();
    await flags('--node-monitor-period=10m');
    await cloud.remove('worker-1');
    const nodes = async () => (await client.list(Node)).items.length;
    await advance(300_000);
    expect(await nodes()).toBe(2);
    await advance(300_000);
    expect(await nodes()).toBe(1);
  });

  it('--node-status-update-frequency says how soon the addresses of a node are corrected', async () => {
    const { client, flags, advance } = await opened();
    const address = async () => (await client.get(Node, 'worker-1')).status?.addresses?.[0]?.address;
    const right = await address();
    const spoil = async () => {
      const addresses = [{ type: 'InternalIP', address: '10.0.0.1' }];
      await client.patch(Node, 'worker-1', undefined, 'merge', { status: { addresses } }, { subresource: 'status' });
    };
    await flags('--node-status-update-frequency=20s');
    await spoil();
    await advance(5_000);
    expect(await address()).toBe('10.0.0.1');
    await advance(20_000);
    expect(await address()).toBe(right);
  });
});

it('in a cluster that is in no cloud its process ends', async () => {
  const { client, api, advance } = await openCluster({ nodes: { count: 1, cpu: '4', memory: '8Gi', pods: 110 } });
  const files = await NodeFiles.of(api);
  await files.write(MANIFEST, stringify(cloudControllerManagerManifest()));
  await advance(60_000);
  const pod = async () => (await client.list(Pod, { namespace: 'kube-system', labelSelector: `component=${NAME}` })).items[0];
  expect((await pod())?.status?.containerStatuses?.[0]).toMatchObject({ ready: false, lastState: { terminated: { exitCode: 1 } } });
  expect((await client.list(Lease, { namespace: 'kube-system' })).items.map(({ metadata }) => metadata.name)).not.toContain(NAME);
  await files.remove(MANIFEST);
  await advance(10_000);
  expect([await pod(), await new ClusterFaults(api).list()]).toEqual([undefined, []]);
});

it('in a cluster of a former version it runs outside, and goes on', async () => {
  const { client, api, balance, faults, advance, files } = await opened();
  const { store, clock } = api.cluster;
  const row = await store.get('/machine/cloud');
  const { metadata, manager: _, ...former } = (row?.object ?? {}) as KubeObject & { manager: string };
  const value = JSON.stringify({ ...former, metadata: { name: metadata.name } });
  const cause = { requestId: 'r', user: 'u' };
  await store.write([{ type: 'update', key: '/machine/cloud', value, expected: row?.revision ?? 0, cause, at: clock.now() }]);
  await files.remove(MANIFEST);
  expect(await balance('web')).toBe('203.0.113.1');
  expect(await files.hasCloudManager()).toBe(false);
  const refused = `${NAME} runs on no node of the cluster: it can be stopped, paused and slowed`;
  await expect(faults.inject({ type: 'crash', component: NAME })).rejects.toThrow(refused);
  const { id } = await faults.inject({ type: 'pause', component: NAME });
  expect(await balance('later', 600_000)).toBeUndefined();
  await faults.heal(id);
  await advance(30_000);
  expect((await client.get(Service, 'later', 'default')).status?.loadBalancer?.ingress).toHaveLength(1);
});
