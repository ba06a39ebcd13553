import { CSIDriver, type corev1, Node, PersistentVolume, PersistentVolumeClaim, Pod } from '#api';
import { deepEqual } from '#apimachinery';
import { podsOnNode } from '#client';
import { attachableVolumes, isTerminalPhase, usesVolumes } from '#component-helpers';
import { type Change, defineController, watching } from '#controller-runtime';
import { reportNode } from '../node-report.js';
import { volumeObjects } from './mounts.js';
import { indexPodsByClaim, podsOfClaim } from './pods-by-claim.js';

/** The node of a pod that uses claims, when it is bound, ends or is gone. */
function nodeOfPod({ object: pod, old, deleted }: Change<corev1.Pod>): Array<{ name: string }> {
  const { nodeName } = pod.spec ?? {};
  if (!nodeName || !usesVolumes(pod)) return [];
  const isNews = deleted || old?.spec?.nodeName !== nodeName || old.status?.phase !== pod.status?.phase;
  return isNews ? [{ name: nodeName }] : [];
}

/**
 * The volumes that kubelets say in their node's status to need or to have mounted: they are attached once they are wanted, and not detached
 * before they are let go (kubelet setVolumesInUse). Upstream reports with the next status of the node; here at once.
 */
export const volumesInUse = defineController({
  name: 'kubelet-volumes',
  eventSource: 'kubelet',
  for: Node,
  filter: ({ old, deleted }) => !deleted && old === undefined,
  reads: [PersistentVolume, CSIDriver],
  watches: [
    watching(Pod, nodeOfPod),
    watching(PersistentVolumeClaim, ({ object: claim, old, deleted }, informers) => {
      const isBound = !deleted && claim.status?.phase === 'Bound' && old?.status?.phase !== 'Bound';
      return isBound ? podsOfClaim(claim, informers).flatMap(({ spec }) => (spec.nodeName ? [{ name: spec.nodeName }] : [])) : [];
    }),
  ],
  afterFaults: (informers) =>
    informers
      .of(Node)
      .list()
      .map(({ metadata: { name } }) => ({ name })),
  interests({ resource, object }) {
    if (resource === 'nodes') return false;
    return resource !== 'pods' || (Boolean((object() as corev1.Pod).spec?.nodeName) && usesVolumes(object() as corev1.Pod));
  },
  index: indexPodsByClaim,
  async reconcile(node, { client, informers, faults }) {
    const { name } = node.metadata;
    if (!node.status?.nodeInfo?.kubeletVersion || faults.kubelet(name) !== undefined) return undefined;
    const objects = volumeObjects(informers);
    const pods = podsOnNode(informers, name).filter((pod) => usesVolumes(pod) && !isTerminalPhase(pod.status?.phase));
    const wanted = [...new Set(pods.flatMap((pod) => attachableVolumes(pod, objects)).map(({ uniqueName }) => uniqueName))].sort();
    if (deepEqual(wanted, node.status.volumesInUse ?? [])) return undefined;
    await reportNode(node, { volumesInUse: wanted.length > 0 ? wanted : null }, client);
    return undefined;
  },
});
