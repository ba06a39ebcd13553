import type { Instant, KubeObject } from '#apimachinery';
import type { ControlPlaneHistory } from './history.js';

/** What can be done to a part of a cluster. `cut`: nothing gets from a node to another one, or to all others. */
export const FAULT_TYPES = ['stop', 'pause', 'cut'] as const;
type FaultType = (typeof FAULT_TYPES)[number];

/** The components that can fail, each on its own. */
export const FAULTY_COMPONENTS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet'] as const;
export type FaultyComponent = (typeof FAULTY_COMPONENTS)[number];

/** A fault that cannot be injected, and why. */
export class FaultRefused extends Error {}

/** What is asked for. Without a component it concerns the node as a whole; without a node, all instances of the component. */
export interface FaultRequest {
  type: FaultType;
  component?: FaultyComponent;
  node?: string;
  /** The other end of a cut; unset: all other nodes. */
  peer?: string;
}

/** A request as a client words it. Throws FaultRefused for types and components that there are not. */
export function faultRequestOf({ type, component, node, peer }: { [field in keyof FaultRequest]?: string }): FaultRequest {
  const known = FAULT_TYPES.find((each) => each === type);
  if (known === undefined) throw new FaultRefused(`type: must be one of ${FAULT_TYPES.join(', ')}`);
  const part = FAULTY_COMPONENTS.find((each) => each === component);
  if (part === undefined && component !== undefined) throw new FaultRefused(`component: must be one of ${FAULTY_COMPONENTS.join(', ')}`);
  return {
    type: known,
    ...(part === undefined ? {} : { component: part }),
    ...(node === undefined ? {} : { node }),
    ...(peer === undefined ? {} : { peer }),
  };
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
  history: ControlPlaneHistory;
}

/** The key of the row. */
export const FAULTS_KEY = '/machine/faults';

/** Of one cluster at most. */
const MOST_FAULTS = 100;

/** The nodes of a cluster, as far as faults are concerned. */
export interface FaultyNodes {
  has(node: string): boolean;
  /** Those of the control plane. */
  readonly controlPlane: readonly string[];
}

const sameTarget = (one: FaultRequest, other: FaultRequest): boolean =>
  one.component === other.component &&
  one.node === other.node &&
  one.peer === other.peer &&
  (one.type === 'cut') === (other.type === 'cut');

/** Why a cut would not be felt. */
function cutTrouble({ component, node, peer }: FaultRequest): string | undefined {
  if (component !== undefined) return 'nodes are cut off, not components';
  if (node === undefined) return 'the node to cut off must be named';
  return node === peer ? 'a node cannot be cut off from itself' : undefined;
}

/** Why nothing in the cluster would feel the fault; undefined if something would. */
function troubleOf(request: FaultRequest, nodes: FaultyNodes): string | undefined {
  const { type, component, node, peer } = request;
  const missing = [node, peer].find((name) => name !== undefined && !nodes.has(name));
  if (missing !== undefined) return `there is no node ${missing}`;
  if (type === 'cut') return cutTrouble(request);
  if (peer !== undefined) return 'only a cut has a peer';
  if (component === undefined) {
    if (node === undefined) return 'a component or a node must be named';
    return type === 'stop' ? undefined : `${type} is not supported for a node`;
  }
  if (component === 'kubelet') return node === undefined ? 'the node of the kubelet must be named' : undefined;
  return node === undefined || nodes.controlPlane.includes(node) ? undefined : `${component} does not run on ${node}`;
}

/** The faults with one more. Throws FaultRefused. */
export function withFault(list: FaultList, request: FaultRequest, { nodes, now }: { nodes: FaultyNodes; now: Instant }): FaultList {
  const trouble = troubleOf(request, nodes);
  if (trouble !== undefined) throw new FaultRefused(trouble);
  const standing = list.faults.find((fault) => sameTarget(fault, request));
  if (standing) throw new FaultRefused(`${standing.id} concerns the same part`);
  if (list.faults.length >= MOST_FAULTS) throw new FaultRefused(`a cluster has at most ${MOST_FAULTS} faults`);
  const { type, component, node, peer } = request;
  const fault: Fault = {
    id: `fault-${list.next}`,
    type,
    ...(component === undefined ? {} : { component }),
    ...(node === undefined ? {} : { node }),
    ...(peer === undefined ? {} : { peer }),
    since: now,
  };
  return { ...list, next: list.next + 1, faults: [...list.faults, fault] };
}

/** The faults without one; undefined if there is none with this id. */
export function withoutFault(list: FaultList, id: string): FaultList | undefined {
  const faults = list.faults.filter((fault) => fault.id !== id);
  return faults.length === list.faults.length ? undefined : { ...list, faults };
}

/** The fault that keeps a component from working on a node; undefined if there is none. */
export const faultOf = (faults: readonly Fault[], component: FaultyComponent, node: string): Fault | undefined =>
  faults.find(
    (fault) =>
      fault.type !== 'cut' &&
      (fault.component === component
        ? fault.node === undefined || fault.node === node
        : fault.component === undefined && fault.node === node),
  );

/** The fault that keeps two nodes from reaching one another. */
export const cutBetween = (faults: readonly Fault[], one: string, other: string): Fault | undefined =>
  one === other
    ? undefined
    : faults.find(
        ({ type, node, peer }) =>
          type === 'cut' &&
          ((node === one && (peer === undefined || peer === other)) || (node === other && (peer === undefined || peer === one))),
      );
