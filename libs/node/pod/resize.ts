import type { corev1 } from '#api';
import { deepEqual, type Instant, parseQuantity } from '#apimachinery';
import { usageOf } from '../usage.js';
import { killContainer } from './kill.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';

/** Resize of running containers in place (kubelet/allocation, kuberuntime doPodResizeAction). */

/** A resize that is not finished. */
export interface PodResize {
  readonly state: 'deferred' | 'progress';
  readonly generation: number;
  /** Why it is deferred, or fails. */
  readonly message?: string;
  /** When it is tried again, or done. */
  readonly at: Instant;
}

/** From a sync that failed to the next one (backOffPeriod). */
const RETRY_SYNC = 10_000;
/** The delays until a deferred resize is tried again. */
const FIRST_RETRY = 30_000;
const NEXT_RETRY = 180_000;

type Resources = corev1.ResourceRequirements;

const requirements = ({ requests = {}, limits = {} }: Resources = {}): Resources => ({ requests, limits });

/** Running containers whose resources in the spec are not those they have. */
const outdated = ({ slots }: Simulation): Slot[] =>
  slots.filter(
    ({ role, status, container }) =>
      (role === 'main' || role === 'sidecar') &&
      status.state?.running &&
      status.resources !== undefined &&
      !deepEqual(requirements(status.resources), requirements(container.resources)),
  );

const sorted = (list: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
  Object.fromEntries(Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1)));

const filled = (key: string, list: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> =>
  list && Object.keys(list).length > 0 ? { [key]: sorted(list) } : {};

/** The resources of a pod's containers as the events of its resize tell them (events/resize.go). */
function summary({ spec, metadata }: corev1.Pod, error?: string): string {
  const of = (containers: readonly corev1.Container[] = []) =>
    containers.map(({ name, resources }) => ({
      name,
      resources: { ...filled('limits', resources?.limits), ...filled('requests', resources?.requests) },
    }));
  const initContainers = of(spec.initContainers);
  return JSON.stringify({
    ...(initContainers.length > 0 ? { initContainers } : {}),
    containers: of(spec.containers),
    generation: metadata.generation ?? 0,
    ...(error ? { error } : {}),
  });
}

function changed(one: Resources = {}, other: Resources = {}): Set<string> {
  const names = [one.requests, one.limits, other.requests, other.limits].flatMap((list) => Object.keys(list ?? {}));
  return new Set(names.filter((name) => one.requests?.[name] !== other.requests?.[name] || one.limits?.[name] !== other.limits?.[name]));
}

/** Gives containers what was allocated to them: in place, or with a restart where their resizePolicy asks for one. */
function actuate(sim: Simulation, slots: readonly Slot[]): void {
  for (const slot of slots) {
    const { container, status } = slot;
    const names = changed(status.resources, container.resources);
    const restarts = container.resizePolicy?.some(
      ({ resourceName, restartPolicy }) => restartPolicy === 'RestartContainer' && names.has(resourceName),
    );
    if (restarts) killContainer(sim, slot, { message: `Container ${container.name} resize requires restart` });
    else slot.status = { ...status, resources: container.resources ?? {} };
  }
  sim.resize = undefined;
  sim.normal('ResizeCompleted', `Pod resize completed: ${summary(sim.pod)}`);
}

const memoryLimit = (resources: Resources | undefined): number | undefined => {
  const limit = resources?.limits?.memory;
  return limit === undefined ? undefined : parseQuantity(limit).value();
};

/** Why memory limits cannot become lower: more is used than they would allow (validateMemoryResizeAction). */
function memoryError({ pod, slots: all }: Simulation, slots: readonly Slot[]): string | undefined {
  const used = (slot: Slot): number => usageOf(pod, slot.container, 'memory');
  const total = all.reduce((sum, slot) => sum + (slot.status.state?.running ? used(slot) : 0), 0);
  const main = all.filter(({ role }) => role === 'main');
  const sum = (of: (slot: Slot) => number | undefined): number | undefined =>
    main.reduce<number | undefined>((whole, slot) => {
      const limit = of(slot);
      return whole === undefined || limit === undefined ? undefined : whole + limit;
    }, 0);
  const [current, desired] = [sum(({ status }) => memoryLimit(status.resources)), sum(({ container }) => memoryLimit(container.resources))];
  const errors: string[] = [];
  if (desired !== undefined && (current === undefined || desired < current) && total >= desired)
    errors.push(`attempting to set pod memory limit (${desired}) below current usage (${total})`);
  for (const slot of slots) {
    const [before, wanted] = [memoryLimit(slot.status.resources), memoryLimit(slot.container.resources)];
    if (wanted !== undefined && (before === undefined || wanted < before) && used(slot) >= wanted)
      errors.push(
        `attempting to set container ${JSON.stringify(slot.container.name)} memory limit (${wanted}) below current usage (${total})`,
      );
  }
  if (errors.length === 0) return undefined;
  // Several errors are an aggregate of Go.
  return `cannot decrease memory limits: ${errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`}`;
}

/** A resize that fails stays in progress, and is tried again. */
function fail(sim: Simulation, before: PodResize, message: string): void {
  if (before.message !== message) sim.warning('ResizeError', `Pod resize error: ${summary(sim.pod, message)}`);
  sim.resize = { ...before, message, at: sim.now + RETRY_SYNC };
}

function defer(sim: Simulation, message: string, before: PodResize | undefined): PodResize {
  const generation = sim.pod.metadata.generation ?? 0;
  const again = before?.state === 'deferred' && before.generation === generation;
  if (!again) sim.warning('ResizeDeferred', `Pod resize Deferred: ${summary(sim.pod, message)}`);
  return { state: 'deferred', generation, message, at: sim.now + (again ? NEXT_RETRY : FIRST_RETRY) };
}

/** Goes on with the resize of a pod, if its spec asks for one. */
export function resizePod(sim: Simulation): void {
  const slots = outdated(sim);
  const before = sim.resize;
  if (slots.length === 0) {
    sim.resize = undefined;
    return;
  }
  const generation = sim.pod.metadata.generation ?? 0;
  if (before?.generation === generation && before.at > sim.now) return;
  if (before?.state === 'progress' && before.generation === generation) {
    const error = memoryError(sim, slots);
    if (error === undefined) actuate(sim, slots);
    else fail(sim, before, error);
    return;
  }
  const shortage = sim.world.shortage(sim.pod);
  if (shortage !== undefined) {
    sim.resize = defer(sim, shortage.message, before);
    return;
  }
  for (const slot of slots) slot.status = { ...slot.status, allocatedResources: slot.container.resources?.requests ?? {} };
  sim.resize = { state: 'progress', generation, at: sim.now + sim.world.profile.containerStart };
  sim.normal('ResizeStarted', `Pod resize started: ${summary(sim.pod)}`);
}

/** The conditions of a resize that is not finished. */
export function resizeConditions(resize: PodResize | undefined, old: readonly corev1.PodCondition[], time: string): corev1.PodCondition[] {
  if (!resize) return [];
  const { state, generation, message } = resize;
  const type = state === 'deferred' ? 'PodResizePending' : 'PodResizeInProgress';
  const standing = old.find((condition) => condition.type === type);
  return [
    {
      type,
      ...(generation ? { observedGeneration: generation } : {}),
      status: 'True',
      lastProbeTime: standing?.lastProbeTime ?? time,
      lastTransitionTime: standing?.lastTransitionTime ?? time,
      ...(message === undefined ? {} : { reason: state === 'deferred' ? 'Deferred' : 'Error', message }),
    },
  ];
}
