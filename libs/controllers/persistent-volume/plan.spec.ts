import type { corev1, storagev1 } from '#api';
import { claimStatus } from './claim-status.js';
import { type ClaimPlan, type ClaimWorld, planClaim } from './plan-claim.js';
import { planReclaim, planVolume, type Reclaim, unbound, type VolumePlan } from './plan-volume.js';
import { planProvisioning } from './provisioning.js';

const DONE = { 'pv.kubernetes.io/bind-completed': 'yes' };
const OURS = { 'pv.kubernetes.io/bound-by-controller': 'yes' };

type ClaimParts = Partial<corev1.PersistentVolumeClaimSpec> & { annotations?: Record<string, string> };

const claim = ({ annotations, ...spec }: ClaimParts = {}): corev1.PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c', namespace: 'n', uid: 'u', annotations },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  status: { phase: 'Pending' },
});

type VolumeParts = Partial<corev1.PersistentVolumeSpec> & { annotations?: Record<string, string> };

const volume = ({ annotations, ...spec }: VolumeParts = {}): corev1.PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'v', annotations },
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, ...spec },
  status: { phase: 'Available' },
});

const storageClass = (provisioner: string, more: Partial<storagev1.StorageClass> = {}): storagev1.StorageClass => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 's' },
  provisioner,
  ...more,
});
const waiting = storageClass('x', { volumeBindingMode: 'WaitForFirstConsumer' });

const world = (more: Partial<ClaimWorld> & { named?: corev1.PersistentVolume } = {}): ClaimWorld => ({
  volume: () => more.named,
  candidates: [],
  class: undefined,
  defaultClass: undefined,
  unscheduledPods: [],
  ...more,
});

const warns = (reason: string, message: string) => ({ type: 'Warning', reason, message }) as const;
const notes = (reason: string, message: string) => ({ type: 'Normal', reason, message }) as const;
const ref = (uid?: string) => ({ namespace: 'n', name: 'c', uid });
const free = volume();
const other = volume({ claimRef: { namespace: 'n', name: 'd', uid: 'w' } });
const mine = volume({ claimRef: ref('u') });
const CLAIMED = 'volume "v" already bound to a different claim.';
const FIRST = notes('WaitForFirstConsumer', 'waiting for first consumer to be created before binding');

describe('claims', () => {
  test.each<[string, corev1.PersistentVolumeClaim, ClaimWorld, ClaimPlan]>([
    ['a volume suits', claim(), world({ candidates: [free] }), { do: 'bind', volume: free }],
    [
      'nothing suits',
      claim(),
      world(),
      { do: 'wait', event: notes('FailedBinding', 'no persistent volumes available for this claim and no storage class is set') },
    ],
    ['there is a default class', claim(), world({ defaultClass: storageClass('x') }), { do: 'set-class', name: 's' }],
    [
      'it wants no class',
      claim({ storageClassName: '' }),
      world({ defaultClass: storageClass('x') }),
      { do: 'wait', event: notes('FailedBinding', 'no persistent volumes available for this claim and no storage class is set') },
    ],
    ['it has a class', claim({ storageClassName: 's' }), world({ class: storageClass('x') }), { do: 'provision' }],
    ['its class does not exist', claim({ storageClassName: 's' }), world(), { do: 'provision' }],
    ['it waits for its consumer', claim({ storageClassName: 's' }), world({ class: waiting }), { do: 'wait', event: FIRST }],
    [
      'volumes suit it but it waits',
      claim({ storageClassName: 's' }),
      world({ class: waiting, candidates: [volume({ storageClassName: 's' })] }),
      { do: 'wait', event: FIRST },
    ],
    [
      'it waits for a pod',
      claim({ storageClassName: 's' }),
      world({ class: waiting, unscheduledPods: ['p'] }),
      { do: 'wait', event: notes('WaitForPodScheduled', 'waiting for pod p to be scheduled') },
    ],
    [
      'it waits for pods',
      claim({ storageClassName: 's' }),
      world({ class: waiting, unscheduledPods: ['p', 'q'] }),
      { do: 'wait', event: notes('WaitForPodScheduled', 'waiting for pods p,q to be scheduled') },
    ],
    [
      'its node is chosen',
      claim({ storageClassName: 's', annotations: { 'volume.kubernetes.io/selected-node': 'x' } }),
      world({ class: waiting }),
      { do: 'provision' },
    ],
    ['it names a volume that is not there', claim({ volumeName: 'v' }), world(), { do: 'wait' }],
    ['it names a free volume', claim({ volumeName: 'v' }), world({ named: free }), { do: 'bind', volume: free }],
    [
      'it names a small volume',
      claim({ volumeName: 'v', resources: { requests: { storage: '2Gi' } } }),
      world({ named: free }),
      { do: 'wait', event: warns('VolumeMismatch', 'Cannot bind to requested volume "v": requested PV is too small') },
    ],
    ['it names its volume', claim({ volumeName: 'v' }), world({ named: mine }), { do: 'bind', volume: mine }],
    [
      'it names the volume of another',
      claim({ volumeName: 'v' }),
      world({ named: other }),
      { do: 'wait', event: warns('FailedBinding', CLAIMED) },
    ],
    [
      'the binder named the volume of another',
      claim({ volumeName: 'v', annotations: OURS }),
      world({ named: other }),
      {
        do: 'wait',
        event: warns('FailedBinding', CLAIMED),
        fails: 'invalid binding of claim "n/c" to volume "v": volume already claimed by "n/d"',
      },
    ],
    ['it is bound', claim({ volumeName: 'v', annotations: DONE }), world({ named: mine }), { do: 'bind', volume: mine }],
    ['its volume has forgotten it', claim({ volumeName: 'v', annotations: DONE }), world({ named: free }), { do: 'bind', volume: free }],
    [
      'its volume is gone',
      claim({ volumeName: 'v', annotations: DONE }),
      world(),
      { do: 'lose', event: warns('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!') },
    ],
    [
      'it has lost its name',
      claim({ annotations: DONE }),
      world(),
      { do: 'lose', event: warns('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!') },
    ],
    [
      'its volume is bound to another',
      claim({ volumeName: 'v', annotations: DONE }),
      world({ named: other }),
      { do: 'lose', event: warns('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly') },
    ],
  ])('%s', (_, wanted, given, plan) => {
    expect(planClaim(wanted, given)).toEqual(plan);
  });

  test.each<[string, storagev1.StorageClass | undefined, string | undefined, string]>([
    ['no class', undefined, undefined, 'storageclass.storage.k8s.io "s" not found'],
    ['nobody', storageClass('kubernetes.io/no-provisioner'), undefined, 'no volume plugin matched name: kubernetes.io/no-provisioner'],
    [
      'host path',
      storageClass('kubernetes.io/host-path'),
      undefined,
      'Failed to create provisioner: provisioning in volume plugin "kubernetes.io/host-path" is disabled',
    ],
    [
      'a migrated plugin',
      storageClass('kubernetes.io/gce-pd'),
      'pd.csi.storage.gke.io',
      "Waiting for a volume to be created either by the external provisioner 'pd.csi.storage.gke.io' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
    ],
  ])('provisioned by %s', (_, found, provisioner, message) => {
    const plan = planProvisioning(claim({ storageClassName: 's' }), found);
    expect([plan.provisioner, plan.event.message]).toEqual([provisioner, message]);
  });

  it('show the access modes and the size of their volume', () => {
    const status = { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } };
    expect(claimStatus(claim(), 'Bound', volume())).toEqual(status);
    expect(claimStatus({ ...claim(), status }, 'Bound', volume({ capacity: { storage: '2Gi' } }))).toBeUndefined();
    expect(claimStatus({ ...claim(), status }, 'Lost')).toEqual({ phase: 'Lost' });
    expect(claimStatus(claim(), 'Pending')).toBeUndefined();
  });
});

