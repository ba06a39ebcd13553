import { type corev1, Node } from '#api';
import { isTerminalPhase } from '#component-helpers';
import type { Informers } from '#controller-runtime';

/** Whether a pod's containers have ended for good (volume/util IsPodTerminated). */
export function isTerminated({ metadata, status }: corev1.Pod): boolean {
  if (isTerminalPhase(status?.phase)) return true;
  const containers = [status?.initContainerStatuses, status?.containerStatuses, status?.ephemeralContainerStatuses].flatMap(
    (one) => one ?? [],
  );
  return metadata.deletionTimestamp !== undefined && containers.every(({ state }) => state?.terminated ?? state?.waiting);
}

/** The pods that run or are to run, by node, in the order of their names. */
export function byNode(pods: readonly corev1.Pod[], informers: Informers): Map<string, corev1.Pod[]> {
  const found = new Map<string, corev1.Pod[]>();
  for (const pod of [...pods].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))) {
    const { nodeName } = pod.spec;
    if (!nodeName || isTerminated(pod) || informers.of(Node).get(nodeName) === undefined) continue;
    const others = found.get(nodeName);
    if (others) others.push(pod);
    else found.set(nodeName, [pod]);
  }
  return found;
}
