import { CSINode, Lease, Node } from '#api';
import { formatMicroTime, type KubeObject, type OwnerReference, uuidOf } from '#apimachinery';
import { CSI_NODE_ANNOTATIONS, imagesOfStatus, machineLabels, nodeStatus } from '#node';
import { create, type Made, type Step } from './step.js';
import { type ClusterTemplate, type NodePlan, VERSIONS } from './template.js';

function labelsOf({ name, controlPlane, labels }: NodePlan): Record<string, string> {
  return {
    ...machineLabels(name),
    ...(controlPlane ? { 'node-role.kubernetes.io/control-plane': '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' } : {}),
    ...labels,
  };
}

/** What kubeadm has pulled to a node before its kubelet runs pods; the sandboxes' image is everywhere. */
function imagesOn({ controlPlane, version }: NodePlan): string[] {
  const pulled = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map((name) => `${name}:${version}`);
  const others = [`coredns/coredns:${VERSIONS.coredns}`, `etcd:${VERSIONS.etcd}`];
  return [...(controlPlane ? [...pulled, ...others] : []), `pause:${VERSIONS.pause}`].map((image) => `registry.k8s.io/${image}`);
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
      status: nodeStatus(node, now, { images: imagesOfStatus(imagesOn(node)) }),
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

/** The Lease of a component whose instance on a node leads. */
export function leaderStep(name: string, node: string, now: number): Step {
  const time = formatMicroTime(now);
  return create(Lease, {
    metadata: { name, namespace: 'kube-system' },
    spec: {
      holderIdentity: `${node}_${uuidOf(`${name}/${node}`)}`,
      leaseDurationSeconds: 15,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: 0,
    },
  });
}

/** Each node's lease and its (empty) CSINode; the leases of the control plane's leader election. */
export function leaseSteps(nodes: readonly NodePlan[], made: Made, now: number): Step[] {
  const time = formatMicroTime(now);
  const first = nodes[0]?.name ?? '';
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
            annotations: { ...CSI_NODE_ANNOTATIONS },
            ownerReferences: [ownedBy(node)],
          },
          spec: { drivers: [] },
        }),
      ];
    }),
    leaderStep('kube-controller-manager', first, now),
    leaderStep('kube-scheduler', first, now),
  ];
}
