import type { corev1 } from '#api';
import { deepEqual, formatTime, type Instant } from '#apimachinery';
import { isTerminalPhase, podRequests, resourceListTexts } from '#component-helpers';
import { conditionsOf } from './conditions.js';
import type { Ending, Outcome } from './memory.js';
import { phaseOf } from './phase.js';
import { applyProbes } from './probing.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';
import type { PodPlan, PodWorld } from './world.js';

/** Whether a pod's sandbox is ready: it has its volumes and its network. */
export function hasSandbox({ status }: corev1.Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'PodReadyToStartContainers' && value === 'True') === true;
}

/** Builds the status. `stopped`: the containers will not be started again; `outcome` overrides the phase. */
export function statusOf(
  sim: Simulation,
  { stopped, sandbox, outcome }: { stopped: boolean; sandbox: boolean; outcome?: Outcome },
): corev1.PodStatus {
  const { pod, slots, world } = sim;
  const old: corev1.PodStatus = pod.status ?? {};
  for (const slot of slots) applyProbes(sim, slot);
  const initialized = slots.some(({ role, status }) => role === 'main' && status.containerID !== undefined);
  const found = outcome ? 'Failed' : phaseOf(pod, slots, { stopped, initialized });
  // A pod has ended when its last container has (status_manager.go mergePodStatus).
  const ends = isTerminalPhase(found) && !slots.some(({ status }) => status.state?.running);
  const phase = isTerminalPhase(old.phase) || (isTerminalPhase(found) && !ends) ? (old.phase ?? 'Pending') : found;
  const podIP = pod.spec?.hostNetwork ? world.hostIPs[0] : sandbox ? (old.podIP ?? world.podIP) : undefined;
  const of = (...roles: Slot['role'][]) => slots.filter(({ role }) => roles.includes(role)).map(({ status }) => status);
  const initStatuses = of('init', 'sidecar');
  const ephemeral = of('ephemeral');
  const { generation } = pod.metadata;
  // What a deferred resize asks for is not allocated.
  const allocated = sim.resize?.state === 'deferred' ? undefined : podRequests(pod);
  return {
    ...old,
    ...(generation ? { observedGeneration: generation } : {}),
    phase,
    conditions: conditionsOf({
      pod,
      phase,
      slots,
      sandbox: sandbox && !stopped,
      time: formatTime(sim.now),
      ...(outcome ? { outcome } : {}),
      ...(sim.resize ? { resize: sim.resize } : {}),
      restarting: sim.restarting !== undefined,
    }),
    ...(outcome ? { message: outcome.message, reason: outcome.reason } : {}),
    ...(world.hostIPs[0] ? { hostIP: world.hostIPs[0], hostIPs: world.hostIPs.map((ip) => ({ ip })) } : {}),
    ...(podIP ? { podIP, podIPs: [{ ip: podIP }] } : {}),
    ...(allocated && allocated.size > 0 ? { allocatedResources: resourceListTexts(allocated) } : {}),
    startTime: old.startTime ?? formatTime(sim.now),
    ...(initStatuses.length > 0 ? { initContainerStatuses: initStatuses } : {}),
    containerStatuses: of('main').map((status) => withPluginDevices(status, world)),
    ...(ephemeral.length > 0 ? { ephemeralContainerStatuses: ephemeral } : {}),
  };
}

/** A container's status with the health of the devices that plugins have given it. */
function withPluginDevices(status: corev1.ContainerStatus, { pluginDevices }: PodWorld): corev1.ContainerStatus {
  const health = pluginDevices?.health(status.name);
  if (health === undefined) return status;
  const others = (status.allocatedResourcesStatus ?? []).filter(({ name }) => !health.some((own) => own.name === name));
  return { ...status, allocatedResourcesStatus: [...others, ...health] };
}

/** The result of a simulation, as a plan. */
export function planOf(sim: Simulation, status: corev1.PodStatus, rest: { at?: Instant; ending?: Ending; remove?: boolean }): PodPlan {
  const containers = Object.fromEntries(sim.slots.map(({ container, memory }) => [container.name, memory]));
  const { ending, at, remove = false } = rest;
  return {
    ...(deepEqual(status, sim.pod.status) ? {} : { status }),
    events: sim.events,
    memory: {
      containers,
      at: sim.now,
      generation: sim.pod.metadata.generation,
      ...(sim.world.boot ? { boot: sim.world.boot.id } : {}),
      ...(sim.busy ? { busy: sim.busy } : {}),
      ...(sim.mount ? { mount: sim.mount } : {}),
      ...(sim.resize ? { resize: sim.resize } : {}),
      ...(sim.imageVolumes.size > 0 ? { imageVolumes: sim.imageVolumes } : {}),
      ...(sim.restarting ? { restarting: sim.restarting } : {}),
      ...(ending === undefined ? {} : { ending }),
    },
    pulled: [...sim.pulled],
    remove,
    ...(at === undefined ? {} : { at }),
  };
}
