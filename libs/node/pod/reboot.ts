import type { corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import { conditionOf } from '#component-helpers';
import type { Boot } from '#controller-runtime';
import { hasSandbox, planOf, statusOf } from './assemble.js';
import type { PodMemory } from './memory.js';
import { Simulation } from './simulation.js';
import type { Slot } from './slot.js';
import type { PodPlan, PodWorld } from './world.js';

/** Pods of a machine that was off: nothing of them runs when it is up again, and they get new sandboxes (kuberuntime computePodActions). */

/** How containerd tells the end of a container whose task is gone (internal/cri/server/restart.go loadContainer). */
const GONE = { code: 255, reason: 'Unknown' } as const;

const isBefore = (time: string | undefined, boot: Boot): boolean => {
  const at = parseTime(time ?? '');
  // Statuses tell whole seconds.
  return at !== undefined && at < Math.floor(boot.at / 1000) * 1000;
};

/** Whether the last start of a container was before that of its machine: then it does not count in the pod's new sandbox. */
export function isFromBefore({ memory, status: { state, lastState } }: Slot, boot: Boot | undefined): boolean {
  if (boot === undefined) return false;
  if (memory.startedAt !== undefined) return memory.boot !== boot.id;
  return isBefore((state?.running ?? state?.terminated ?? lastState?.terminated)?.startedAt, boot);
}

/** Whether a pod still stands as its machine left it when that went off: with a sandbox that does not exist any more. */
export function isLeft(pod: corev1.Pod, { boot, memory }: { boot?: Boot | undefined; memory?: PodMemory }): boolean {
  if (boot === undefined || !hasSandbox(pod)) return false;
  if (memory?.at !== undefined) return memory.boot !== boot.id;
  return isBefore(conditionOf(pod.status?.conditions, 'PodReadyToStartContainers')?.lastTransitionTime, boot);
}

/** What a kubelet remembers of a pod: nothing of the time before its machine was started. */
export function rememberedSince(memory: PodMemory, boot: Boot | undefined): PodMemory {
  if (boot === undefined || memory.boot === boot.id || memory.at === undefined) return memory;
  const kept = ({ startedAt, boot: id }: PodMemory['containers'][string]) => ({
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(id === undefined ? {} : { boot: id }),
  });
  // When containers were started is told by the runtime.
  const containers = Object.entries(memory.containers).map(([name, container]) => [name, kept(container)]);
  return { containers: Object.fromEntries(containers) };
}

/** A pod whose containers are never started again gets no second sandbox once one of them was made. */
export const staysDown = ({ pod, slots, world }: Simulation): boolean =>
  world.boot !== undefined && pod.spec.restartPolicy === 'Never' && slots.some(({ status }) => status.containerID !== undefined);

function end(sim: Simulation, slot: Slot, at: Instant): void {
  if (slot.memory.hook) slot.status = slot.memory.hook.status;
  const { state, lastState } = slot.status;
  if (state?.running) {
    sim.at = at;
    sim.terminate(slot, GONE.code, { reason: GONE.reason });
  } else if (state?.waiting && lastState?.terminated)
    slot.status = { ...slot.status, state: { terminated: lastState.terminated }, lastState: {} };
  const { startedAt, boot } = slot.memory;
  slot.memory = {
    startedAt: startedAt ?? parseTime(slot.status.state?.terminated?.startedAt ?? ''),
    boot,
    crash: { delay: 0, at: sim.now },
  };
}

/** The pod as the kubelet finds it: all its containers have ended, and it has no address. */
export function asFound(pod: corev1.Pod, world: PodWorld, now: Instant): Simulation {
  const { podIP: _, podIPs: __, ...status } = pod.status ?? {};
  const sim = new Simulation({ ...pod, status }, { ...world, memory: { containers: world.memory.containers, at: now } }, now);
  for (const slot of sim.slots) end(sim, slot, Math.min(world.boot?.at ?? now, now));
  sim.at = now;
  return sim;
}

/** The first look at a pod after its machine has been started. The next one makes its sandbox, if it gets one. */
export function planFound(pod: corev1.Pod, world: PodWorld, now: Instant): PodPlan {
  const sim = asFound(pod, world, now);
  if (!staysDown(sim)) sim.normal('SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
  return planOf(sim, statusOf(sim, { stopped: false, sandbox: false }), { at: now });
}
