import { type corev1, Event, Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod } from '#api';
import type { LocalCluster } from '#cluster';
import { localPathStorage, runSteps } from '#kubeadm';
import { claim, makeAll, podWith, storageClass, volume } from './storage-objects.js';
import { openCluster } from './story.js';

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = await openCluster();
}, 60_000);

const make = (...objects: object[]) => makeAll(cluster, objects);
const claims = async () => {
  const { items } = await cluster.client.list(PersistentVolumeClaim, { namespace: 'default' });
  return Object.fromEntries(items.map(({ metadata, spec, status }) => [metadata.name, `${status?.phase} ${spec.volumeName ?? '-'}`]));
};
const volumes = async () => {
  const { items } = await cluster.client.list(PersistentVolume);
  return Object.fromEntries(items.map(({ metadata, spec, status }) => [metadata.name, `${status?.phase} ${spec.claimRef?.name ?? '-'}`]));
};
/** The events of a claim as kubectl describe shows them: type, reason, source, message. */
const described = async (name: string) => {
  const { items } = await cluster.client.list(Event, { namespace: 'default' });
  return items
    .filter(({ involvedObject }) => involvedObject.kind === 'PersistentVolumeClaim' && involvedObject.name === name)
    .map(({ type, reason, source, message }) => `${type} ${reason} ${source?.component}: ${message}`);
};
const pod = (name: string) => cluster.client.get(Pod, name, 'default');
const phases = async () => {
  const { items } = await cluster.client.list(Pod, { namespace: 'default' });
  return Object.fromEntries(items.map(({ metadata, spec, status }) => [metadata.name, `${status?.phase} ${spec.nodeName ?? '-'}`]));
};
const remove = async (resource: typeof Pod | typeof PersistentVolumeClaim | typeof PersistentVolume, name: string) => {
  const { namespaced } = resource as { namespaced?: boolean };
  await cluster.client.delete(resource as never, name, namespaced === false ? undefined : 'default');
  await cluster.settle();
};
const BINDER = 'persistentvolume-controller';

