import {
  ClusterRoleBinding,
  CSINode,
  type corev1,
  Event,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ServiceAccount,
  type storagev1,
} from '#api';
import type { LocalCluster } from '#cluster';
import { localPathStorage, runSteps } from '#kubeadm';
import { claim, makeAll, podWith, storageClass, volume } from './storage-objects.js';
import { openCluster } from './story.js';

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = await openCluster();
}, 60_000);
const claims = async () => {
  const { items } = await cluster.client.list(PersistentVolumeClaim);
  return Object.fromEntries(
    items.map(({ metadata, spec, status }) => [
      metadata.name,
      [status?.phase, spec.volumeName ?? '', status?.capacity?.storage ?? ''].join(' '),
    ]),
  );
};
const volumes = async () => {
  const { items } = await cluster.client.list(PersistentVolume);
  return Object.fromEntries(items.map(({ metadata, spec, status }) => [metadata.name, `${status?.phase} ${spec.claimRef?.name ?? ''}`]));
};
const eventsOf = async (name: string) => {
  const { items } = await cluster.client.list(Event);
  return items.filter(({ involvedObject }) => involvedObject.name === name).map(({ reason, message }) => `${reason}: ${message}`);
};
const make = (...objects: object[]) => makeAll(cluster, objects);

describe('persistent-volume-binder: claims and volumes', () => {
  it('a claim gets the smallest volume that suits it, and a later one waits', async () => {
    await make(volume('big', 10), volume('small', 2), volume('tiny', 1), claim('a', 2), claim('b', 20));
    expect(await claims()).toEqual({ a: 'Bound small 2Gi', b: 'Pending  ' });
    expect(await volumes()).toEqual({ big: 'Available ', small: 'Bound a', tiny: 'Available ' });
    expect(await eventsOf('b')).toEqual(['FailedBinding: no persistent volumes available for this claim and no storage class is set']);
    const bound = await cluster.client.get(PersistentVolumeClaim, 'a', 'default');
    expect(bound.metadata.annotations).toEqual({
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    });
    await make(volume('huge', 30));
    expect((await claims()).b).toBe('Bound huge 30Gi');
  });

  it('volumes bound beforehand, both ways', async () => {
    await make(
      volume('kept', 5, { claimRef: { namespace: 'default', name: 'mine' } }),
      volume('named', 5),
      claim('other', 5, { volumeName: 'named' }),
      claim('mine', 1),
    );
    expect(await claims()).toEqual({ mine: 'Bound kept 5Gi', other: 'Bound named 5Gi' });
    await make(claim('late', 1, { volumeName: 'named' }));
    expect(await eventsOf('late')).toEqual(['FailedBinding: volume "named" already bound to a different claim.']);
  });

  it('Retain keeps a released volume, Delete removes it, Recycle makes it available', async () => {
    await make(
      volume('retained', 1, { accessModes: ['ReadWriteMany'] }),
      volume('deleted', 2, { persistentVolumeReclaimPolicy: 'Delete' }),
      volume('elsewhere', 3, { persistentVolumeReclaimPolicy: 'Delete', hostPath: { path: '/data' } }),
      volume('recycled', 4, { persistentVolumeReclaimPolicy: 'Recycle' }),
      claim('a', 1, { accessModes: ['ReadWriteMany'] }),
      claim('b', 2),
      claim('c', 3),
      claim('d', 4),
    );
    expect(await volumes()).toEqual({ retained: 'Bound a', deleted: 'Bound b', elsewhere: 'Bound c', recycled: 'Bound d' });
    for (const name of ['a', 'b', 'c', 'd']) await cluster.client.delete(PersistentVolumeClaim, name, 'default');
    await cluster.settle();
    expect(await claims()).toEqual({});
    expect(await volumes()).toEqual({ retained: 'Released a', elsewhere: 'Failed c', recycled: 'Available ' });
    expect(await eventsOf('elsewhere')).toEqual([
      'VolumeFailedDelete: host_path deleter only supports /tmp/.+ but received provided /data',
    ]);
    expect(await eventsOf('recycled')).toEqual(['VolumeRecycled: Volume recycled']);
  });

  it('a claim whose volume is deleted by force is lost', async () => {
    await make(volume('v', 1));
    await make(claim('a', 1));
    await cluster.client.delete(PersistentVolume, 'v');
    await cluster.settle();
    expect((await cluster.client.get(PersistentVolume, 'v')).metadata.deletionTimestamp).toBeDefined();
    await cluster.client.patch(PersistentVolume, 'v', undefined, 'merge', { metadata: { finalizers: null } });
    await cluster.settle();
    expect(await claims()).toEqual({ a: 'Lost v ' });
    expect(await eventsOf('a')).toEqual(['ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!']);
  });

  it('a claim without a class gets the default one when there is one', async () => {
    await make(claim('a', 1));
    await make(
      storageClass('usual', { metadata: { name: 'usual', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } }),
    );
    const { spec, metadata } = await cluster.client.get(PersistentVolumeClaim, 'a', 'default');
    expect(spec.storageClassName).toBe('usual');
    expect(metadata.annotations).toEqual({
      'volume.beta.kubernetes.io/storage-provisioner': 'example.com/none',
      'volume.kubernetes.io/storage-provisioner': 'example.com/none',
    });
    expect((await eventsOf('a'))[1]).toBe(
      "ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'example.com/none' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
    );
  });
});

