import {
  ClusterRoleBinding,
  Deployment,
  Event,
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

/** What a provisioner says of a claim, with how often. */
const said = async (name: string) => {
  const { items } = await cluster.client.list(Event, { namespace: 'default', fieldSelector: `involvedObject.name=${name}` });
  return items.flatMap(({ reason = '', message, count = 1 }) =>
    reason.startsWith('Provisioning') ? [`${reason}: ${message} ×${count}`] : [],
  );
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

  it('a driver that restores no snapshots makes no volume of one, and leaves what it does not know to populators', async () => {
    await make(...csiDriver(), storageClass('disks', { provisioner: 'hostpath.csi.k8s.io' }));
    const snapshot = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' };
    const picture = { apiGroup: 'example.com', kind: 'Picture', name: 'p' };
    await make(claim('restored', 1, { storageClassName: 'disks', dataSource: snapshot }));
    await make(claim('painted', 1, { storageClassName: 'disks', dataSourceRef: picture }));
    expect(await claims()).toEqual({ restored: 'Pending ', painted: 'Pending ' });
    const refused =
      'ProvisioningFailed: failed to provision volume with StorageClass "disks": CSI driver does not support snapshot restore: ' +
      'controller CREATE_DELETE_SNAPSHOT capability is not reported';
    expect(await said('restored')).toEqual([
      'Provisioning: External provisioner is provisioning volume for claim "default/restored" ×1',
      `${refused} ×1`,
    ]);
    await cluster.advance(10_000);
    expect((await said('restored')).at(-1)).toBe(`${refused} ×4`);
    expect(await said('painted')).toEqual([
      'Provisioning: External provisioner is provisioning volume for claim "default/painted" ×1',
      'Provisioning: Assuming an external populator will provision the volume ×1',
    ]);
  });

  it('a volume waits for the attributes class that its claim names', async () => {
    await make(...csiDriver({ flags: ['--enable-controller-modify-volume=true', '--accepted-mutable-parameter-names=iops'] }));
    await make(storageClass('disks', { provisioner: 'hostpath.csi.k8s.io' }));
    const attributes = (name: string, parameters: Record<string, string>) => ({
      ...{
        apiVersion: 'storage.k8s.io/v1',
        kind: 'VolumeAttributesClass',
        metadata: { name },
        driverName: 'hostpath.csi.k8s.io',
        parameters,
      },
    });
    await make(attributes('odd', { colour: 'red' }));
    await make(claim('a', 1, { storageClassName: 'disks', volumeAttributesClassName: 'gold' }));
    await make(claim('b', 1, { storageClassName: 'disks', volumeAttributesClassName: 'odd' }));
    expect(await claims()).toEqual({ a: 'Pending ', b: 'Pending ' });
    const missing = 'volumeattributesclasses.storage.k8s.io "gold" not found';
    expect((await said('a')).at(-1)).toBe(`ProvisioningFailed: failed to provision volume with StorageClass "disks": ${missing} ×1`);
    expect((await said('b')).at(-1)).toBe(
      'ProvisioningFailed: Volume provisioning failed with infeasible error. Retries will be delayed. ' +
        'rpc error: code = InvalidArgument desc = invalid parameters: [colour] ×1',
    );
    await make(attributes('gold', { iops: '5' }));
    await cluster.advance(10_000);
    expect(await claims()).toEqual({ a: expect.stringMatching(/^Bound pvc-/), b: 'Pending ' });
  });

  it('provisioners that work for their own nodes make no volumes on nodes that the class does not allow', async () => {
    await make(...csiDriver({ provisionerFlags: ['--node-deployment'] }));
    const allowing = (node: string) => {
      const allowedTopologies = [{ matchLabelExpressions: [{ key: 'topology.hostpath.csi/node', values: [node] }] }];
      return storageClass(node, { provisioner: 'hostpath.csi.k8s.io', allowedTopologies });
    };
    for (const name of ['worker-1', 'worker-2', 'none']) await make(allowing(name), claim(name, 1, { storageClassName: name }));
    const { items } = await cluster.client.list(PersistentVolume);
    const places = items.map(({ spec }) => [
      spec.claimRef?.name,
      spec.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values?.[0],
    ]);
    expect(Object.fromEntries(places)).toEqual({ 'worker-1': 'worker-1', 'worker-2': 'worker-2' });
  });
});
