import type { corev1 } from '#api';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';

/** The restart of all containers of a pod because one of them ended with an exit code that asks for it (KEP-5532). */

/** The reason of containers that were removed, and what they say. */
export const RESTARTING_ALL = 'RestartingAllContainers';
const REMOVED = 'The container is removed because RestartAllContainers in place';
/** From the end of the container to the sync that removes all of them, also under the instant profile: nothing else holds them back. */
const NEXT_SYNC = 1_000;

/** Whether an end in a pod may restart all of its containers. */
export function mayRestartAll({ spec }: corev1.Pod): boolean {
  const has = ({ restartPolicyRules }: corev1.Container): boolean =>
    restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers') === true;
  return spec.containers.some(has) || spec.initContainers?.some(has) === true;
}

/** A container has ended with such an exit code. */
export function beginRestart(sim: Simulation): void {
  sim.restarting ??= { at: sim.at + NEXT_SYNC };
}

function remove(sim: Simulation, slot: Slot): void {
  const { status, container } = slot;
  if (status.state?.running) sim.normal('Killing', 'killing', slot);
  const isRemoved = status.state?.waiting === undefined;
  const terminated = {
    exitCode: 137,
    reason: RESTARTING_ALL,
    message: REMOVED,
    // Go writes an unset time as null.
    startedAt: null as unknown as string,
    finishedAt: null as unknown as string,
  };
  slot.status = {
    name: status.name,
    state: isRemoved ? { waiting: { reason: RESTARTING_ALL, message: REMOVED } } : (status.state ?? {}),
    lastState: isRemoved ? { terminated } : (status.lastState ?? {}),
    ready: false,
    restartCount: status.restartCount + (isRemoved ? 1 : 0),
    image: container.image ?? '',
    imageID: '',
    started: false,
    ...(status.volumeMounts ? { volumeMounts: status.volumeMounts } : {}),
  };
  slot.memory = {};
}

/** Removes all containers; the pod then starts from its first init container. */
export function restartAll(sim: Simulation): void {
  sim.restarting = undefined;
  sim.busy = undefined;
  const slots = sim.slots.filter(({ role }) => role !== 'ephemeral');
  for (const role of ['main', 'sidecar', 'init'] as const) for (const slot of slots) if (slot.role === role) remove(sim, slot);
}