describe('protection', () => {
  it('pvc-protection-controller, pv-protection-controller: a claim stays until its pod is gone, then its volume goes', async () => {
    await make(volume('v', 1, { persistentVolumeReclaimPolicy: 'Delete' }), claim('a', 1), podWith('p', 'a'));
    await cluster.client.delete(PersistentVolumeClaim, 'a', 'default');
    await cluster.settle();
    expect(await claims()).toEqual({ a: 'Bound v 1Gi' });
    await cluster.client.delete(Pod, 'p', 'default');
    await cluster.settle();
    expect([await claims(), await volumes()]).toEqual([{}, {}]);
  });

  it('a namespace with claims goes', async () => {
    await cluster.client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' }, spec: {} });
    await cluster.client.create(PersistentVolumeClaim, { ...claim('a', 1), metadata: { name: 'a', namespace: 'team' } });
    await cluster.client.delete(Namespace, 'team');
    await cluster.advance(30_000);
    expect((await cluster.client.list(Namespace)).items.map(({ metadata }) => metadata.name)).not.toContain('team');
  });

  it('ephemeral-volume-controller: the claim of an ephemeral volume is made for its pod and deleted with it', async () => {
    const template = { metadata: { name: '', labels: { kind: 'scratch' } }, spec: claim('x', 1).spec };
    await make(volume('v', 1), podWith('p', '', { volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: template } }] }));
    const made = await cluster.client.get(PersistentVolumeClaim, 'p-scratch', 'default');
    expect([made.metadata.labels, made.metadata.ownerReferences?.[0]?.kind, made.status?.phase]).toEqual([
      { kind: 'scratch' },
      'Pod',
      'Bound',
    ]);
    expect((await cluster.client.get(Pod, 'p', 'default')).status?.phase).toBe('Running');
    await cluster.client.delete(Pod, 'p', 'default');
    await cluster.settle();
    expect(await claims()).toEqual({});
  });
});

