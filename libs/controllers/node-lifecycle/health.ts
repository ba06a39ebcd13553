import type { coordinationv1, corev1 } from '#api';
import { formatTime, type Instant, parseTime } from '#apimachinery';
import { CONTROLLER_DEFAULTS, type ControllerOptions } from '#component-base';
import { conditionOf, lastReported } from '#component-helpers';

/** How often upstream looks at the nodes (--node-monitor-period). */
const MONITOR_PERIOD = 5_000;

/** How often a kubelet renews its lease: a quarter of nodeLeaseDurationSeconds. */
const RENEW_INTERVAL = 10_000;

/** The conditions of which only a kubelet knows the status; NetworkUnavailable is set by others. */
const REPORTED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** What was last seen of a node, and when. */
export interface NodeHealth {
  uid: string;
  /** When the last sign of its kubelet was seen. */
  probed: Instant;
  /** The heartbeat time and the transition time of its Ready condition. */
  reported?: string;
  renewed?: string;
}

/** The status of a node's Ready condition. */
export function readyStatus({ status }: corev1.Node): string | undefined {
  return conditionOf(status?.conditions, 'Ready')?.status;
}

/** Whether a simulated kubelet runs on a node: one that was merely created through the API has none. */
export function hasKubelet({ status }: corev1.Node): boolean {
  return Boolean(status?.nodeInfo?.kubeletVersion);
}

/** What is seen of a node now: a new report or a renewed lease is a sign of its kubelet (tryUpdateNodeHealth). Pure. */
export function observe(
  node: corev1.Node,
  lease: coordinationv1.Lease | undefined,
  before: NodeHealth | undefined,
  now: Instant,
): NodeHealth {
  const { uid = '', creationTimestamp } = node.metadata;
  const ready = conditionOf(node.status?.conditions, 'Ready');
  const reported = ready?.lastHeartbeatTime;
  const renewed = lease?.spec?.renewTime;
  const seen = { uid, ...(reported === undefined ? {} : { reported }), ...(renewed === undefined ? {} : { renewed }) };
  if (before?.uid !== uid) {
    const born = ready === undefined && renewed === undefined && creationTimestamp !== undefined ? parseTime(creationTimestamp) : undefined;
    return { ...seen, probed: born ?? now };
  }
  const isSign = before.reported !== reported || (renewed !== undefined && (before.renewed === undefined || before.renewed < renewed));
  return { ...seen, probed: isSign ? now : before.probed };
}

/** The last renewal of its lease by a kubelet that stopped then; the lease as read is renewed up to now. */
export function lastRenewal(lease: coordinationv1.Lease | undefined, stopped: Instant): Instant {
  const renewed = parseTime(lease?.spec?.renewTime ?? '') ?? stopped;
  const since = (stopped - renewed) % RENEW_INTERVAL;
  return stopped - (since < 0 ? since + RENEW_INTERVAL : since);
}

/** When a silent node becomes Unknown: the first look after its grace period. */
export function unknownAt(node: corev1.Node, probed: Instant, options: ControllerOptions = CONTROLLER_DEFAULTS): Instant {
  const grace = readyStatus(node) === undefined ? options.nodeStartupGracePeriod : options.nodeGracePeriod;
  return (Math.floor((probed + grace) / MONITOR_PERIOD) + 1) * MONITOR_PERIOD;
}

/**
 * The conditions of a node that has been silent for too long, since its kubelet stopped if that is known; undefined if its Ready condition
 * says so already.
 */
export function unknownConditions(node: corev1.Node, now: Instant, stoppedAt?: Instant): corev1.NodeCondition[] | undefined {
  const { metadata, status } = node;
  const conditions = stoppedAt === undefined ? (status?.conditions ?? []) : lastReported(node, stoppedAt);
  if (conditionOf(conditions, 'Ready')?.status === 'Unknown') return undefined;
  const time = formatTime(now);
  const stopped = {
    status: 'Unknown',
    lastTransitionTime: time,
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
  };
  const never = { reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' };
  const present = conditions.map((condition) =>
    REPORTED.includes(condition.type) && condition.status !== 'Unknown' ? { ...condition, ...stopped } : condition,
  );
  const missing = REPORTED.filter((type) => !conditionOf(conditions, type)).map((type) => ({
    ...{ type, status: 'Unknown', ...never },
    ...(metadata.creationTimestamp === undefined ? {} : { lastHeartbeatTime: metadata.creationTimestamp }),
    lastTransitionTime: time,
  }));
  return [...present, ...missing];
}

/** The beta labels of the operating system and the architecture, and the stable ones that they follow. */
const LABELS: ReadonlyArray<readonly [stable: string, beta: string]> = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
];

/** The beta labels that are to be set (reconcileNodeLabels); undefined if they are right. */
export function betaLabels({ metadata: { labels = {} } }: corev1.Node): Record<string, string> | undefined {
  const wrong = LABELS.flatMap(([stable, beta]) => {
    const value = labels[stable];
    return value === undefined || labels[beta] === value ? [] : [[beta, value] as const];
  });
  return wrong.length === 0 ? undefined : Object.fromEntries(wrong);
}
