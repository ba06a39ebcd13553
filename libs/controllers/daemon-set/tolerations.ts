import type { corev1 } from '#api';

const exists = (key: string, effect: string): corev1.Toleration => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect });

const EVERYWHERE: readonly corev1.Toleration[] = [
  exists('not-ready', 'NoExecute'),
  exists('unreachable', 'NoExecute'),
  exists('disk-pressure', 'NoSchedule'),
  exists('memory-pressure', 'NoSchedule'),
  exists('pid-pressure', 'NoSchedule'),
  exists('unschedulable', 'NoSchedule'),
];

/** Pods in the host's network do not wait for the pods' network. */
const HOST_NETWORK = exists('network-unavailable', 'NoSchedule');

const isAlike = (a: corev1.Toleration, b: corev1.Toleration): boolean =>
  a.key === b.key &&
  (a.effect ?? '') === (b.effect ?? '') &&
  (a.operator ?? '') === (b.operator ?? '') &&
  (a.value ?? '') === (b.value ?? '');

/**
 * The tolerations of a pod with those that every pod of a DaemonSet has, which replace tolerations that differ from them in
 * tolerationSeconds alone (AddOrUpdateDaemonPodTolerations).
 */
export function daemonTolerations({ tolerations = [], hostNetwork }: corev1.PodSpec): corev1.Toleration[] {
  const added = hostNetwork ? [...EVERYWHERE, HOST_NETWORK] : EVERYWHERE;
  const kept = tolerations.map((present) => added.find((one) => isAlike(one, present)) ?? present);
  return [...kept, ...added.filter((one) => !kept.includes(one))];
}