describe('volumes', () => {
  test.each<[string, corev1.PersistentVolume, corev1.PersistentVolumeClaim | undefined, VolumePlan]>([
    ['no claim', free, undefined, { do: 'phase', phase: 'Available' }],
    ['for a claim to come', volume({ claimRef: ref() }), undefined, { do: 'phase', phase: 'Available' }],
    ['bound', mine, claim({ volumeName: 'v' }), { do: 'phase', phase: 'Bound' }],
    ['the claim is gone', mine, undefined, { do: 'reclaim' }],
    ['another claim of this name', volume({ claimRef: ref('old') }), claim({ volumeName: 'v' }), { do: 'reclaim' }],
    ['the claim is not bound yet', mine, claim(), { do: 'nothing' }],
    ['the claim wants a device', mine, claim({ volumeMode: 'Block' }), { do: 'mismatch', claim: claim({ volumeMode: 'Block' }) }],
    ['the claim has another volume', mine, claim({ volumeName: 'w' }), { do: 'unbind' }],
    [
      'the claim has another volume, and this one was provisioned',
      volume({ claimRef: ref('u'), annotations: { 'pv.kubernetes.io/provisioned-by': 'x' }, persistentVolumeReclaimPolicy: 'Delete' }),
      claim({ volumeName: 'w' }),
      { do: 'reclaim' },
    ],
  ])('%s', (_, given, named, plan) => {
    expect(planVolume(given, named)).toEqual(plan);
  });

  const failed = (message: string): Reclaim => ({ do: 'fail', reason: 'VolumeFailedDelete', message });
  const Delete = { persistentVolumeReclaimPolicy: 'Delete' };
  test.each<[string, corev1.PersistentVolume, Reclaim]>([
    ['Retain', volume({ persistentVolumeReclaimPolicy: 'Retain' }), { do: 'leave' }],
    ['Delete by CSI', volume({ ...Delete, csi: { driver: 'd', volumeHandle: 'h' } }), { do: 'leave' }],
    ['Delete by a provisioner', volume({ ...Delete, annotations: { 'pv.kubernetes.io/provisioned-by': 'x' } }), { do: 'leave' }],
    ['Delete below /tmp', volume({ ...Delete, hostPath: { path: '/tmp/v' } }), { do: 'delete' }],
    [
      'Delete elsewhere',
      volume({ ...Delete, hostPath: { path: '/v' } }),
      failed('host_path deleter only supports /tmp/.+ but received provided /v'),
    ],
    [
      'Delete over NFS',
      volume({ ...Delete, nfs: { server: 's', path: '/' } }),
      failed('error getting deleter volume plugin for volume "v": no deletable volume plugin matched'),
    ],
    ['Recycle over NFS', volume({ persistentVolumeReclaimPolicy: 'Recycle', nfs: { server: 's', path: '/' } }), { do: 'recycle' }],
    [
      'Recycle by CSI',
      volume({ persistentVolumeReclaimPolicy: 'Recycle', csi: { driver: 'd', volumeHandle: 'h' } }),
      { do: 'fail', reason: 'VolumeFailedRecycle', message: 'No recycler plugin found for the volume!' },
    ],
  ])('reclaimed: %s', (_, given, plan) => {
    expect(planReclaim(given)).toEqual(plan);
  });

  it('keep a reference that a user made', () => {
    expect(unbound(volume({ claimRef: ref('u') })).spec.claimRef).toEqual({ namespace: 'n', name: 'c' });
    const ours = unbound(volume({ claimRef: ref('u'), annotations: OURS }));
    expect([ours.spec.claimRef, ours.metadata.annotations]).toEqual([undefined, undefined]);
  });
});
