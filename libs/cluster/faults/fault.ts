import type { Instant, KubeObject } from '#apimachinery';

/** What can be done to a part of a cluster. */
export const FAULT_TYPES = ['stop', 'pause'] as const;
export type FaultType = (typeof FAULT_TYPES)[number];

/** The components that can fail, each on its own. */
export const FAULTY_COMPONENTS = ['kube-controller-manager', 'kube-scheduler', 'kubelet'] as const;
export type FaultyComponent = (typeof FAULTY_COMPONENTS)[number];

/** What is asked for. Without a component it concerns the node as a whole. */
export interface FaultRequest {
  type: FaultType;
  component?: FaultyComponent;
  node?: string;
}

/** A fault that has been injected and not been healed. */
export interface Fault extends FaultRequest {
  id: string;
  /** Cluster time. */
  since: Instant;
}

/** The faults of a cluster, as a row of its store beside /registry: they come along in copies, and every process follows them. */
export interface FaultList extends KubeObject {
  /** The number of the next fault. */
  next: number;
  faults: readonly Fault[];
}

/** The key of the row. */
export const FAULTS_KEY = '/machine/faults';

/** Of one cluster at most. */
export const MOST_FAULTS = 100;

/** No faults, as the row would say it. */
export const NONE: FaultList = {
  apiVersion: 'orrery/v1',
  kind: 'FaultList',
  metadata: { name: 'faults' },
  next: 1,
  faults: [],
};

/** A fault that cannot be injected, and why. */
export class FaultRefused extends Error {}

const sameTarget = (one: FaultRequest, other: FaultRequest): boolean => one.component === other.component && one.node === other.node;

/** The nodes of a cluster, as far as faults are concerned. */
export interface FaultyNodes {
  has(node: string): boolean;
  isControlPlane(node: string): boolean;
}

/** Throws FaultRefused if nothing in the cluster would feel the fault. */
function check(request: FaultRequest, nodes: FaultyNodes): void {
  const { type, component, node } = request;
  if (node !== undefined && !nodes.has(node)) throw new FaultRefused(`there is no node ${node}`);
  if (component === undefined) {
    if (node === undefined) throw new FaultRefused('a component or a node must be named');
    if (type !== 'stop') throw new FaultRefused(`${type} is not supported for a node`);
    if (nodes.isControlPlane(node)) throw new FaultRefused('a node of the control plane cannot be stopped as a whole');
  } else if (component === 'kubelet') {
    if (node === undefined) throw new FaultRefused('the node of the kubelet must be named');
  } else if (node !== undefined && !nodes.isControlPlane(node)) throw new FaultRefused(`${component} does not run on ${node}`);
}

/** The faults with one more. Throws FaultRefused. */
export function withFault(list: FaultList, request: FaultRequest, { nodes, now }: { nodes: FaultyNodes; now: Instant }): FaultList {
  check(request, nodes);
  const standing = list.faults.find((fault) => sameTarget(fault, request));
  if (standing) throw new FaultRefused(`${standing.id} concerns the same part`);
  if (list.faults.length >= MOST_FAULTS) throw new FaultRefused(`a cluster has at most ${MOST_FAULTS} faults`);
  const { type, component, node } = request;
  const fault: Fault = {
    id: `fault-${list.next}`,
    type,
    ...(component === undefined ? {} : { component }),
    ...(node === undefined ? {} : { node }),
    since: now,
  };
  return { ...list, next: list.next + 1, faults: [...list.faults, fault] };
}

/** The faults without one; undefined if there is none with this id. */
export function withoutFault(list: FaultList, id: string): FaultList | undefined {
  const faults = list.faults.filter((fault) => fault.id !== id);
  return faults.length === list.faults.length ? undefined : { ...list, faults };
}
