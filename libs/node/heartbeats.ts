import { type coordinationv1, type corev1, Lease, Node } from '#api';
import { formatMicroTime, formatTime, type Instant, type ObjectMeta, parseTime } from '#apimachinery';
import { conditionOf, renewalSkew } from '#component-helpers';
import type { Boot, ClusterContext, ComponentChange, Controller, OpenController, ReconcileContext, WorkQueue } from '#controller-runtime';
import { nodeReference } from './node-reference.js';
import { reportNode } from './node-report.js';
import { bootID, healthyConditions } from './node-status.js';

/** The namespace of the Leases of nodes. */
export const NODE_LEASES = 'kube-node-lease';
/** How often a kubelet renews its lease: a quarter of nodeLeaseDurationSeconds. */
const RENEW_INTERVAL = 10_000;
/**
 * A renewal that is not in whole milliseconds is the last one: the renewals of a running kubelet are computed from one that is
 * (libs/registry/coordination).
 */
const LAST = 0.001;
/** The reasons of conditions that the node lifecycle controller has set because nothing was heard. */
const SILENT = new Set(['NodeStatusUnknown', 'NodeStatusNeverUpdated']);

/** The last renewal of a kubelet that was silenced, given its lease as read. */
export function lastRenewal({ spec }: coordinationv1.Lease, silenced: Instant): Instant {
  const renewed = parseTime(spec?.renewTime ?? '') ?? silenced;
  const since = (silenced - renewed) % RENEW_INTERVAL;
  return Math.floor(silenced - (since < 0 ? since + RENEW_INTERVAL : since));
}

const isLast = (lease: coordinationv1.Lease): boolean => (parseTime(lease.spec?.renewTime ?? '') ?? 0) % 1 !== 0;

/** The conditions that a kubelet which is back reports; undefined if nobody had missed it. */
export function reportedAgain({ status }: corev1.Node, now: Instant): corev1.NodeCondition[] | undefined {
  const conditions = status?.conditions ?? [];
  if (!conditions.some(({ status: is, reason = '' }) => is === 'Unknown' && SILENT.has(reason))) return undefined;
  const healthy = healthyConditions(now);
  return conditions.map((condition) => {
    const known = conditionOf(healthy, condition.type);
    if (known === undefined) return condition;
    return condition.status === 'Unknown' ? known : { ...condition, lastHeartbeatTime: formatTime(now) };
  });
}

/** The signs of life of simulated kubelets, as far as they are written: the last one before a fault, and the first one after it. */
class Heartbeats implements OpenController {
  readonly concurrency = 64;
  /** Nodes whose kubelet does not run. */
  private readonly stopped = new Set<string>();

  constructor(
    private readonly context: ClusterContext,
    queue: WorkQueue,
  ) {
    const { informers, faults } = context;
    informers.of(Lease);
    const nodes = informers.of(Node);
    faults.onChange(() => {
      for (const { metadata } of nodes.list()) queue.add(metadata.name);
    });
    nodes.on(({ object, deleted, revision }) => {
      const { name } = object.metadata;
      if (deleted) this.stopped.delete(name);
      if (deleted) return;
      const isSilent = faults.kubelet(name) !== undefined || conditionOf(object.status?.conditions, 'Ready')?.status === 'Unknown';
      if (isSilent || isRebooted(object, faults.boot(name))) queue.add(name, revision || undefined);
    });
  }

  async reconcile(name: string, ctx: ReconcileContext): Promise<undefined> {
    const { informers, faults } = this.context;
    const node = informers.of(Node).get(name);
    if (!node?.status?.nodeInfo?.kubeletVersion) return;
    const lease = informers.of(Lease).get(name, NODE_LEASES);
    const outage = faults.kubelet(name);
    if (outage) {
      if (outage.state === 'stopped') this.stopped.add(name);
      if (lease) await lastSign(lease, outage.since, ctx);
      return;
    }
    const boot = faults.boot(name);
    const rebooted = isRebooted(node, boot);
    if (this.stopped.delete(name) || rebooted) say(node, startEvents(name), ctx);
    const now = Math.floor(ctx.clock.now());
    if (lease) await renewAgain(lease, { now, skew: faults.skewAt(name, now) }, ctx);
    if (rebooted) await reportBoot(node, bootID(name, boot), ctx);
    else {
      const conditions = reportedAgain(node, now);
      if (conditions) await report(node, { conditions }, ctx);
    }
  }
}

/** Writes the last renewal of the Lease of a kubelet that was silenced. */
export async function lastSign(lease: coordinationv1.Lease, silenced: Instant, ctx: ReconcileContext): Promise<void> {
  if (!isLast(lease)) await renew(lease, { at: lastRenewal(lease, silenced + renewalSkew(lease)) + LAST }, ctx);
}

/** What the API server notes of a renewal: it tells by how much the kubelet's clock is wrong (renewalSkew). */
const notedAt = (now: Instant): ObjectMeta['managedFields'] => [
  {
    manager: 'kubelet',
    operation: 'Update',
    apiVersion: 'coordination.k8s.io/v1',
    time: formatTime(now),
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': { 'f:renewTime': {} } },
  },
];

