import { type corev1, PersistentVolume, PersistentVolumeClaim, Pod } from '#api';
import { keyOf } from '#apimachinery';
import { podClaimNames, RESIZE_CONDITIONS } from '#component-helpers';
import { defineController, type Informers, watching } from '#controller-runtime';
import { indexPodsByClaim, podsOfClaim } from './pods-by-claim.js';

type Claim = corev1.PersistentVolumeClaim;

/** Whether the file system of a claim's volume is to be expanded on a node. */
const isPending = ({ status }: Claim): boolean =>
  status?.allocatedResourceStatuses?.storage === 'NodeResizePending' ||
  status?.allocatedResourceStatuses?.storage === 'NodeResizeInProgress';

/** The pods that have a claim's volume mounted: their containers run. */
const usersOf = (claim: Claim, informers: Informers): corev1.Pod[] =>
  podsOfClaim(claim, informers).filter(({ spec, status }) => spec.nodeName && status?.phase === 'Running');

/** Expands the file systems of volumes that their driver has expanded, on the node of a pod that uses them (operationexecutor NodeExpander). */
export const volumeExpansion = defineController({
  name: 'kubelet-expansion',
  eventSource: 'kubelet',
  for: PersistentVolumeClaim,
  filter: ({ object, deleted }) => !deleted && isPending(object),
  reads: [PersistentVolume],
  watches: [
    watching(Pod, ({ object: pod, old, deleted }, informers) => {
      if (deleted || pod.status?.phase !== 'Running' || old?.status?.phase === 'Running') return [];
      const claims = podClaimNames(pod).flatMap((name) => informers.of(PersistentVolumeClaim).get(name, pod.metadata.namespace) ?? []);
      return claims.filter(isPending).map(keyOf);
    }),
  ],
  afterFaults: (informers) => informers.of(PersistentVolumeClaim).list().filter(isPending).map(keyOf),
  interests({ resource, object, deleted }) {
    if (resource !== 'pods') return !deleted && isPending(object() as Claim);
    const pod = object() as corev1.Pod;
    return !deleted && pod.status?.phase === 'Running' && podClaimNames(pod).length > 0;
  },
  index: indexPodsByClaim,
  async reconcile(claim, { client, informers, faults, recorder }) {
    const volume = informers.of(PersistentVolume).get(claim.spec.volumeName ?? '');
    const pod = usersOf(claim, informers).find(({ spec }) => faults.kubelet(spec.nodeName ?? '') === undefined);
    const size = claim.status?.allocatedResources?.storage;
    if (!isPending(claim) || volume === undefined || pod === undefined || size === undefined) return undefined;
    const host = pod.spec.nodeName ?? '';
    const own = client.as({ node: host });
    const { name, namespace, resourceVersion } = claim.metadata;
    const marked = await own.patch(
      PersistentVolumeClaim,
      name,
      namespace,
      'merge',
      { metadata: { resourceVersion }, status: { allocatedResourceStatuses: { storage: 'NodeResizeInProgress' } } },
      { subresource: 'status' },
    );
    const message = `MountVolume.NodeExpandVolume succeeded for volume "${volume.metadata.name}" ${host}`;
    const events = recorder.through(own);
    for (const about of [pod, claim]) events.record({ about, type: 'Normal', reason: 'FileSystemResizeSuccessful', message, host });
    await own.patch(
      PersistentVolumeClaim,
      name,
      namespace,
      'merge',
      { metadata: { resourceVersion: marked.metadata.resourceVersion }, status: expanded(marked, size) },
      { subresource: 'status' },
    );
    return undefined;
  },
});

/** What changes in the status of a claim whose file system is expanded (MarkNodeExpansionFinishedWithRecovery). */
function expanded({ status }: Claim, size: string): Record<string, unknown> {
  const conditions = (status?.conditions ?? []).filter(({ type }) => !RESIZE_CONDITIONS.has(type));
  const { storage: _, ...states } = status?.allocatedResourceStatuses ?? {};
  return {
    capacity: { ...status?.capacity, storage: size },
    allocatedResourceStatuses: Object.keys(states).length > 0 ? { storage: null } : null,
    conditions: conditions.length > 0 ? conditions : null,
  };
}
