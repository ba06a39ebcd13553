import {
  ClusterRoleBinding,
  Deployment,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  VolumeAttachment,
} from '#api';
import { ClusterFaults, type LocalCluster } from '#cluster';
import { localPathStorage, runSteps } from '#kubeadm';
import { claim, csiDriver, makeAll, podWith, storageClass } from './storage-objects.js';
import { openCluster } from './story.js';

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = await openCluster();
}, 60_000);

const make = (...objects: object[]) => makeAll(cluster, objects);
const claims = async () => {
  const { items } = await cluster.client.list(PersistentVolumeClaim);
  return Object.fromEntries(items.map(({ metadata, spec, status }) => [metadata.name, `${status?.phase} ${spec.volumeName ?? ''}`]));
};

describe('storage programs', () => {
  it('without the pod of its provisioner a claim waits; the control plane is not needed', async () => {
    await runSteps(cluster.client, localPathStorage());
    await cluster.settle();
    const scale = async (replicas: number) => {
      await cluster.client.patch(Deployment, 'local-path-provisioner', 'local-path-storage', 'merge', { spec: { replicas } });
      await cluster.settle();
    };
    await scale(0);
    await make(claim('a', 1), podWith('p', 'a'));
    expect(await claims()).toEqual({ a: 'Pending ' });
    const selected = (await cluster.client.get(PersistentVolumeClaim, 'a', 'default')).metadata.annotations;
    expect(selected?.['volume.kubernetes.io/selected-node']).toBeDefined();
    await scale(1);
    expect((await claims()).a).toMatch(/^Bound pvc-/);
    const faults = new ClusterFaults(cluster.api);
    await faults.inject({ type: 'stop', component: 'kube-controller-manager' });
    const annotations = {
      'volume.kubernetes.io/storage-provisioner': 'rancher.io/local-path',
      'volume.kubernetes.io/selected-node': 'worker-1',
    };
    await make({ ...claim('c', 1, { storageClassName: 'standard' }), metadata: { name: 'c', namespace: 'default', annotations } });
    const { uid } = (await cluster.client.get(PersistentVolumeClaim, 'c', 'default')).metadata;
    expect((await cluster.client.get(PersistentVolume, `pvc-${uid}`)).spec.claimRef?.name).toBe('c');
    expect((await claims()).c).toBe('Pending ');
  });

  it('a provisioner writes as its own account', async () => {
    await runSteps(cluster.client, localPathStorage());
    await cluster.settle();
    await cluster.client.delete(ClusterRoleBinding, 'local-path-provisioner-bind');
    await make(claim('a', 1), podWith('p', 'a'));
    expect([await claims(), (await cluster.client.list(PersistentVolume)).items]).toEqual([{ a: 'Pending ' }, []]);
    await make({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'again' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'local-path-provisioner-role' },
      subjects: [{ kind: 'ServiceAccount', name: 'local-path-provisioner-service-account', namespace: 'local-path-storage' }],
    });
    await cluster.advance(60_000);
    expect((await claims()).a).toMatch(/^Bound pvc-/);
    const makes = (await cluster.log()).filter(({ key, version }) => key.startsWith('/registry/persistentvolumes/') && version === 1);
    expect(makes.map(({ cause }) => [cause.user, cause.component])).toEqual([
      ['system:serviceaccount:local-path-storage:local-path-provisioner-service-account', 'rancher.io/local-path'],
    ]);
  });

  it('the token of a provisioner tells the node of its pod', async () => {
    await runSteps(cluster.client, localPathStorage());
    await cluster.settle();
    const [provisioner] = (await cluster.client.list(Pod, { namespace: 'local-path-storage' })).items;
    const expression = `request.userInfo.extra['authentication.kubernetes.io/node-name'] == ['${provisioner?.spec.nodeName}']`;
    const resourceRules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['persistentvolumes'] }];
    const policy = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name: 'own-node' } };
    await cluster.client.create(ValidatingAdmissionPolicy, {
      ...{ ...policy, kind: 'ValidatingAdmissionPolicy' },
      spec: { matchConstraints: { resourceRules }, validations: [{ expression }] },
    });
    await cluster.client.create(ValidatingAdmissionPolicyBinding, {
      ...{ ...policy, kind: 'ValidatingAdmissionPolicyBinding' },
      spec: { policyName: 'own-node', validationActions: ['Deny'] },
    });
    await make(claim('a', 1), podWith('p', 'a'));
    expect((await claims()).a).toMatch(/^Bound pvc-/);
  });

  it('a program whose node is down does nothing, and goes on when the node is back', async () => {
    await runSteps(cluster.client, localPathStorage());
    await cluster.settle();
    const [provisioner] = (await cluster.client.list(Pod, { namespace: 'local-path-storage' })).items;
    const node = provisioner?.spec.nodeName ?? '';
    const other = node === 'worker-1' ? 'worker-2' : 'worker-1';
    const faults = new ClusterFaults(cluster.api);
    const { id } = await faults.inject({ type: 'stop', node });
    await make(claim('a', 1), podWith('p', 'a', { nodeSelector: { 'kubernetes.io/hostname': other } }));
    await cluster.advance(10_000);
    expect(await claims()).toEqual({ a: 'Pending ' });
    await faults.heal(id);
    await cluster.settle();
    expect((await claims()).a).toMatch(/^Bound pvc-/);
  });

  it('volumes take their time to be made, attached, expanded and detached', async () => {
    cluster = await openCluster({ profile: 'realistic' });
    await make(...csiDriver({ flags: ['--enable-attach', '--enable-topology=false'] }));
    await make(storageClass('disks', { provisioner: 'hostpath.csi.k8s.io', allowVolumeExpansion: true }));
    await cluster.advance(60_000);
    await make(claim('a', 1, { storageClassName: 'disks' }));
    expect(await claims()).toEqual({ a: 'Pending ' });
    await cluster.advance(2_000);
    expect((await claims()).a).toMatch(/^Bound pvc-/);
    const attached = async () => (await cluster.client.list(VolumeAttachment)).items.map(({ status }) => status?.attached);
    await make(podWith('p', 'a', { nodeName: 'worker-1' }));
    expect(await attached()).toEqual([false]);
    await cluster.advance(10_000);
    expect([await attached(), (await cluster.client.get(Pod, 'p', 'default')).status?.phase]).toEqual([[true], 'Running']);
    const size = async () => (await cluster.client.get(PersistentVolumeClaim, 'a', 'default')).status?.capacity?.storage;
    await cluster.client.patch(PersistentVolumeClaim, 'a', 'default', 'merge', { spec: { resources: { requests: { storage: '2Gi' } } } });
    await cluster.settle();
    expect(await size()).toBe('1Gi');
    await cluster.advance(2_000);
    expect(await size()).toBe('2Gi');
    await cluster.client.delete(Pod, 'p', 'default');
    await cluster.advance(40_000);
    expect(await attached()).toEqual([]);
  });
});