/** The first renewal of a kubelet that was silent, or whose clock shows something else than before. */
async function renewAgain(
  lease: coordinationv1.Lease,
  { now, skew }: { now: Instant; skew: number },
  ctx: ReconcileContext,
): Promise<void> {
  const before = renewalSkew(lease);
  const isChanged = Math.abs(before - skew) >= 1_000;
  if (!isLast(lease) && !isChanged) return;
  await renew(lease, { at: now + skew, ...(skew !== 0 || before !== 0 ? { managedFields: notedAt(now) } : {}) }, ctx);
}

async function renew(
  { metadata }: coordinationv1.Lease,
  { at, managedFields }: { at: Instant; managedFields?: ObjectMeta['managedFields'] },
  { client }: ReconcileContext,
): Promise<void> {
  const { name, namespace } = metadata;
  const noted = managedFields && { metadata: { managedFields } };
  await client.as({ node: name }).patch(Lease, name, namespace, 'merge', { ...noted, spec: { renewTime: formatMicroTime(at) } });
}

async function report(node: corev1.Node, status: Pick<corev1.NodeStatus, 'conditions' | 'nodeInfo'>, ctx: ReconcileContext): Promise<void> {
  await reportNode(node, status, ctx.client);
  say(node, reportedReasons(node), ctx);
}

/** Whether a machine has been started since its kubelet reported last. */
export const isRebooted = ({ metadata, status }: corev1.Node, boot: Boot | undefined): boolean =>
  boot !== undefined && Boolean(status?.nodeInfo?.kubeletVersion) && status?.nodeInfo?.bootID !== bootID(metadata.name, boot);

/** The first report of a kubelet after its machine has been started (nodestatus MachineInfo): it knows nothing of a shutdown before. */
async function reportBoot(node: corev1.Node, id: string, ctx: ReconcileContext): Promise<void> {
  const { name } = node.metadata;
  const { nodeInfo, conditions = [] } = node.status ?? {};
  if (nodeInfo === undefined) return;
  const now = Math.floor(ctx.clock.now());
  const healthy = healthyConditions(now);
  const reported = (reportedAgain(node, now) ?? conditions).map((condition) =>
    condition.type === 'Ready' && condition.status !== 'True' ? (conditionOf(healthy, 'Ready') ?? condition) : condition,
  );
  await report(node, { conditions: reported, nodeInfo: { ...nodeInfo, bootID: id } }, ctx);
  if (conditionOf(conditions, 'Ready')?.status === 'False') say(node, [['NodeReady', `Node ${name} status is now: NodeReady`]], ctx);
  const recorder = ctx.recorder.through(ctx.client.as({ node: name }));
  const message = `Node ${name} has been rebooted, boot id: ${id}`;
  recorder.record({ about: nodeReference(node), type: 'Warning', reason: 'Rebooted', message, host: name });
}

/** What a kubelet says of each condition that nobody knew while it was silent, in the order in which it sets them. */
const REPORTED: ReadonlyArray<readonly [type: string, reason: string]> = [
  ['MemoryPressure', 'NodeHasSufficientMemory'],
  ['DiskPressure', 'NodeHasNoDiskPressure'],
  ['PIDPressure', 'NodeHasSufficientPID'],
  ['Ready', 'NodeReady'],
];

/** The events of a kubelet whose node was unknown. */
function reportedReasons({ metadata, status }: corev1.Node): Said[] {
  const isUnknown = (type: string): boolean => conditionOf(status?.conditions, type)?.status === 'Unknown';
  return REPORTED.flatMap(([type, reason]) =>
    isUnknown(type) ? [[reason, `Node ${metadata.name} status is now: ${reason}`] as const] : [],
  );
}

type Said = readonly [reason: string, message: string];

/**
 * The events of a kubelet that starts: BirthCry, those of the status with which it would register (kubelet_node_status.go initialNode: it
 * knows of no conditions before), enforceNodeAllocatableCgroups.
 */
export const startEvents = (name: string): readonly Said[] => [
  ['Starting', 'Starting kubelet.'],
  ...REPORTED.flatMap(([type, reason]): Said[] => (type === 'Ready' ? [] : [[reason, `Node ${name} status is now: ${reason}`]])),
  ['NodeAllocatableEnforced', 'Updated Node Allocatable limit across pods'],
];

/** Records what a kubelet says of its node. */
export function say(node: corev1.Node, said: readonly Said[], ctx: ReconcileContext): void {
  const host = node.metadata.name;
  const recorder = ctx.recorder.through(ctx.client.as({ node: host }));
  for (const [reason, message] of said) recorder.record({ about: nodeReference(node), type: 'Normal', reason, message, host });
}

/** Whether a change may concern it: nodes of which nothing is heard any more. */
const interests = ({ group, resource, deleted, object }: ComponentChange): boolean =>
  group === '' &&
  resource === 'nodes' &&
  !deleted &&
  conditionOf((object() as corev1.Node).status?.conditions, 'Ready')?.status === 'Unknown';

export const heartbeats: Controller = {
  name: 'kubelet-heartbeats',
  eventSource: 'kubelet',
  interests,
  open: (context, queue) => new Heartbeats(context, queue),
};
