import type { corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import type { ContainerMemory, PodMemory } from './memory.js';
import type { Slot } from './slot.js';

/** Initial and maximum back-off of restarts and image pulls, and how long a container has to run until it is reset. */
const FIRST = 10_000;
const LONGEST = 300_000;

/** Doubles a back-off: 10 s, 20 s … 5 min. */
export function nextDelay(delay: number | undefined): number {
  return delay ? Math.min(delay * 2, LONGEST) : FIRST;
}

/** The action of the first rule for an exit code (podutil.FindMatchingContainerRestartRule). */
export function matchingRule(container: corev1.Container, code: number): string | undefined {
  const rule = container.restartPolicyRules?.find(({ exitCodes }) => {
    if (!exitCodes) return false;
    const within = (exitCodes.values ?? []).includes(code);
    return exitCodes.operator === 'NotIn' ? !within : within;
  });
  return rule?.action;
}

/** Whether a container that ended with this code is restarted (podutil.ContainerShouldRestart). */
export function shouldRestart({ role, container }: Slot, pod: corev1.Pod, code: number): boolean {
  if (role === 'ephemeral') return false;
  if (container.restartPolicy !== undefined && matchingRule(container, code) !== undefined) return true;
  const policy = container.restartPolicy ?? (pod.spec?.restartPolicy || 'Always');
  // An init container that has succeeded is done, whatever the pod's policy.
  if (role === 'init' && code === 0) return false;
  return policy === 'Always' || (policy === 'OnFailure' && code !== 0);
}

/** The back-off of a container: remembered, or estimated from its restart count if the memory is lost. */
export function crashEntry({ memory, status }: Slot): ContainerMemory['crash'] {
  if (memory.crash || status.restartCount === 0) return memory.crash;
  const started = parseTime(status.lastState?.terminated?.finishedAt ?? '') ?? 0;
  return { delay: Math.min(FIRST * 2 ** (status.restartCount - 1), LONGEST), at: started };
}

/** The delay between a container's end and its restart (flowcontrol.Backoff as used by doBackOff). */
export function restartDelay(entry: ContainerMemory['crash'], finishedAt: Instant): number {
  return entry === undefined || finishedAt - entry.at > 2 * LONGEST ? 0 : entry.delay;
}

/** The back-off entry after a restart. */
export function afterRestart(entry: ContainerMemory['crash'], finishedAt: Instant, now: Instant): ContainerMemory['crash'] {
  const expired = entry === undefined || finishedAt - entry.at > 2 * LONGEST;
  return { delay: nextDelay(expired ? undefined : entry.delay), at: now };
}

/** What a kubelet knows of a pod after its restart: nothing of back-offs. */
export function withoutBackOffs(memory: PodMemory, now: Instant): PodMemory {
  const containers = Object.entries(memory.containers).map(([name, { notBefore: _, pull: __, backOff: ___, ...known }]) => [
    name,
    { ...known, crash: { delay: 0, at: now } },
  ]);
  // What it would have done before did not happen.
  return { ...memory, at: now, containers: Object.fromEntries(containers) };
}
