import { type corev1, PersistentVolumeClaim, Pod } from '#api';
import { controllerReference, isNotFound, keyOf } from '#apimachinery';
import { claimNameOf, notForPod } from '#component-helpers';
import { defineController, isFenced, type ReconcileContext, watching } from '#controller-runtime';
import { claimKey, indexPodsByClaim, PODS_BY_CLAIM } from './persistent-volume/indexes.js';

type Volume = corev1.Volume;

const isEphemeral = ({ ephemeral }: Volume): boolean => ephemeral !== undefined;

/** Whether a pod needs claims that are made for it. */
const needsClaims = ({ metadata, spec }: corev1.Pod): boolean =>
  metadata.deletionTimestamp === undefined && spec.volumes !== undefined && spec.volumes.some(isEphemeral);

/** Makes the claims of pods' generic ephemeral volumes; they are deleted with their pod (pkg/controller/volume/ephemeral). */
export const ephemeralVolume = defineController({
  name: 'ephemeral-volume-controller',
  queue: 'ephemeral_volume',
  eventSource: 'ephemeral_volume',
  for: Pod,
  filter: ({ object, old, deleted }) => !deleted && old === undefined && needsClaims(object),
  watches: [
    watching(PersistentVolumeClaim, ({ object, deleted }, informers) => {
      if (!deleted) return [];
      return informers.of(Pod).byIndex(PODS_BY_CLAIM, claimKey(object.metadata)).filter(needsClaims).map(keyOf);
    }),
  ],
  interests({ resource, object, deleted }) {
    return resource === 'pods' ? !deleted && needsClaims(object() as corev1.Pod) : deleted;
  },
  index: indexPodsByClaim,
  async reconcile(pod, ctx) {
    if (pod.metadata.deletionTimestamp !== undefined) return undefined;
    for (const volume of pod.spec.volumes ?? []) if (isEphemeral(volume)) await makeClaim(pod, volume, ctx);
    return undefined;
  },
});

/** The claim of an ephemeral volume. Pure. */
function ephemeralClaim(pod: corev1.Pod, volume: Volume): corev1.PersistentVolumeClaim {
  const template = volume.ephemeral?.volumeClaimTemplate;
  const { annotations, labels } = template?.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimNameOf(pod, volume) ?? '',
      namespace: pod.metadata.namespace,
      ...(annotations ? { annotations } : {}),
      ...(labels ? { labels } : {}),
      ownerReferences: [controllerReference(pod, { apiVersion: 'v1', kind: 'Pod' })],
    },
    spec: template?.spec ?? {},
  };
}

async function makeClaim(pod: corev1.Pod, volume: Volume, ctx: ReconcileContext): Promise<void> {
  const wanted = ephemeralClaim(pod, volume);
  const { name, namespace } = wanted.metadata;
  const present = ctx.informers.of(PersistentVolumeClaim).get(name, namespace);
  const conflict = present && notForPod(pod, present);
  if (present && conflict === undefined) return;
  const failure = conflict ?? (await create(wanted, ctx));
  if (failure === undefined) return;
  ctx.recorder.warning(pod, 'FailedBinding', `ephemeral volume ${volume.name}: ${failure}`);
  throw new Error(`pod ${namespace}/${pod.metadata.name}, ephemeral volume ${volume.name}: ${failure}`);
}

/** Why it could not be created. */
async function create(claim: corev1.PersistentVolumeClaim, { client }: ReconcileContext): Promise<string | undefined> {
  try {
    await client.create(PersistentVolumeClaim, claim);
    return undefined;
  } catch (error) {
    if (isFenced(error) || isNotFound(error)) throw error;
    return `create PVC ${claim.metadata.name}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
