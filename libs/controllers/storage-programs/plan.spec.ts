import type { corev1, storagev1 } from '#api';
import { storageProgramsIn } from '#component-helpers';
import { awaitedBy, deleterOf, provisionedVolume } from './plan.js';
import type { RunningProgram } from './programs.js';
import { provisionerOf } from './provisioners.js';

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
  ['by nobody', claim(), false, undefined],
  ['not before a node is chosen', claim({ [NAMED]: LOCAL }), true, undefined],
  ['once a node is chosen', claim({ [NAMED]: LOCAL, [SELECTED]: 'w' }), true, LOCAL],
  ['not for a claim that has a volume', claim({ [NAMED]: LOCAL }, { volumeName: 'v' }), false, undefined],
])('a volume is made %s', (_, wanted, delayed, expected) => {
  expect(awaitedBy(wanted, delayed)).toBe(expected);
});

/** The program of a pod with these containers, which runs on the node `w`. */
function programOf(...containers: Array<[image: string, ...args: string[]]>): RunningProgram {
  const pod: corev1.Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { nodeName: 'w', containers: containers.map(([image, ...args], at) => ({ name: `c${at}`, image, args })) },
  };
  const [program] = storageProgramsIn(pod);
  if (program === undefined) throw new Error('no program');
  return { ...program, pod } as RunningProgram;
}
const localPath = programOf(['rancher/local-path-provisioner']);
const driver = (...args: string[]) =>
  programOf(['registry.k8s.io/sig-storage/hostpathplugin:v1.17.1', ...args], ['registry.k8s.io/sig-storage/csi-provisioner:v6.3.0']);

const made = (
  program: RunningProgram,
  more: { claim?: corev1.PersistentVolumeClaim; class?: storagev1.StorageClass; node?: corev1.Node } = {},
) => {
  const provisioner = provisionerOf(program);
  const wanted = {
    claim: more.claim ?? claim(),
    class: { ...(more.class ?? storageClass()), provisioner: program.name },
    volume: 'pvc-u',
    node: more.node,
    used: () => 512 * 1024,
  };
  return { refusal: provisioner.refusal(wanted), volume: provisionedVolume(provisioner, wanted) };
};

describe('local-path', () => {
  it('makes a directory on the chosen node', () => {
    const { refusal, volume } = made(localPath, { node, class: storageClass({ reclaimPolicy: 'Retain' }) });
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
    expect(made(localPath, { node, claim: claim({ volumeType: 'local' }) }).volume.spec.local).toEqual({
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
  ])('refuses %s', (_, wanted, refusal) => expect(made(localPath, wanted).refusal).toBe(refusal));
});

describe('a CSI driver', () => {
  const allowedTopologies = [{ matchLabelExpressions: [{ key: 'zone', values: ['a', 'b'] }] }];
  const found = storageClass({ allowedTopologies, parameters: { 'csi.storage.k8s.io/fstype': 'xfs' } });

  it('makes volumes on its own node', () => {
    const { volume } = made(driver(), { class: found });
    expect([volume.metadata.finalizers, volume.spec.csi, volume.spec.nodeAffinity]).toEqual([
      ['external-provisioner.volume.kubernetes.io/finalizer'],
      {
        driver: 'hostpath.csi.k8s.io',
        fsType: 'xfs',
        volumeHandle: 'u',
        volumeAttributes: { 'storage.kubernetes.io/csiProvisionerIdentity': 'hostpath.csi.k8s.io' },
      },
      { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'topology.hostpath.csi/node', operator: 'In', values: ['w'] }] }] } },
    ]);
  });

  it('without topology, keeps to those that its class allows', () => {
    expect(made(driver('--enable-topology=false'), { class: found }).volume.spec.nodeAffinity).toEqual({
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }] },
    });
  });

  it.each<[string, string[], string]>([
    [
      'a volume over its limit',
      ['--max-volume-size=1024'],
      'code = OutOfRange desc = Requested capacity 1073741824 exceeds maximum allowed 1024',
    ],
    [
      'more than it has of a kind',
      ['--capacity=fast=1Mi'],
      'code = ResourceExhausted desc = requested capacity 1073741824 exceeds remaining capacity for "fast", 512Ki out of 1Mi already used',
    ],
  ])('refuses %s', (_, args, refusal) => {
    expect(made(driver(...args), { class: storageClass({ parameters: { kind: 'fast' } }) }).refusal).toBe(`rpc error: ${refusal}`);
  });
});

it.each<[string, Partial<corev1.PersistentVolumeSpec>, string, string, string | undefined]>([
  ['released', { persistentVolumeReclaimPolicy: 'Delete' }, 'Released', LOCAL, LOCAL],
  ['kept', { persistentVolumeReclaimPolicy: 'Retain' }, 'Released', LOCAL, undefined],
  ['bound', { persistentVolumeReclaimPolicy: 'Delete' }, 'Bound', LOCAL, undefined],
])('who deletes a volume that is %s', (_, spec, phase, by, expected) => {
  const metadata = { name: 'v', annotations: { 'pv.kubernetes.io/provisioned-by': by } };
  expect(deleterOf({ apiVersion: 'v1', kind: 'PersistentVolume', metadata, spec, status: { phase } })).toBe(expected);
});
