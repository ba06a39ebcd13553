import type { corev1 } from '#api';

type Pod = corev1.Pod;

/** A pod's line in `kubectl get pods`. */
export interface PodSummary {
  ready: number;
  total: number;
  reason: string;
  restarts: number;
  /** RFC 3339; undefined if no container has restarted. */
  lastRestart?: string;
}

interface Tally {
  ready: number;
  restarts: number;
  lastRestart?: string;
}

function later(current: string | undefined, candidate: string | null | undefined): string | undefined {
  if (!candidate) return current;
  return current === undefined || Date.parse(candidate) > Date.parse(current) ? candidate : current;
}

function countRestarts(tally: Tally, status: corev1.ContainerStatus): void {
  tally.restarts += status.restartCount ?? 0;
  tally.lastRestart = later(tally.lastRestart, status.lastState?.terminated?.finishedAt);
}

function terminatedReason(terminated: corev1.ContainerStateTerminated): string {
  if (terminated.reason) return terminated.reason;
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
}

function waitingInit(status: corev1.ContainerStatus, index: number, total: number): string {
  const { terminated, waiting } = status.state ?? {};
  if (terminated) return `Init:${terminatedReason(terminated)}`;
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
  return `Init:${index}/${total}`;
}

/** Finds the first init container that is not done; its state is the pod's. */
function initSummary(pod: Pod, sidecars: ReadonlySet<string>): { all: Tally; sidecar: Tally; reason?: string } {
  const all: Tally = { ready: 0, restarts: 0 };
  const sidecar: Tally = { ready: 0, restarts: 0 };
  const statuses = pod.status?.initContainerStatuses ?? [];
  for (const [index, status] of statuses.entries()) {
    countRestarts(all, status);
    const isSidecar = sidecars.has(status.name);
    if (isSidecar) countRestarts(sidecar, status);
    if (status.state?.terminated?.exitCode === 0) continue;
    if (isSidecar && status.started) {
      if (status.ready) all.ready += 1;
      continue;
    }
    return { all, sidecar, reason: waitingInit(status, index, pod.spec.initContainers?.length ?? 0) };
  }
  return { all, sidecar };
}

/** The main containers' state, from last to first, so that the first container's reason takes precedence. */
function mainSummary(pod: Pod, tally: Tally, initial: string): string {
  let reason = initial;
  let errorReason = '';
  let running = false;
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    countRestarts(tally, status);
    const { waiting, terminated } = status.state ?? {};
    if (waiting?.reason) reason = waiting.reason;
    else if (terminated) {
      reason = terminatedReason(terminated);
      if (terminated.exitCode !== 0) errorReason = reason;
    } else if (status.ready && status.state?.running) {
      running = true;
      tally.ready += 1;
    }
  }
  if (reason !== 'Completed') return reason;
  const podReady = pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  if (running && podReady) return 'Running';
  return errorReason || (running ? 'NotReady' : reason);
}

function phaseReason(pod: Pod): string {
  const gated = pod.status?.conditions?.some((condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated');
  return gated ? 'SchedulingGated' : pod.status?.reason || pod.status?.phase || '';
}

function compute(pod: Pod): PodSummary {
  const sidecars = new Set<string>();
  for (const container of pod.spec.initContainers ?? []) if (container.restartPolicy === 'Always') sidecars.add(container.name);
  const init = initSummary(pod, sidecars);
  const initialized = pod.status?.conditions?.some((condition) => condition.type === 'Initialized' && condition.status === 'True');
  let tally = init.all;
  let reason = init.reason ?? phaseReason(pod);
  if (init.reason === undefined || initialized) {
    tally = { ready: init.all.ready, restarts: init.sidecar.restarts, lastRestart: init.sidecar.lastRestart };
    reason = mainSummary(pod, tally, reason);
  }
  if (pod.metadata.deletionTimestamp) {
    const terminal = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (pod.status?.reason === 'NodeLost') reason = 'Unknown';
    else if (!terminal) reason = 'Terminating';
  }
  return { ...tally, total: (pod.spec.containers ?? []).length + sidecars.size, reason };
}

// Cells of one row compute this three times for the same pod; objects are not modified, so the summary can be cached with them.
const summaries = new WeakMap<Pod, PodSummary>();

/** A pod's READY, STATUS and RESTARTS, computed like in printers.go printPod. */
export function podSummary(pod: Pod): PodSummary {
  let summary = summaries.get(pod);
  if (!summary) {
    summary = compute(pod);
    summaries.set(pod, summary);
  }
  return summary;
}
