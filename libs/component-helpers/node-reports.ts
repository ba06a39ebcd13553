import type { corev1 } from '#api';
import { formatTime, type Instant, parseTime } from '#apimachinery';
import { conditionOf } from './conditions.js';

/** How often a kubelet reports the status of its node though nothing has changed: nodeStatusReportFrequency. */
const REPORT_INTERVAL = 5 * 60_000;
const NONE: readonly corev1.NodeCondition[] = [];
/** The conditions that each report of a kubelet has. */
const REPORTED: ReadonlySet<string> = new Set(['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']);

/**
 * The conditions of a node as its kubelet reported them last up to a time, counted from the stored report: later ones are not written. The
 * same conditions if there was none, or the node was given up or never had a kubelet.
 */
export function lastReported({ status }: corev1.Node, until: Instant): readonly corev1.NodeCondition[] {
  const conditions = status?.conditions ?? NONE;
  const ready = conditionOf(conditions, 'Ready');
  if (!ready?.lastHeartbeatTime || ready.status === 'Unknown' || !status?.nodeInfo?.kubeletVersion) return conditions;
  const stored = parseTime(ready.lastHeartbeatTime) ?? until;
  const reports = Math.floor((until - stored) / REPORT_INTERVAL);
  if (!(reports > 0)) return conditions;
  const lastHeartbeatTime = formatTime(stored + reports * REPORT_INTERVAL);
  return conditions.map((condition) => (REPORTED.has(condition.type) ? { ...condition, lastHeartbeatTime } : condition));
}
