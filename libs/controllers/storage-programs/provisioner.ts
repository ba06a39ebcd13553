import {
  type corev1,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
  type storagev1,
  VolumeAttachment,
  VolumeAttributesClass,
} from '#api';
import { formatKey, ignoreAlreadyExists, isNotFound, keyOf } from '#apimachinery';
import { perCluster } from '#client';
import {
  allowsNode,
  delaysBinding,
  MIGRATED_TO,
  migratedDriver,
  PROVISIONED_BY,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
  storageClassOf,
} from '#component-helpers';
import { defineController, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';
import { attachmentsOf, indexAttachments, indexVolumesByDriver } from '../attach-detach/indexes.js';
import { usedByNode } from './driver-volumes.js';
import { SLOW_RETRY } from './external-resizer.js';
import { makesDisks } from './migrated-disks.js';
import { operation } from './operations.js';
import { awaitedBy, deleterOf, provisionedVolume, volumeNameOf } from './plan.js';
import { concernsPrograms, indexPrograms, type RunningProgram, runningProgram, runningPrograms, startedPrograms } from './programs.js';
import { EXHAUSTED, provisionerOf } from './provisioners.js';
import { rpcError } from './rpc-error.js';

type Claim = corev1.PersistentVolumeClaim;
type Volume = corev1.PersistentVolume;

const CLAIMS = 'claims-by-provisioner';
const VOLUMES = 'volumes-by-provisioner';

/** Makes volumes, as the provisioners do that run in the cluster's pods (sig-storage-lib-external-provisioner). */
export const volumeProvisioner = defineController({
  name: 'external-provisioner',
  for: PersistentVolumeClaim,
  filter: ({ object, deleted }) => !deleted && awaitedBy(object, false) !== undefined,
  reads: [Node, StorageClass, VolumeAttributesClass],
  watches: [
    watching(Pod, (change, informers) =>
      startedPrograms(change, 'provision').flatMap((name) => informers.of(PersistentVolumeClaim).byIndex(CLAIMS, name).map(keyOf)),
    ),
  ],
  // A program is back with its node.
  afterFaults: (informers) =>
    informers
      .of(PersistentVolumeClaim)
      .list()
      .filter((claim) => awaitedBy(claim, false) !== undefined)
      .map(keyOf),
  interests: (change) => change.resource !== 'pods' || concernsPrograms(change),
  index(informers) {
    indexPrograms(informers);
    indexVolumesByDriver(informers);
    informers.of(PersistentVolumeClaim).addIndex(CLAIMS, ({ metadata, spec }) => {
      const named = metadata.annotations?.[STORAGE_PROVISIONER];
      return named === undefined || spec.volumeName ? [] : [named];
    });
  },
  reconcile: provision,
  async gone(key, { informers }) {
    failuresOf(informers).delete(formatKey(key));
  },
});

/** How often in a row the volumes of claims could not be made. */
const failuresOf = perCluster(() => new Map<string, number>());

/** How long a claim waits after so many failures, in milliseconds (--retry-interval-start, --retry-interval-max). */
const retryAfter = (failures: number): number => Math.min(1_000 * 2 ** (failures - 1), SLOW_RETRY);

/** Whether a program that works for its own node alone may make volumes of a class there (external-provisioner checkNode). */
function isOwned(found: storagev1.StorageClass, { perNode, pod }: RunningProgram, { informers }: ReconcileContext): boolean {
  const node = informers.of(Node).get(pod.spec.nodeName ?? '');
  return !perNode || node === undefined || allowsNode(found, node);
}

async function provision(claim: Claim, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { informers } = ctx;
  const found = informers.of(StorageClass).get(storageClassOf(claim));
  const name = awaitedBy(claim, delaysBinding(found));
  if (name === undefined || found === undefined || driverOf(found) !== name) return undefined;
  const volume = volumeNameOf(claim);
  if (informers.of(PersistentVolume).get(volume) !== undefined) return undefined;
  const selected = claim.metadata.annotations?.[SELECTED_NODE];
  const program = runningPrograms({ task: 'provision', name, node: selected }, ctx).find((one) => isOwned(found, one, ctx));
  if (program === undefined) return undefined;
  const { first, wait } = operation(`provision/${claim.metadata.uid}`, ctx);
  const about = `${claim.metadata.namespace}/${claim.metadata.name}`;
  if (first) note(program, claim, ['Provisioning', `External provisioner is provisioning volume for claim "${about}"`]);
  if (wait > 0) return { requeueAfter: wait };
  const provisioner = provisionerOf(program);
  if (provisioner.isPopulated?.(claim)) {
    note(program, claim, ['Provisioning', 'Assuming an external populator will provision the volume']);
    return undefined;
  }
  const used = () => usedByNode(found, informers).get(program.driver?.topology ? (program.pod.spec.nodeName ?? '') : '') ?? 0;
  const attributes = informers.of(VolumeAttributesClass).get(claim.spec.volumeAttributesClassName ?? '');
  const wanted = { claim, class: found, volume, node: informers.of(Node).get(selected ?? ''), attributes, used };
  const refusal = provisioner.refusal(wanted);
  if (refusal !== undefined) return refuse({ claim, found, program, refusal }, ctx);
  failuresOf(informers).delete(formatKey(keyOf(claim)));
  await program.client.create(PersistentVolume, provisionedVolume(provisioner, wanted)).catch(ignoreAlreadyExists);
  note(program, claim, ['ProvisioningSucceeded', `Successfully provisioned volume ${volume}`]);
  return undefined;
}

/** Who makes the volumes of a class: its provisioner, or the driver that has replaced it. */
const driverOf = ({ provisioner }: storagev1.StorageClass): string | undefined =>
  makesDisks(provisioner) ? migratedDriver(provisioner) : provisioner;

/** A volume that a program has not made. */
interface Refused {
  claim: Claim;
  found: storagev1.StorageClass;
  program: RunningProgram;
  refusal: string;
}

/** Says why, and tries again later, or has the scheduler choose another node (provisionVolumeErrorHandling, markForSlowRetry). */
async function refuse({ claim, found, program, refusal }: Refused, { informers }: ReconcileContext): Promise<Reconciled | undefined> {
  const { name, namespace, annotations } = claim.metadata;
  const isInfeasible = refusal.startsWith(rpcError('InvalidArgument', ''));
  const told = isInfeasible
    ? `Volume provisioning failed with infeasible error. Retries will be delayed. ${refusal}`
    : `failed to provision volume with StorageClass "${found.metadata.name}": ${refusal}`;
  note(program, claim, ['ProvisioningFailed', told]);
  if (annotations?.[SELECTED_NODE] !== undefined && refusal.includes(EXHAUSTED)) {
    await program.client.patch(PersistentVolumeClaim, name, namespace, 'merge', { metadata: { annotations: { [SELECTED_NODE]: null } } });
    return undefined;
  }
  const key = formatKey(keyOf(claim));
  const failures = (failuresOf(informers).get(key) ?? 0) + 1;
  failuresOf(informers).set(key, failures);
  return { requeueAfter: isInfeasible ? SLOW_RETRY : retryAfter(failures) };
}

/** An event of a provisioner. */
function note({ recorder, identity }: RunningProgram, about: Claim | Volume, [reason, message]: readonly [string, string]): void {
  const type = /Fail/.test(reason) ? 'Warning' : 'Normal';
  recorder.record({ about, type, reason, message, source: identity });
}

/** Deletes the released volumes of the provisioners that run in the cluster's pods. */
export const volumeDeleter = defineController({
  name: 'external-deleter',
  for: PersistentVolume,
  filter: ({ object, deleted }) => !deleted && deleterOf(object) !== undefined,
  watches: [
    watching(Pod, (change, informers) =>
      startedPrograms(change, 'provision').flatMap((name) => informers.of(PersistentVolume).byIndex(VOLUMES, name).map(keyOf)),
    ),
    watching(VolumeAttachment, ({ object: { spec }, deleted }) =>
      deleted && spec.source.persistentVolumeName ? [{ name: spec.source.persistentVolumeName }] : [],
    ),
  ],
  afterFaults: (informers) =>
    informers
      .of(PersistentVolume)
      .list()
      .filter((volume) => deleterOf(volume) !== undefined)
      .map(keyOf),
  interests: (change) => change.resource !== 'pods' || concernsPrograms(change),
  index(informers) {
    indexPrograms(informers);
    indexAttachments(informers);
    informers.of(PersistentVolume).addIndex(VOLUMES, ({ metadata }) => {
      const by = metadata.annotations?.[MIGRATED_TO] ?? metadata.annotations?.[PROVISIONED_BY];
      return by === undefined ? [] : [by];
    });
  },
  reconcile: deleteVolume,
});

async function deleteVolume(volume: Volume, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const name = deleterOf(volume);
  if (name === undefined) return undefined;
  const program = runningProgram({ task: 'provision', name }, ctx);
  if (program === undefined) return undefined;
  const [attached] = attachmentsOf(ctx.informers, volume.metadata.name);
  if (attached) {
    const message = `persistentvolume ${volume.metadata.name} is still attached to node ${attached.spec.nodeName}`;
    note(program, volume, ['VolumeFailedDelete', message]);
    return undefined;
  }
  await remove(volume, provisionerOf(program).finalizer, program.client);
  return undefined;
}

/** Deletes a volume from the API once it is deleted from its storage, then lets go of it. */
async function remove({ metadata }: Volume, finalizer: string | undefined, client: ReconcileContext['client']): Promise<void> {
  const { name, uid } = metadata;
  try {
    if (metadata.deletionTimestamp === undefined) {
      await client.delete(PersistentVolume, name, undefined, { uid });
      return;
    }
    const finalizers = (metadata.finalizers ?? []).filter((one) => one !== finalizer);
    await client.patch(PersistentVolume, name, undefined, 'merge', { metadata: { uid, finalizers } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
