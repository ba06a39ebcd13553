import type { corev1, storagev1 } from '#api';
import { deleterOf, provisionedVolume, provisionerOf } from './plan.js';
import { provisionersIn } from './programs.js';
import { provisioners } from './provisioners.js';

const claim = (
  annotations: Record<string, string> = {},
  spec: Partial<corev1.PersistentVolumeClaimSpec> = {},
): corev1.PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c', namespace: 'n', uid: 'u', resourceVersion: '7', annotations },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 's', ...spec },
});
const storageClass = (more: Partial<storagev1.StorageClass> = {}): storagev1.StorageClass => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 's' },
  provisioner: 'x',
  ...more,
});
const node: corev1.Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'w', labels: { 'kubernetes.io/hostname': 'w' } }, spec: {} };

const NAMED = 'volume.kubernetes.io/storage-provisioner';
const SELECTED = 'volume.kubernetes.io/selected-node';
const LOCAL = 'rancher.io/local-path';

it.each<[string, corev1.PersistentVolumeClaim, boolean, string | undefined]>([
  ['at once', claim({ [NAMED]: LOCAL }), false, LOCAL],
  ['by nobody', claim({ [NAMED]: 'example.com/none' }), false, undefined],
  ['not before a node is chosen', claim({ [NAMED]: LOCAL }), true, undefined],
  ['once a node is chosen', claim({ [NAMED]: LOCAL, [SELECTED]: 'w' }), true, LOCAL],
  ['not for a claim that has a volume', claim({ [NAMED]: LOCAL }, { volumeName: 'v' }), false, undefined],
])('a volume is made %s', (_, wanted, delayed, expected) => {
  expect(provisionerOf(wanted, delayed)?.name).toBe(expected);
});

const made = (name: string, more: { claim?: corev1.PersistentVolumeClaim; class?: storagev1.StorageClass; node?: corev1.Node } = {}) => {
  const provisioner = provisioners.get(name);
  if (!provisioner) throw new Error(name);
  const wanted = { claim: more.claim ?? claim(), class: more.class ?? storageClass(), volume: 'pvc-u', node: more.node };
  return { refusal: provisioner.refusal(wanted), volume: provisionedVolume(provisioner, wanted) };
};

describe('local-path', () => {
  it('makes a directory on the chosen node', () => {
    const { refusal, volume } = made(LOCAL, { node, class: storageClass({ reclaimPolicy: 'Retain' }) });
    expect(refusal).toBeUndefined();
    expect(volume).toEqual({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name: 'pvc-u',
        annotations: { 'local.path.provisioner/selected-node': 'w', 'pv.kubernetes.io/provisioned-by': LOCAL },
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1Gi' },
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'n', name: 'c', uid: 'u', resourceVersion: '7' },
        hostPath: { path: '/opt/local-path-provisioner/pvc-u_n_c', type: 'DirectoryOrCreate' },
        nodeAffinity: {
          required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['w'] }] }] },
        },
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: 's',
      },
    });
    expect(made(LOCAL, { node, claim: claim({ volumeType: 'local' }) }).volume.spec.local).toEqual({
      path: '/opt/local-path-provisioner/pvc-u_n_c',
    });
  });

  it.each<[string, Parameters<typeof made>[1], string]>([
    ['a selector', { node, claim: claim({}, { selector: {} }) }, 'claim.Spec.Selector is not supported'],
    [
      'many writers',
      { node, claim: claim({}, { accessModes: ['ReadWriteMany'] }) },
      'NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes',
    ],
    ['no node', {}, 'configuration error, no node was specified'],
  ])('refuses %s', (_, wanted, refusal) => expect(made(LOCAL, wanted).refusal).toBe(refusal));
});

it('a CSI driver keeps to the topologies that its class allows', () => {
  const allowedTopologies = [{ matchLabelExpressions: [{ key: 'zone', values: ['a', 'b'] }] }];
  const { volume } = made('hostpath.csi.k8s.io', {
    class: storageClass({ allowedTopologies, parameters: { 'csi.storage.k8s.io/fstype': 'xfs' } }),
  });
  expect([volume.metadata.finalizers, volume.spec.csi, volume.spec.nodeAffinity]).toEqual([
    ['external-provisioner.volume.kubernetes.io/finalizer'],
    {
      driver: 'hostpath.csi.k8s.io',
      fsType: 'xfs',
      volumeHandle: 'u',
      volumeAttributes: { 'storage.kubernetes.io/csiProvisionerIdentity': 'hostpath.csi.k8s.io' },
    },
    { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }] } },
  ]);
});

it.each<[string, Partial<corev1.PersistentVolumeSpec>, string, string, string | undefined]>([
  ['released', { persistentVolumeReclaimPolicy: 'Delete' }, 'Released', LOCAL, LOCAL],
  ['kept', { persistentVolumeReclaimPolicy: 'Retain' }, 'Released', LOCAL, undefined],
  ['bound', { persistentVolumeReclaimPolicy: 'Delete' }, 'Bound', LOCAL, undefined],
  ['of another provisioner', { persistentVolumeReclaimPolicy: 'Delete' }, 'Released', 'example.com/none', undefined],
])('who deletes a volume that is %s', (_, spec, phase, by, expected) => {
  const metadata = { name: 'v', annotations: { 'pv.kubernetes.io/provisioned-by': by } };
  expect(deleterOf({ apiVersion: 'v1', kind: 'PersistentVolume', metadata, spec, status: { phase } })?.name).toBe(expected);
});

it.each<[string, string[]]>([
  ['rancher/local-path-provisioner:v0.0.31', [LOCAL]],
  ['docker.io/kindest/local-path-provisioner@sha256:00', [LOCAL]],
  ['localhost:5000/mirror/rancher/local-path-provisioner', [LOCAL]],
  ['nginx:1.27', []],
])('the program of %s', (image, expected) => {
  const pod: corev1.Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image }] } };
  expect(provisionersIn(pod)).toEqual(expected);
});