describe('provisioning', () => {
  /** minikube's provisioner, which makes volumes at once. */
  const minikube = async () => {
    await cluster.client.create(ServiceAccount, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'storage-provisioner', namespace: 'kube-system' },
    });
    await cluster.client.create(ClusterRoleBinding, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'storage-provisioner' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:persistent-volume-provisioner' },
      subjects: [{ kind: 'ServiceAccount', name: 'storage-provisioner', namespace: 'kube-system' }],
    });
    await cluster.client.create(Pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'storage-provisioner', namespace: 'kube-system' },
      spec: {
        serviceAccountName: 'storage-provisioner',
        containers: [{ name: 'p', image: 'gcr.io/k8s-minikube/storage-provisioner:v5', command: ['/storage-provisioner'] }],
      },
    });
    await cluster.settle();
  };
  const standard = storageClass('standard', { provisioner: 'k8s.io/minikube-hostpath', mountOptions: ['noatime'] });

  it('waits for its program, makes a volume at once, and deletes it with its claim', async () => {
    await make(standard, claim('a', 1, { storageClassName: 'standard' }));
    expect(await claims()).toEqual({ a: 'Pending  ' });
    await minikube();
    const { metadata } = await cluster.client.get(PersistentVolumeClaim, 'a', 'default');
    const name = `pvc-${metadata.uid}`;
    expect(await claims()).toEqual({ a: `Bound ${name} 1Gi` });
    const made = await cluster.client.get(PersistentVolume, name);
    expect([made.metadata.annotations, made.metadata.finalizers, made.status?.phase]).toEqual([
      { 'pv.kubernetes.io/provisioned-by': 'k8s.io/minikube-hostpath' },
      ['kubernetes.io/pv-protection'],
      'Bound',
    ]);
    expect(made.spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      claimRef: expect.objectContaining({ kind: 'PersistentVolumeClaim', namespace: 'default', name: 'a', uid: metadata.uid }),
      hostPath: { path: '/tmp/hostpath-provisioner/default/a', type: '' },
      mountOptions: ['noatime'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'standard',
      volumeMode: 'Filesystem',
    });
    expect((await eventsOf('a')).filter((event) => !event.startsWith('External'))).toEqual([
      'Provisioning: External provisioner is provisioning volume for claim "default/a"',
      `ProvisioningSucceeded: Successfully provisioned volume ${name}`,
    ]);
    await make(claim('later', 1, { storageClassName: 'standard' }));
    const sources = (await cluster.client.list(Event, { namespace: 'default' })).items.map(({ source }) => source?.component ?? '');
    const identities = new Set(sources.filter((component) => component.startsWith('k8s.io/minikube-hostpath_')));
    expect([...identities]).toEqual([expect.stringMatching(/^k8s\.io\/minikube-hostpath_[^_]+_[0-9a-f-]{36}$/)]);
    await cluster.client.delete(PersistentVolumeClaim, 'a', 'default');
    await cluster.client.delete(PersistentVolumeClaim, 'later', 'default');
    await cluster.settle();
    expect([await claims(), await volumes()]).toEqual([{}, {}]);
  });

  it('local-path makes no volume that nobody has chosen a node for', async () => {
    await runSteps(cluster.client, localPathStorage());
    await make(storageClass('at-once', { provisioner: 'rancher.io/local-path' }), claim('a', 1, { storageClassName: 'at-once' }));
    expect(await claims()).toEqual({ a: 'Pending  ' });
    expect((await eventsOf('a')).at(-1)).toBe(
      'ProvisioningFailed: failed to provision volume with StorageClass "at-once": configuration error, no node was specified',
    );
  });

  it('local-path makes a volume on the node of the first consumer, and every later one runs there', async () => {
    await runSteps(cluster.client, localPathStorage());
    await make(claim('a', 1), podWith('first', 'a'));
    const { metadata } = await cluster.client.get(PersistentVolumeClaim, 'a', 'default');
    const first = await cluster.client.get(Pod, 'first', 'default');
    expect([first.status?.phase, metadata.annotations?.['volume.kubernetes.io/selected-node']]).toEqual(['Running', first.spec.nodeName]);
    expect(await claims()).toEqual({ a: `Bound pvc-${metadata.uid} 1Gi` });
    for (const name of ['second', 'third', 'fourth']) await make(podWith(name, 'a'));
    const { items } = await cluster.client.list(Pod, { namespace: 'default' });
    expect(new Set(items.map(({ spec }) => spec.nodeName))).toEqual(new Set([first.spec.nodeName]));
  });
});

