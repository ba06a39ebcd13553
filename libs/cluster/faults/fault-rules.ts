import { formatGoDuration, type Instant } from '#apimachinery';
import type { ManagerPlace } from '../cloud/cloud.js';
import {
  CLOUD_CONTROLLER_MANAGER,
  type Fault,
  type FaultList,
  FaultRefused,
  type FaultRequest,
  type FaultType,
  type FaultyComponent,
  STATIC_COMPONENTS,
} from './fault.js';

/** Of one cluster at most. */
const MOST_FAULTS = 100;

/** The nodes of a cluster, as far as faults are concerned. */
export interface FaultyNodes {
  has(node: string): boolean;
  /** Those of the control plane. */
  readonly controlPlane: readonly string[];
  /** When a node was made. */
  madeAt(node: string): Instant;
  /** Where the cloud-controller-manager of the cloud runs whose machines they are. */
  readonly cloudManager: ManagerPlace;
}

type Rule = (request: FaultRequest, nodes: FaultyNodes) => string | undefined;

const isStatic = ({ component }: FaultRequest): boolean => STATIC_COMPONENTS.some((each) => each === component);

/** cloud-controller-manager is not in every cluster, and not in pods in those of a former version. */
const cloudRule: Rule = ({ component, node, type }, { cloudManager }) => {
  if (component !== CLOUD_CONTROLLER_MANAGER || cloudManager === 'static-pods') return undefined;
  if (cloudManager === 'nowhere') return `there is no ${component}: the nodes are machines of no cloud`;
  const isWhole = node === undefined && ['stop', 'pause', 'slow'].includes(type);
  return isWhole ? undefined : `${component} runs on no node of the cluster: it can be stopped, paused and slowed`;
};

/** A component of the control plane, or the kubelet of a named node. */
const componentRule: Rule = ({ component, node }, { controlPlane }) => {
  if (component === 'kubelet') return node === undefined ? 'the node of the kubelet must be named' : undefined;
  return node === undefined || controlPlane.includes(node) ? undefined : `${component} does not run on ${node}`;
};

/** One instance of a component of the control plane. */
const instanceRule: Rule = (request, nodes) => {
  if (!isStatic(request)) return `${request.type} needs one of the components ${STATIC_COMPONENTS.join(', ')}`;
  if (request.node === undefined && nodes.controlPlane.length > 1) return 'the node must be named';
  return componentRule(request, nodes);
};

/** Slower than this a component is as good as one that is paused. */
const LONGEST: Readonly<Partial<Record<FaultyComponent, { delay: number; why: string }>>> = {
  'kube-apiserver': { delay: 9_000, why: 'kubelets and leaders give up their requests after 10s, as if it were paused' },
  etcd: { delay: 6_000, why: 'its clients give up their requests after 7s, as if it were paused' },
};

/** A smaller skew is not seen. */
const SHORTEST_SKEW = 1_000;

const pullRule: Rule = ({ component }) => (component === undefined ? undefined : 'images are pulled by nodes, not by components');

/** Why nothing in the cluster would feel a fault, by its type; undefined if something would. */
const RULES: Readonly<Record<FaultType, Rule>> = {
  stop: (request, nodes) => {
    if (request.component !== undefined) return componentRule(request, nodes);
    return request.node === undefined ? 'a component or a node must be named' : undefined;
  },
  crash: (request, nodes) => {
    if (request.component === 'kubelet') return 'systemd restarts a kubelet at once: it can be stopped or paused';
    return isStatic(request) ? componentRule(request, nodes) : 'crash needs a component';
  },
  pause: (request, nodes) => {
    if (request.component !== undefined) return componentRule(request, nodes);
    return request.node === undefined ? 'a component or a node must be named' : 'pause is not supported for a node';
  },
  slow: (request, nodes) => {
    if (request.delay === undefined) return 'delay: must be given';
    if (request.component === undefined) return 'slow needs a component';
    const most = LONGEST[request.component];
    if (most !== undefined && request.delay > most.delay) return `delay: must be at most ${formatGoDuration(most.delay)}: ${most.why}`;
    return componentRule(request, nodes);
  },
  cut: ({ component, node, peer }) => {
    if (component !== undefined) return 'nodes are cut off, not components';
    if (node === undefined) return 'the node to cut off must be named';
    return node === peer ? 'a node cannot be cut off from itself' : undefined;
  },
  'fill-disk': (request, nodes) => {
    if (request.component !== undefined && request.component !== 'etcd') return 'only nodes and members of etcd have a disk to fill';
    if (request.component === undefined) return request.node === undefined ? 'the node must be named' : undefined;
    return componentRule(request, nodes);
  },
  shutdown: ({ component, node }, { controlPlane }) => {
    if (component !== undefined) return 'nodes are shut down, not components';
    if (node === undefined) return 'the node must be named';
    return controlPlane.includes(node) ? `${node} runs the control plane: it can be stopped` : undefined;
  },
  'skew-clock': ({ component, node, skew }) => {
    if (component !== undefined || node === undefined) return 'nodes have a clock: one must be named';
    if (skew === undefined) return 'skew: must be given';
    return Math.abs(skew) < SHORTEST_SKEW ? 'skew: must be at least 1s: objects tell whole seconds' : undefined;
  },
  'slow-pull': (request, nodes) => pullRule(request, nodes) ?? (request.delay === undefined ? 'delay: must be given' : undefined),
  'fail-pull': pullRule,
  'corrupt-manifest': instanceRule,
  'corrupt-data': (request, nodes) => {
    if (request.component !== 'etcd') return 'only members of etcd have data to corrupt';
    return instanceRule(request, nodes);
  },
};

