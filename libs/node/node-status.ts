import type { corev1 } from '#api';
import { formatTime, type Instant, uuidOf } from '#apimachinery';
import type { Boot, Machine } from '#controller-runtime';
import { KERNEL_VERSION, OS_IMAGE, RUNTIME_VERSION } from './machine-system.js';

/** The node status that the kubelet of a simulated machine reports (kubelet/nodestatus/setters.go). */

/** What the kubelet does that not every version of it does (kubelet/nodestatus DeclaredFeatures), by name. */
const DECLARED_FEATURES: readonly string[] = ['ExtendWebSocketsToKubelet', 'RestartAllContainersOnContainerExits'];

const STORAGE = '100Gi';

/** The conditions of a healthy node, in the kubelet's order (pkg/kubelet/nodestatus). */
export function healthyConditions(now: Instant): corev1.NodeCondition[] {
  const time = formatTime(now);
  const condition = (type: string, status: string, reason: string, message: string): corev1.NodeCondition => ({
    type,
    status,
    lastHeartbeatTime: time,
    lastTransitionTime: time,
    reason,
    message,
  });
  return [
    condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ];
}

type Reported = Pick<Machine, 'name' | 'cpu' | 'memory' | 'pods' | 'address' | 'version'>;

/** What the kernel of a machine tells as /proc/sys/kernel/random/boot_id: another one after each start. */
export const bootID = (name: string, boot: Boot | undefined): string => uuidOf(boot ? `boot/${name}/${boot.id}` : `boot/${name}`);

/** The labels of a machine that its kubelet sets itself (initialNode). */
export const machineLabels = (name: string): Record<string, string> => ({
  'beta.kubernetes.io/arch': 'amd64',
  'beta.kubernetes.io/os': 'linux',
  'kubernetes.io/arch': 'amd64',
  'kubernetes.io/hostname': name,
  'kubernetes.io/os': 'linux',
});

/** The status of a healthy node, as of the cluster's time. Pure. */
export function nodeStatus(
  { name, cpu, memory, pods, address, version }: Reported,
  now: Instant,
  { images = [], boot }: { images?: corev1.ContainerImage[]; boot?: Boot | undefined } = {},
): corev1.NodeStatus {
  const capacity = { cpu, 'ephemeral-storage': STORAGE, 'hugepages-1Gi': '0', 'hugepages-2Mi': '0', memory, pods: String(pods) };
  const features = { recursiveReadOnlyMounts: true, userNamespaces: true };
  return {
    capacity,
    allocatable: { ...capacity },
    conditions: healthyConditions(now),
    addresses: [
      { type: 'InternalIP', address },
      { type: 'Hostname', address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    ...(images.length > 0 ? { images } : {}),
    nodeInfo: {
      machineID: uuidOf(`machine/${name}`).replaceAll('-', ''),
      systemUUID: uuidOf(`system/${name}`),
      bootID: bootID(name, boot),
      kernelVersion: KERNEL_VERSION,
      osImage: OS_IMAGE,
      containerRuntimeVersion: RUNTIME_VERSION,
      kubeletVersion: version,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: 'amd64',
    },
    runtimeHandlers: [
      { name: '', features },
      { name: 'runc', features },
    ],
    features: { supplementalGroupsPolicy: true },
    declaredFeatures: [...DECLARED_FEATURES],
  };
}
