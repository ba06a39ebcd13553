import type { Machine } from '#controller-runtime';
import { nodePodCIDR } from '#network';

/** The properties of a new cluster. */
export interface ClusterTemplate {
  nodes: {
    /** All nodes, including the control plane's. */
    count: number;
    /** Those that run the control plane, each with a member of etcd; default 1. */
    controlPlanes?: number;
    /** Of each node, as quantities: `4`, `8Gi`. */
    cpu: string;
    memory: string;
    /** Maximum pods per node. */
    pods: number;
    /** The nodes one by one, as many as `count`; by default they are named as kubeadm's learners name them. */
    named?: readonly NamedNode[];
  };
  /** The version of Kubernetes that the nodes show; default that of the API served. */
  version?: string;
  /** The CA bundle that clients of the cluster trust, PEM. */
  rootCA: string;
  /** Where clients reach the API, for kube-public's cluster-info; default the control plane's own address. */
  server?: string;
  /** Cluster time, for creation timestamps and the like. */
  now: number;
}

/** One node with what is special about it. */
export interface NamedNode {
  name: string;
  role: 'control-plane' | 'worker';
  cpu?: string;
  memory?: string;
  pods?: number;
  /** Besides those that its kubelet and kubeadm set. */
  labels?: Readonly<Record<string, string>>;
  /** Default: kubeadm's for the control plane of a cluster with several nodes, otherwise none. */
  taints?: ReadonlyArray<{ key: string; value?: string; effect: string }>;
  zone?: string;
  region?: string;
  /** The version of its kubelet; default that of the cluster. */
  version?: string;
}

/** One control-plane node and two workers, with 4 cpu, 8Gi and 110 pods each. */
export const DEFAULT_NODES: ClusterTemplate['nodes'] = { count: 3, cpu: '4', memory: '8Gi', pods: 110 };

/** A node to be. */
export interface NodePlan {
  name: string;
  controlPlane: boolean;
  address: string;
  podCIDR: string;
  cpu: string;
  memory: string;
  pods: number;
  /** Besides those of every node. */
  labels: Readonly<Record<string, string>>;
  taints: ReadonlyArray<{ key: string; value?: string; effect: string }>;
  version: string;
}

/** The versions kubeadm v1.36 installs (cmd/kubeadm/app/constants). */
export const VERSIONS = {
  kubernetes: 'v1.36.2',
  etcd: '3.6.8-0',
  coredns: 'v1.14.2',
  kindnetd: 'v20250512-df8de77b',
  pause: '3.10.2',
} as const;

/** The name of the node that runs the control plane. */
const CONTROL_PLANE = 'control-plane';

const FIRST_ADDRESS = 10;

/** `192.168.0.10` and following: outside of the pods' and the Services' ranges; the third octet is incremented after 246 nodes. */
function addressOf(index: number): string {
  const host = FIRST_ADDRESS + index;
  return `192.168.${Math.floor(host / 256)}.${host % 256}`;
}

/** `control-plane`, `control-plane-2` … and `worker-1` … */
function nameOf(index: number, controlPlanes: number): string {
  if (index >= controlPlanes) return `worker-${index - controlPlanes + 1}`;
  return index === 0 ? CONTROL_PLANE : `${CONTROL_PLANE}-${index + 1}`;
}

const CONTROL_PLANE_TAINT = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };
const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';

/** The nodes as kubeadm's learners name them. */
const unnamed = ({ count, controlPlanes = 1 }: ClusterTemplate['nodes']): NamedNode[] =>
  Array.from({ length: count }, (_, index) => ({
    name: nameOf(index, controlPlanes),
    role: index < controlPlanes ? 'control-plane' : 'worker',
  }));

/** The nodes of a template, the control plane's first. Throws a RangeError for more nodes than there are pod CIDRs (8192). */
export function planNodes({ nodes, version = VERSIONS.kubernetes }: Pick<ClusterTemplate, 'nodes' | 'version'>): NodePlan[] {
  const wanted = nodes.named ?? unnamed(nodes);
  const ordered = [...wanted.filter(({ role }) => role === 'control-plane'), ...wanted.filter(({ role }) => role !== 'control-plane')];
  return ordered.map((node, index) => {
    const podCIDR = nodePodCIDR(index);
    if (podCIDR === undefined) throw new RangeError(`no pod CIDR is left for node ${index + 1}`);
    const { name, role, labels, zone, region } = node;
    const controlPlane = role === 'control-plane';
    // A single node has no taint, or nothing could run.
    const taints = node.taints ?? (controlPlane && ordered.length > 1 ? [CONTROL_PLANE_TAINT] : []);
    return {
      ...{ name, controlPlane, address: addressOf(index), podCIDR, taints },
      ...{ cpu: node.cpu ?? nodes.cpu, memory: node.memory ?? nodes.memory, pods: node.pods ?? nodes.pods },
      labels: { ...(zone !== undefined && { [ZONE]: zone }), ...(region !== undefined && { [REGION]: region }), ...labels },
      version: node.version ?? version,
    };
  });
}

/** The machine of a node. Its kubelet registers no taints of the control plane: kubeadm adds them, as it adds the label of the role. */
export function machineOf({ name, controlPlane, address, cpu, memory, pods, version, labels, taints }: NodePlan): Machine {
  return { name, address, cpu, memory, pods, version, labels, taints: controlPlane ? [] : taints };
}

/** The API server's address for the cluster's own nodes and pods. */
export const internalServer = (nodes: readonly NodePlan[]): string => `https://${nodes[0]?.address ?? '127.0.0.1'}:6443`;