/** The fields that only some types have. */
const FIELDS: ReadonlyArray<{ field: 'peer' | 'exitCode' | 'delay' | 'skew' | 'image'; types: readonly FaultType[]; message: string }> = [
  { field: 'peer', types: ['cut'], message: 'only a cut has a peer' },
  { field: 'exitCode', types: ['crash'], message: 'only a crash has an exit code' },
  { field: 'delay', types: ['slow', 'slow-pull'], message: 'only slow and slow-pull have a delay' },
  { field: 'skew', types: ['skew-clock'], message: 'only skew-clock has a skew' },
  { field: 'image', types: ['slow-pull', 'fail-pull'], message: 'only slow-pull and fail-pull have an image' },
];

function troubleOf(request: FaultRequest, nodes: FaultyNodes): string | undefined {
  const missing = [request.node, request.peer].find((name) => name !== undefined && !nodes.has(name));
  if (missing !== undefined) return `there is no node ${missing}`;
  const odd = FIELDS.find(({ field, types }) => request[field] !== undefined && !types.includes(request.type));
  return odd?.message ?? cloudRule(request, nodes) ?? RULES[request.type](request, nodes);
}

/** Faults of the same kind exclude each other where they have the same target. */
const KINDS: Readonly<Partial<Record<FaultType, string>>> = {
  stop: 'process',
  crash: 'process',
  pause: 'process',
  'corrupt-data': 'process',
  shutdown: 'process',
};
const kindOf = (type: FaultType): string => KINDS[type] ?? type;

const sameTarget = (one: FaultRequest, other: FaultRequest): boolean =>
  one.component === other.component &&
  one.node === other.node &&
  one.peer === other.peer &&
  one.image === other.image &&
  kindOf(one.type) === kindOf(other.type);

/** The only instance of a component need not be named. */
function named(request: FaultRequest, { controlPlane }: FaultyNodes): FaultRequest {
  const isInstance = request.type === 'corrupt-manifest' || request.type === 'corrupt-data';
  const [node] = controlPlane;
  return isInstance && request.node === undefined && node !== undefined ? { ...request, node } : request;
}

/** The faults with one more. Throws FaultRefused. */
export function withFault(list: FaultList, request: FaultRequest, { nodes, now }: { nodes: FaultyNodes; now: Instant }): FaultList {
  const trouble = troubleOf(request, nodes);
  if (trouble !== undefined) throw new FaultRefused(trouble);
  const wanted = named(request, nodes);
  const standing = list.faults.find((fault) => sameTarget(fault, wanted));
  if (standing) throw new FaultRefused(`${standing.id} concerns the same part`);
  if (list.faults.length >= MOST_FAULTS) throw new FaultRefused(`a cluster has at most ${MOST_FAULTS} faults`);
  const isSkewed = wanted.type === 'skew-clock';
  const fault: Fault = {
    ...{ id: `fault-${list.next}`, ...wanted, since: now },
    ...(isSkewed ? { validFrom: nodes.madeAt(wanted.node ?? '') } : {}),
  };
  return { ...list, next: list.next + 1, faults: [...list.faults, fault] };
}

/** The faults without one; undefined if there is none with this id. */
export function withoutFault(list: FaultList, id: string): FaultList | undefined {
  const faults = list.faults.filter((fault) => fault.id !== id);
  return faults.length === list.faults.length ? undefined : { ...list, faults };
}
