import type { corev1 } from '#api';
import type { CloudInstance } from '#controller-runtime';

/** What cloud-controller-manager makes of a node (cloud-provider controllers/node). Pure. */

const UNINITIALIZED = 'node.cloudprovider.kubernetes.io/uninitialized';
const SHUTDOWN = { key: 'node.cloudprovider.kubernetes.io/shutdown', effect: 'NoSchedule' };

/** Whether nobody has initialised the node yet. */
export function isUninitialized({ spec }: corev1.Node): boolean {
  return spec.taints?.some(({ key }) => key === UNINITIALIZED) === true;
}

/** The labels that tell a machine's type and place, in their old and new form. */
function labelsOf({ type, zone, region }: CloudInstance): Record<string, string> {
  return {
    'beta.kubernetes.io/instance-type': type,
    'node.kubernetes.io/instance-type': type,
    'failure-domain.beta.kubernetes.io/zone': zone,
    'topology.kubernetes.io/zone': zone,
    'failure-domain.beta.kubernetes.io/region': region,
    'topology.kubernetes.io/region': region,
  };
}

/** A node with what its machine tells, and without the taint. */
export function initialized(node: corev1.Node, instance: CloudInstance): corev1.Node {
  const { metadata, spec } = node;
  const taints = (spec.taints ?? []).filter(({ key }) => key !== UNINITIALIZED);
  const { taints: _, ...kept } = spec;
  return {
    ...node,
    metadata: { ...metadata, labels: { ...metadata.labels, ...labelsOf(instance) } },
    spec: { ...kept, ...(taints.length > 0 ? { taints } : {}), providerID: spec.providerID || instance.providerID },
  };
}

/** The addresses that a node should have; undefined if it has them. */
export function changedAddresses({ status }: corev1.Node, { addresses }: CloudInstance): corev1.NodeAddress[] | undefined {
  const present = status?.addresses ?? [];
  const wanted = addresses.map((address) => ({ ...address }));
  const same =
    present.length === wanted.length &&
    wanted.every(({ type, address }) => present.some((one) => one.type === type && one.address === address));
  return same || wanted.length === 0 ? undefined : wanted;
}

const isReady = ({ status }: corev1.Node): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;

/** What becomes of a node whose machine is gone or shut down (controllers/nodelifecycle MonitorNodes). */
export type Fate = { step: 'keep' } | { step: 'delete' } | { step: 'taint'; taints: corev1.Taint[] };

/** Only nodes that are not ready are looked up in the cloud. `time` is now, as metav1.Time. */
export function fateOf(node: corev1.Node, instance: CloudInstance | undefined, time: string): Fate {
  const taints = node.spec.taints ?? [];
  const others = taints.filter(({ key, effect }) => key !== SHUTDOWN.key || effect !== SHUTDOWN.effect);
  const isTainted = others.length < taints.length;
  if (isReady(node)) return isTainted ? { step: 'taint', taints: others } : { step: 'keep' };
  if (instance === undefined) return { step: 'delete' };
  if (instance.stopped === undefined || isTainted) return { step: 'keep' };
  return { step: 'taint', taints: [...taints, { ...SHUTDOWN, timeAdded: time }] };
}

/** The condition of a node that can be reached from the others' pods (controllers/route). */
export function routeCondition({ spec, status }: corev1.Node, time: string): corev1.NodeCondition | undefined {
  const before = status?.conditions?.find(({ type }) => type === 'NetworkUnavailable');
  if (!spec.podCIDR || (before?.status === 'False' && before.reason === 'RouteCreated')) return undefined;
  return {
    ...{ type: 'NetworkUnavailable', status: 'False', reason: 'RouteCreated', message: 'RouteController created a route' },
    ...{ lastHeartbeatTime: time, lastTransitionTime: time },
  };
}
