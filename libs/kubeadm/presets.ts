import type { NamedNode } from './template.js';

/** How the tools that people learn with name the nodes of a cluster. */
export const NODE_PRESETS = ['kubeadm', 'kind', 'killercoda', 'minikube'] as const;
export type NodePreset = (typeof NODE_PRESETS)[number];

/** The nth node (from 1) of a role. */
type Naming = (position: number) => string;

const plain =
  (name: string, separator: string): Naming =>
  (position) =>
    position === 1 ? name : `${name}${separator}${position}`;
const twoDigits = (position: number): string => String(position).padStart(2, '0');

const NAMES: Readonly<Record<Exclude<NodePreset, 'minikube'>, { controlPlane: Naming; worker: Naming }>> = {
  kubeadm: { controlPlane: plain('control-plane', '-'), worker: (position) => `worker-${position}` },
  // kind's default name of a cluster (pkg/cluster/internal/providers/common MakeNodeNamer).
  kind: { controlPlane: plain('kind-control-plane', ''), worker: plain('kind-worker', '') },
  killercoda: { controlPlane: plain('controlplane', ''), worker: (position) => `node${twoDigits(position)}` },
};

/** minikube counts all nodes, and gives those of the control plane no taint (pkg/minikube/node, machine.nodeName). */
function minikubeNode(position: number, role: NamedNode['role']): NamedNode {
  const labels = { 'minikube.k8s.io/name': 'minikube', 'minikube.k8s.io/primary': String(position === 1) };
  return { name: position === 1 ? 'minikube' : `minikube-m${twoDigits(position)}`, role, labels, taints: [] };
}

/** The nodes of a preset: `count` of them, the first `controlPlanes` of the control plane. */
export function presetNodes(preset: NodePreset, { count, controlPlanes = 1 }: { count: number; controlPlanes?: number }): NamedNode[] {
  return Array.from({ length: count }, (_, index): NamedNode => {
    const role = index < controlPlanes ? 'control-plane' : 'worker';
    if (preset === 'minikube') return minikubeNode(index + 1, role);
    const { controlPlane, worker } = NAMES[preset];
    return { name: role === 'worker' ? worker(index - controlPlanes + 1) : controlPlane(index + 1), role };
  });
}
