import { CSINode, type corev1, Lease, Node } from '#api';
import { formatMicroTime, type KubeObject, type OwnerReference } from '#apimachinery';
import { DECLARED_FEATURES, healthyConditions } from '#node';
import { create, type Made, type Step } from './step.js';
import type { ClusterTemplate, NodePlan } from './template.js';

const STORAGE = '100Gi';

function labelsOf({ name, controlPlane, labels }: NodePlan): Record<string, string> {
  return {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    ...(controlPlane ? { 'node-role.kubernetes.io/control-plane': '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' } : {}),
    ...labels,
  };
}

/** An id of the machine, derived from its name: machine-id has 32 digits, the others are UUIDs. */
export function machineId(name: string, kind: string): string {
  let text = '';
  for (let round = 0; text.length < 32; round++) {
    let hash = 0x811c9dc5;
    for (const char of `${kind}/${name}/${round}`) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
    text += (hash >>> 0).toString(16).padStart(8, '0');
  }
  return text;
}

/** The same as a UUID. */
export const asUuid = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');

function statusOf({ name, address, cpu, memory, pods, version }: NodePlan, now: number): corev1.NodeStatus {
  const capacity = { cpu, 'ephemeral-storage': STORAGE, 'hugepages-1Gi': '0', 'hugepages-2Mi': '0', memory, pods: String(pods) };
  return {
    capacity,
    allocatable: { ...capacity },
    conditions: healthyConditions(now),
    addresses: [
      { type: 'InternalIP', address },
      { type: 'Hostname', address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      machineID: machineId(name, 'machine'),
      systemUUID: asUuid(machineId(name, 'system')),
      bootID: asUuid(machineId(name, 'boot')),
      kernelVersion: '6.1.0-37-amd64',
      osImage: 'Debian GNU/Linux 12 (bookworm)',
      containerRuntimeVersion: 'containerd://2.1.4',
      kubeletVersion: version,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: 'amd64',
    },
    declaredFeatures: [...DECLARED_FEATURES],
  };
}

/** The nodes as kubeadm and their kubelets register them. */
export function nodeSteps({ now }: ClusterTemplate, nodes: readonly NodePlan[]): Step[] {
  const annotations = {
    'kubeadm.alpha.kubernetes.io/cri-socket': 'unix:///var/run/containerd/containerd.sock',
    'node.alpha.kubernetes.io/ttl': '0',
    'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
  };
  return nodes.map((node) =>
    create(Node, {
      metadata: { name: node.name, labels: labelsOf(node), annotations },
      spec: { podCIDR: node.podCIDR, podCIDRs: [node.podCIDR], taints: [...node.taints] },
      status: statusOf(node, now),
    }),
  );
}

/** Admission taints every new node as not ready; these nodes are ready. */
export const untaintSteps = (nodes: readonly NodePlan[]): Step[] =>
  nodes.map(({ name, taints }) => ({
    verb: 'patch',
    resource: Node,
    name,
    patch: { spec: { taints: taints.length > 0 ? taints : null } },
  }));

/** An owner reference to an existing object. */
export const ownedBy = ({ apiVersion, kind, metadata }: KubeObject, controller?: true): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid ?? '',
  ...(controller ? { controller: true } : {}),
});

/** Each node's lease and its (empty) CSINode; the leases of the control plane's leader election. */
export function leaseSteps(nodes: readonly NodePlan[], made: Made, now: number): Step[] {
  const time = formatMicroTime(now);
  const leader = (name: string): Step =>
    create(Lease, {
      metadata: { name, namespace: 'kube-system' },
      spec: {
        holderIdentity: `${nodes[0]?.name}_${asUuid(machineId(nodes[0]?.name ?? '', name))}`,
        leaseDurationSeconds: 15,
        acquireTime: time,
        renewTime: time,
        leaseTransitions: 0,
      },
    });
  return [
    ...nodes.flatMap(({ name }) => {
      const node = made.get(Node, name);
      return [
        create(Lease, {
          metadata: { name, namespace: 'kube-node-lease', ownerReferences: [ownedBy(node)] },
          spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: time },
        }),
        create(CSINode, {
          metadata: {
            name,
            annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': MIGRATED_PLUGINS },
            ownerReferences: [ownedBy(node)],
          },
          spec: { drivers: [] },
        }),
      ];
    }),
    leader('kube-controller-manager'),
    leader('kube-scheduler'),
  ];
}

/** In-tree volume plugins that have been migrated to CSI drivers (csi-translation-lib). */
const MIGRATED_PLUGINS = [
  'kubernetes.io/aws-ebs',
  'kubernetes.io/azure-disk',
  'kubernetes.io/azure-file',
  'kubernetes.io/cinder',
  'kubernetes.io/gce-pd',
  'kubernetes.io/portworx-volume',
  'kubernetes.io/vsphere-volume',
].join(',');