describe('scheduling', () => {
  const waiting = (name: string, more: Partial<storagev1.StorageClass> = {}) =>
    storageClass(name, { provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer', ...more });
  const onHost = (host: string): corev1.VolumeNodeAffinity => ({
    required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [host] }] }] },
  });
  const why = async (name: string) => {
    const { status } = await cluster.client.get(Pod, name, 'default');
    return status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
  };
  const help = 'Preemption is not helpful for scheduling.';

  it('VolumeBinding: a claim that waits for its consumer is bound to a local volume of the node that is chosen', async () => {
    const local = { storageClassName: 'local', hostPath: undefined, local: { path: '/mnt/disk' } };
    await make(
      waiting('local'),
      volume('on-2', 5, { ...local, nodeAffinity: onHost('worker-2') }),
      claim('a', 2, { storageClassName: 'local' }),
      claim('b', 2, { storageClassName: 'local' }),
    );
    expect(await claims()).toEqual({ a: 'Pending  ', b: 'Pending  ' });
    await make(podWith('p', 'a'), podWith('q', 'b'));
    const p = await cluster.client.get(Pod, 'p', 'default');
    expect([p.spec.nodeName, p.status?.phase]).toEqual(['worker-2', 'Running']);
    expect(await claims()).toEqual({ a: 'Bound on-2 5Gi', b: 'Pending  ' });
    expect(await why('q')).toBe(
      `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't find available persistent volumes to bind. no new claims to deallocate, preemption: 0/3 nodes are available: 3 ${help}`,
    );
    await make(volume('on-1', 3, { ...local, nodeAffinity: onHost('worker-1') }));
    await cluster.advance(15_000);
    expect((await cluster.client.get(Pod, 'q', 'default')).spec.nodeName).toBe('worker-1');
  });

  it('a pod goes where its bound volume is', async () => {
    await make(volume('v', 1, { nodeAffinity: onHost('nowhere') }));
    await make(claim('a', 1), podWith('p', 'a'));
    expect(await why('p')).toBe(
      `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match PersistentVolume's node affinity. no new claims to deallocate, preemption: 0/3 nodes are available: 3 ${help}`,
    );
  });

  it('a pod waits for its claims, and for the claim of an ephemeral volume', async () => {
    await make(podWith('p', 'a'));
    expect(await why('p')).toBe('0/3 nodes are available: persistentvolumeclaim "a" not found. not found');
    await make(claim('a', 1));
    await cluster.advance(15_000);
    expect(await why('p')).toBe('0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found');
    await make(volume('v', 1));
    await cluster.advance(15_000);
    expect((await cluster.client.get(Pod, 'p', 'default')).status?.phase).toBe('Running');
  });

  it('VolumeZone: a pod goes to the zone of its volume', async () => {
    for (const [at, name] of ['worker-1', 'worker-2'].entries())
      await cluster.client.patch(Node, name, undefined, 'merge', { metadata: { labels: { 'topology.kubernetes.io/zone': `z${at + 1}` } } });
    const inZone = (name: string, size: number, zone: string) => {
      const made = volume(name, size);
      return { ...made, metadata: { ...made.metadata, labels: { 'topology.kubernetes.io/zone': zone } } };
    };
    await make(inZone('v', 1, 'z2'), inZone('w', 5, 'z3'), claim('a', 1), claim('b', 5));
    await make(podWith('p', 'a'), podWith('q', 'b'));
    expect((await cluster.client.get(Pod, 'p', 'default')).spec.nodeName).toBe('worker-2');
    expect(await why('q')).toBe(
      `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) had no available volume zone. no new claims to deallocate, preemption: 0/3 nodes are available: 3 ${help}`,
    );
  });

  it('NodeVolumeLimits: a node gets no more volumes of a driver than the driver says there', async () => {
    const driver = 'disks.example.com';
    for (const name of ['worker-1', 'worker-2'])
      await cluster.client.patch(CSINode, name, undefined, 'merge', {
        spec: { drivers: [{ name: driver, nodeID: name, topologyKeys: [], allocatable: { count: 1 } }] },
      });
    const names = ['a', 'b', 'c'];
    const disk = (name: string) =>
      volume(name, 1, { hostPath: undefined, csi: { driver, volumeHandle: name }, claimRef: { name, namespace: 'default' } });
    await make(...names.flatMap((name) => [disk(name), claim(name, 1, { volumeName: name })]), ...names.map((name) => podWith(name, name)));
    const nodes = await Promise.all(names.map(async (name) => (await cluster.client.get(Pod, name, 'default')).spec.nodeName ?? ''));
    expect(nodes.sort()).toEqual(['', 'worker-1', 'worker-2']);
    const left = (await cluster.client.list(Pod, { namespace: 'default' })).items.find(({ spec }) => !spec.nodeName);
    expect(await why(left?.metadata.name ?? '')).toBe(
      '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) exceed max volume count. no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
    );
  });

  it('VolumeRestrictions: a ReadWriteOncePod claim has one pod', async () => {
    const alone = { accessModes: ['ReadWriteOncePod'] };
    await make(volume('v', 1, alone));
    await make(claim('a', 1, alone), podWith('p', 'a'), podWith('q', 'a'));
    expect(await why('q')).toBe(
      '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod. no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
    );
    await cluster.client.delete(Pod, 'p', 'default');
    await cluster.advance(15_000);
    expect((await cluster.client.get(Pod, 'q', 'default')).status?.phase).toBe('Running');
  });

  it('two pods do not take the same volume', async () => {
    const volumesOf = (count: number) => Array.from({ length: count }, (_, at) => volume(`v-${at}`, 1, { storageClassName: 'local' }));
    const names = ['a', 'b', 'c', 'd', 'e'];
    await make(waiting('local'), ...volumesOf(5), ...names.map((name) => claim(name, 1, { storageClassName: 'local' })));
    await Promise.all(names.map((name) => cluster.client.create(Pod, podWith(name, name))));
    await cluster.settle();
    expect(new Set(Object.values(await claims())).size).toBe(5);
    const { items } = await cluster.client.list(Pod, { namespace: 'default' });
    expect(items.map(({ status }) => status?.phase)).toEqual(names.map(() => 'Running'));
  });
});