describe('persistentvolume-controller: why a claim is pending', () => {
  it.each<[string, object[], string[]]>([
    [
      'no volume and no class',
      [claim('a', 1)],
      [`Normal FailedBinding ${BINDER}: no persistent volumes available for this claim and no storage class is set`],
    ],
    [
      'volumes that are too small, of other modes, of another class',
      [
        volume('small', 1),
        volume('many', 9, { accessModes: ['ReadOnlyMany'] }),
        volume('classed', 9, { storageClassName: 'x' }),
        volume('block', 9, { volumeMode: 'Block' }),
        claim('a', 5),
      ],
      [`Normal FailedBinding ${BINDER}: no persistent volumes available for this claim and no storage class is set`],
    ],
    [
      'a class that there is not',
      [claim('a', 1, { storageClassName: 'manual' })],
      [`Warning ProvisioningFailed ${BINDER}: storageclass.storage.k8s.io "manual" not found`],
    ],
    [
      'a class that waits',
      [storageClass('late', { volumeBindingMode: 'WaitForFirstConsumer' }), claim('a', 1, { storageClassName: 'late' })],
      [`Normal WaitForFirstConsumer ${BINDER}: waiting for first consumer to be created before binding`],
    ],
    [
      'a provisioner that nobody runs',
      [storageClass('now'), claim('a', 1, { storageClassName: 'now' })],
      [
        `Normal ExternalProvisioning ${BINDER}: Waiting for a volume to be created either by the external provisioner 'example.com/none' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
      ],
    ],
    [
      'a provisioner of the tree that is gone',
      [storageClass('old', { provisioner: 'kubernetes.io/no-provisioner' }), claim('a', 1, { storageClassName: 'old' })],
      [`Warning ProvisioningFailed ${BINDER}: no volume plugin matched name: kubernetes.io/no-provisioner`],
    ],
    [
      'a named volume that is too small',
      [volume('v', 1), claim('a', 5, { volumeName: 'v' })],
      [`Warning VolumeMismatch ${BINDER}: Cannot bind to requested volume "v": requested PV is too small`],
    ],
    [
      'a named volume of another class',
      [volume('v', 5, { storageClassName: 'x' }), claim('a', 5, { volumeName: 'v' })],
      [`Warning VolumeMismatch ${BINDER}: Cannot bind to requested volume "v": storageClassName does not match`],
    ],
    [
      'a named volume of other modes',
      [volume('v', 5), claim('a', 5, { volumeName: 'v', accessModes: ['ReadWriteMany'] })],
      [`Warning VolumeMismatch ${BINDER}: Cannot bind to requested volume "v": incompatible accessMode`],
    ],
    ['a named volume that there is not', [claim('a', 5, { volumeName: 'v' })], []],
  ])('%s', async (_, objects, expected) => {
    await make(...objects);
    expect([(await claims()).a?.split(' ')[0], await described('a')]).toEqual(['Pending', expected]);
  });
});

describe('persistentvolume-controller: which volume a claim gets', () => {
  it('by labels', async () => {
    const labelled = (name: string, tier: string) => ({ ...volume(name, 1), metadata: { name, labels: { tier } } });
    await make(
      labelled('slow', 'bronze'),
      labelled('fast', 'gold'),
      claim('a', 1, { selector: { matchLabels: { tier: 'gold' } } }),
      claim('b', 1, { selector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['silver'] }] } }),
    );
    expect([await claims(), await volumes()]).toEqual([
      { a: 'Bound fast', b: 'Pending -' },
      { fast: 'Bound a', slow: 'Available -' },
    ]);
  });

  it('by its modes: one that offers more only if there is no other', async () => {
    const modes = (...accessModes: string[]) => ({ accessModes });
    await make(
      volume('all', 1, modes('ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany')),
      volume('one', 2, modes('ReadWriteOnce')),
      claim('a', 1),
      claim('b', 1, modes('ReadWriteMany')),
      claim('c', 1, modes('ReadOnlyMany')),
    );
    expect(await claims()).toEqual({ a: 'Bound one', b: 'Bound all', c: 'Pending -' });
  });

  it('a volume that an administrator keeps for a claim goes to no other', async () => {
    await make(volume('kept', 1, { claimRef: { namespace: 'default', name: 'mine' } }), claim('other', 1));
    expect([await claims(), (await volumes()).kept]).toEqual([{ other: 'Pending -' }, 'Available mine']);
    await make(claim('mine', 1));
    expect(await claims()).toEqual({ mine: 'Bound kept', other: 'Pending -' });
  });

  it('a Retained volume is used again once its claimRef is cleared', async () => {
    await make(volume('v', 1), claim('a', 1));
    await remove(PersistentVolumeClaim, 'a');
    await make(claim('b', 1));
    expect([await claims(), await volumes()]).toEqual([{ b: 'Pending -' }, { v: 'Released a' }]);
    await cluster.client.patch(PersistentVolume, 'v', undefined, 'json', [{ op: 'remove', path: '/spec/claimRef' }]);
    await cluster.settle();
    expect([await claims(), await volumes()]).toEqual([{ b: 'Bound v' }, { v: 'Bound b' }]);
  });

  it('a claim that is made again gets the volume back whose claimRef has lost its uid', async () => {
    await make(volume('v', 1), claim('a', 1));
    await remove(PersistentVolumeClaim, 'a');
    await cluster.client.patch(PersistentVolume, 'v', undefined, 'merge', { spec: { claimRef: { uid: null, resourceVersion: null } } });
    await cluster.settle();
    expect(await volumes()).toEqual({ v: 'Available a' });
    await make(claim('other', 1), claim('a', 1));
    expect(await claims()).toEqual({ a: 'Bound v', other: 'Pending -' });
  });
});

describe('access modes', () => {
  it('ReadWriteOnce is for one node, not for one pod', async () => {
    await make(volume('v', 1), claim('a', 1), podWith('p', 'a', { nodeName: 'worker-1' }), podWith('q', 'a', { nodeName: 'worker-1' }));
    expect(await phases()).toEqual({ p: 'Running worker-1', q: 'Running worker-1' });
  });

  it('ReadWriteMany is for all', async () => {
    const many = { accessModes: ['ReadWriteMany'] };
    await make(volume('v', 1, many), claim('a', 1, { accessModes: ['ReadWriteMany'] }));
    await make(podWith('p', 'a', { nodeName: 'worker-1' }), podWith('q', 'a', { nodeName: 'worker-2' }));
    expect(await phases()).toEqual({ p: 'Running worker-1', q: 'Running worker-2' });
  });

  it('ReadWriteOncePod comes alone', async () => {
    const refusal = make(volume('v', 1, { accessModes: ['ReadWriteOnce', 'ReadWriteOncePod'] }));
    await expect(refusal).rejects.toThrow(
      'PersistentVolume "v" is invalid: spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
    );
  });
});

describe('local volumes', () => {
  it('bind their claims to the node of their disk, for good', async () => {
    const onNode = (name: string) => ({
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [name] }] }] },
    });
    const disk = (name: string, node: string) =>
      volume(name, 5, { storageClassName: 'disks', hostPath: undefined, local: { path: `/mnt/${name}` }, nodeAffinity: onNode(node) });
    await make(
      storageClass('disks', { provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' }),
      disk('one', 'worker-1'),
      disk('two', 'worker-2'),
      claim('a', 1, { storageClassName: 'disks' }),
    );
    await make(podWith('p', 'a', { nodeSelector: { 'kubernetes.io/hostname': 'worker-2' } }));
    expect([await claims(), await phases()]).toEqual([{ a: 'Bound two' }, { p: 'Running worker-2' }]);
    await remove(Pod, 'p');
    await cluster.client.patch(Node, 'worker-2', undefined, 'merge', { spec: { unschedulable: true } });
    await make(podWith('q', 'a'));
    const condition = (await pod('q')).status?.conditions?.find(({ type }) => type === 'PodScheduled');
    expect(condition?.message).toBe(
      "0/3 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    );
    await cluster.client.patch(Node, 'worker-2', undefined, 'merge', { spec: { unschedulable: false } });
    await cluster.advance(15_000);
    expect((await phases()).q).toBe('Running worker-2');
  });

  it('need node affinity', async () => {
    const { hostPath: _, ...spec } = volume('v', 1).spec;
    await expect(make({ ...volume('v', 1), spec: { ...spec, local: { path: '/mnt/v' } } })).rejects.toThrow(
      'PersistentVolume "v" is invalid: spec.nodeAffinity: Required value: Local volume requires node affinity',
    );
  });
});

describe('deleting', () => {
  it('a claim that its pod uses goes after the pod, and kubectl shows it as Terminating until then', async () => {
    await make(volume('v', 1), claim('a', 1), podWith('p', 'a', { nodeName: 'worker-1' }));
    await remove(PersistentVolumeClaim, 'a');
    const { metadata } = await cluster.client.get(PersistentVolumeClaim, 'a', 'default');
    expect([metadata.deletionTimestamp !== undefined, metadata.finalizers]).toEqual([true, ['kubernetes.io/pvc-protection']]);
    await make(podWith('late', 'a'));
    const condition = (await pod('late')).status?.conditions?.find(({ type }) => type === 'PodScheduled');
    expect(condition?.message).toBe('0/3 nodes are available: persistentvolumeclaim "a" is being deleted. not found');
    await remove(Pod, 'p');
    expect([await claims(), await volumes()]).toEqual([{}, { v: 'Released a' }]);
  });

  it('a claim whose pod has no node goes at once', async () => {
    await make(volume('v', 1), claim('a', 1), podWith('p', 'a', { nodeSelector: { disk: 'none' } }));
    await remove(PersistentVolumeClaim, 'a');
    expect(await claims()).toEqual({});
  });

  it('a claim whose pod has ended goes after the pod, too', async () => {
    const once = podWith('p', 'a', { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1.36', command: ['true'] }] });
    await make(volume('v', 1), claim('a', 1));
    await make(once);
    await cluster.advance(5_000);
    expect((await pod('p')).status?.phase).toBe('Succeeded');
    await remove(PersistentVolumeClaim, 'a');
    expect(await claims()).toEqual({ a: 'Bound v' });
    await remove(Pod, 'p');
    expect(await claims()).toEqual({});
  });

  it('a bound volume goes after its claim', async () => {
    await make(volume('v', 1), claim('a', 1));
    await cluster.client.delete(PersistentVolume, 'v');
    await cluster.settle();
    expect((await cluster.client.get(PersistentVolume, 'v')).metadata.finalizers).toEqual(['kubernetes.io/pv-protection']);
    await remove(PersistentVolumeClaim, 'a');
    expect(await volumes()).toEqual({});
  });

  it('a namespace goes with its pods, claims and volumes', async () => {
    await runSteps(cluster.client, localPathStorage());
    await cluster.settle();
    await make({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
    const there = <T extends { metadata: { name: string; namespace?: string } }>(object: T): T => ({
      ...object,
      metadata: { ...object.metadata, namespace: 'team' },
    });
    await make(there(claim('a', 1)), there(podWith('p', 'a')));
    expect((await cluster.client.get(PersistentVolumeClaim, 'a', 'team')).status?.phase).toBe('Bound');
    await cluster.client.delete(Namespace, 'team');
    await cluster.advance(60_000);
    expect((await cluster.client.list(Namespace)).items.map(({ metadata }) => metadata.name)).not.toContain('team');
    expect((await cluster.client.list(PersistentVolume)).items).toEqual([] as corev1.PersistentVolume[]);
  });
});
