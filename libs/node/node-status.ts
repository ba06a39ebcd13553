import { createHash } from 'node:crypto';
import type { corev1 } from '#api';
import { formatTime, type Instant, parseQuantity, Quantity } from '#apimachinery';
import { findImage } from './images/catalogue.js';
import { parseImage } from './images/reference.js';

/** The node status that the kubelet of a simulated machine reports (kubelet/nodestatus/setters.go). */

/** The version of every simulated node. */
export const KUBELET_VERSION = 'v1.36.2';

/** A simulated machine. */
export interface NodeMachine {
  name: string;
  /** Quantities: `4`, `8Gi`. */
  cpu: string;
  memory: string;
  /** Disk; default 100Gi. */
  ephemeralStorage?: string;
  pods: number;
  internalIP: string;
  /** The cluster's time. */
  now: Instant;
  /** Makes the machine ids of different clusters differ. */
  seed?: string;
  /** Names of its images; default those of a worker. */
  images?: readonly string[];
}

/** What the kubelet does that not every version of it does (kubelet/nodestatus DeclaredFeatures), by name. */
export const DECLARED_FEATURES: readonly string[] = ['ExtendWebSocketsToKubelet', 'RestartAllContainersOnContainerExits'];

/** Memory at which the kubelet evicts pods (evictionHard memory.available). */
const EVICTION_MEMORY = '100Mi';
/** The part of the disk that pods may use (evictionHard nodefs.available 10%). */
const DISK_SHARE = 0.9;

/** Images on every node of a kubeadm cluster. */
const WORKER_IMAGES = [
  'registry.k8s.io/kube-proxy:v1.36.2',
  'registry.k8s.io/coredns/coredns:v1.14.2',
  'registry.k8s.io/pause:3.10.1',
  'docker.io/kindest/kindnetd:v20250512',
];
/** Images on its control-plane node. */
export const CONTROL_PLANE_IMAGES: readonly string[] = [
  'registry.k8s.io/etcd:3.6.6-0',
  'registry.k8s.io/kube-apiserver:v1.36.2',
  'registry.k8s.io/kube-controller-manager:v1.36.2',
  'registry.k8s.io/kube-scheduler:v1.36.2',
  ...WORKER_IMAGES,
];

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

function uuidOf(text: string): string {
  const hex = digest(text);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function capacityOf({ cpu, memory, ephemeralStorage = '100Gi', pods }: NodeMachine): Record<string, string> {
  return {
    cpu: parseQuantity(cpu).toString(),
    'ephemeral-storage': parseQuantity(ephemeralStorage).toString(),
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: parseQuantity(memory).toString(),
    pods: String(pods),
  };
}

function allocatableOf(machine: NodeMachine): Record<string, string> {
  const capacity = capacityOf(machine);
  const disk = Math.floor(parseQuantity(machine.ephemeralStorage ?? '100Gi').toNumber() * DISK_SHARE);
  return {
    ...capacity,
    'ephemeral-storage': Quantity.of(disk).toString(),
    memory: parseQuantity(machine.memory).sub(parseQuantity(EVICTION_MEMORY)).toString(),
  };
}

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

function imagesOf(names: readonly string[]): corev1.ContainerImage[] {
  return names
    .flatMap((name) => {
      const reference = parseImage(name);
      const image = reference && findImage(reference);
      return reference && image ? [{ names: [image.imageID, reference.full], sizeBytes: image.size }] : [];
    })
    .sort((a, b) => b.sizeBytes - a.sizeBytes);
}

/** The status of a healthy node. Pure. */
export function nodeStatus(machine: NodeMachine): corev1.NodeStatus {
  const { name, internalIP, now, seed = '' } = machine;
  const features = { recursiveReadOnlyMounts: true, userNamespaces: true };
  return {
    capacity: capacityOf(machine),
    allocatable: allocatableOf(machine),
    conditions: healthyConditions(now),
    addresses: [
      { type: 'InternalIP', address: internalIP },
      { type: 'Hostname', address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      machineID: digest(`${seed}/${name}/machine`).slice(0, 32),
      systemUUID: uuidOf(`${seed}/${name}/system`),
      bootID: uuidOf(`${seed}/${name}/boot`),
      kernelVersion: '6.12.57+deb13-amd64',
      osImage: 'Debian GNU/Linux 13 (trixie)',
      containerRuntimeVersion: 'containerd://2.2.1',
      kubeletVersion: KUBELET_VERSION,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: 'amd64',
    },
    images: imagesOf(machine.images ?? WORKER_IMAGES),
    runtimeHandlers: [
      { name: '', features },
      { name: 'runc', features },
    ],
    features: { supplementalGroupsPolicy: true },
    declaredFeatures: [...DECLARED_FEATURES],
  };
}

/** Other properties that a node is registered with. */
export interface RegisteredNode extends NodeMachine {
  controlPlane: boolean;
  podCIDR: string;
  labels?: Readonly<Record<string, string>>;
}

/** A node as registered by kubeadm and its kubelet: labels, annotations, taints, pod CIDR, status. uid and times are set by the API. */
export function registeredNode(node: RegisteredNode): corev1.Node {
  const { name, controlPlane, podCIDR, labels } = node;
  const role: Record<string, string> = controlPlane
    ? { 'node-role.kubernetes.io/control-plane': '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
    : {};
  return {
    kind: 'Node',
    apiVersion: 'v1',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...role,
        ...labels,
      },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0', 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: {
      podCIDR,
      podCIDRs: [podCIDR],
      ...(controlPlane ? { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] } : {}),
    },
    status: nodeStatus({ images: controlPlane ? CONTROL_PLANE_IMAGES : WORKER_IMAGES, ...node }),
  };
}