describe('files', () => {
  const shell = (name: string, script: string, spec: Partial<corev1.PodSpec> = {}): corev1.Pod =>
    podWith(name, 'a', {
      restartPolicy: 'Never',
      containers: [
        { name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script], volumeMounts: [{ name: 'data', mountPath: '/data' }] },
      ],
      ...spec,
    });
  const ended = async (name: string) => {
    const { status } = await cluster.client.get(Pod, name, 'default');
    return status?.containerStatuses?.[0]?.state?.terminated?.exitCode;
  };

  it('what a pod writes into a persistent volume is there for the next', async () => {
    await make(podWith('files', '', { volumes: [], containers: [{ name: 'c', image: 'registry.k8s.io/e2e-test-images/volume/nfs:1.5' }] }));
    await cluster.advance(2_000);
    const server = (await cluster.client.get(Pod, 'files', 'default')).status?.podIP ?? '';
    await make(volume('v', 1, { hostPath: undefined, nfs: { server, path: '/' } }));
    await make(claim('a', 1), shell('writer', 'mkdir -p /data/d && echo one > /data/d/f'));
    await cluster.advance(2_000);
    expect(await ended('writer')).toBe(0);
    await make(shell('reader', 'grep -q one /data/d/f && echo two >> /data/d/f && sleep 3600'));
    await cluster.advance(2_000);
    await cluster.client.delete(Pod, 'reader', 'default', { gracePeriodSeconds: 1 });
    await cluster.advance(5_000);
    await make(shell('last', 'test "$(cat /data/d/f | wc -l)" = 2'));
    await cluster.advance(2_000);
    expect(await ended('last')).toBe(0);
  });

  it('an emptyDir ends with its pod, a directory of a node stays on that node', async () => {
    const on = (nodeName: string, data: corev1.Volume) => ({ nodeName, volumes: [data] });
    const host = { name: 'data', hostPath: { path: '/srv/data' } };
    const empty = { name: 'data', emptyDir: {} };
    await make(shell('w', 'touch /data/f', on('worker-1', host)), shell('v', 'touch /data/f', on('worker-1', empty)));
    await cluster.advance(2_000);
    await make(
      shell('same', 'test -e /data/f', on('worker-1', host)),
      shell('other', 'test -e /data/f', on('worker-2', host)),
      shell('empty', 'test -e /data/f', on('worker-1', empty)),
    );
    await cluster.advance(2_000);
    expect([await ended('same'), await ended('other'), await ended('empty')]).toEqual([0, 1, 1]);
  });
});
