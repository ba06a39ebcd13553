import type { corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import type { PodMemory, ProbeMemory } from './memory.js';
import { PROBE_TYPES, probeOf } from './probes.js';

/** The next run of a probe with a period, counted from the start of its container. */
function nextRun({ initialDelaySeconds = 0, periodSeconds = 10 }: corev1.Probe, startedAt: Instant, now: Instant): Instant {
  const first = startedAt + initialDelaySeconds * 1000;
  const period = Math.max(1, periodSeconds) * 1000;
  return first + Math.max(0, Math.ceil((now - first) / period)) * period;
}

/** The commands of probes whose results could not change are run again: files were changed from outside. Pure. */
export function probesAgain(pod: corev1.Pod, memory: PodMemory, now: Instant): PodMemory {
  const containers = { ...memory.containers };
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    const known = Object.hasOwn(containers, container.name) ? containers[container.name] : undefined;
    const status = pod.status?.containerStatuses?.find(({ name }) => name === container.name);
    const startedAt = known?.startedAt ?? parseTime(status?.state?.running?.startedAt ?? '');
    if (!known?.probes || startedAt === undefined) continue;
    const probes: Record<string, ProbeMemory> = { ...known.probes };
    for (const type of PROBE_TYPES) {
      const spec = probeOf(container, type);
      const settled = probes[type];
      if (spec?.exec && settled && settled.next === undefined && type !== 'startup')
        probes[type] = { ...settled, next: nextRun(spec, startedAt, now) };
    }
    containers[container.name] = { ...known, probes };
  }
  return { ...memory, containers };
}
