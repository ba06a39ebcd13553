import { createHash } from 'node:crypto';
import type { corev1 } from '#api';
import { formatTime, type Instant, parseTime } from '#apimachinery';
import { conditionOf } from '#component-helpers';
import type { Program } from '../images/program.js';
import type { VolumeImage } from './image-volumes.js';
import { type ImageUser, linuxUser } from './linux-user.js';
import type { ContainerMemory, PodMemory } from './memory.js';
import { programOfContainer } from './programs.js';
import { type Slot, slotsOf } from './slot.js';
import type { PodEvent, PodWorld, Start } from './world.js';

/** The epoch, as Go prints the start time of a container that never started. */
const NEVER = '1970-01-01T00:00:00Z';
/** How long after a change of its containers a pod is looked at. */
const NEXT_SYNC = 1_000;

/**
 * One pod while it is being planned. Time advances step by step up to now; changes are recorded in the slots and in the list of events.
 * Used for one plan.
 */
export class Simulation {
  readonly slots: Slot[];
  readonly events: PodEvent[] = [];
  readonly pulled = new Set<string>();
  /** The instant of the current step. */
  at: Instant;
  busy: PodMemory['busy'];
  mount: PodMemory['mount'];
  resize: PodMemory['resize'];
  /** The images of its image volumes, by the volume's name. */
  readonly imageVolumes: Map<string, VolumeImage>;
  restarting: PodMemory['restarting'];
  /** Containers that this plan has started: their status is written before they are probed. */
  readonly fresh = new Set<Slot>();
  /** A process has to be looked at before it is known how it goes on. */
  blocked = false;
  private readonly programs = new Map<Slot, Program | undefined>();

  constructor(
    readonly pod: corev1.Pod,
    readonly world: PodWorld,
    readonly now: Instant,
  ) {
    this.slots = slotsOf(pod, world.memory.containers);
    this.busy = world.memory.busy;
    this.mount = world.memory.mount;
    this.resize = world.memory.resize;
    this.imageVolumes = new Map(world.memory.imageVolumes);
    this.restarting = world.memory.at === undefined ? restartInStatus(pod, now) : world.memory.restarting;
    this.at = now;
  }

  /** `name_namespace(uid)`, the kubelet's format for pods in messages. */
  get podName(): string {
    const { name, namespace, uid } = this.pod.metadata;
    return `${name}_${namespace}(${uid})`;
  }

  get podIP(): string {
    return this.world.podIP ?? this.pod.status?.podIP ?? '';
  }

  /** How long containers have to stop, in milliseconds. */
  get grace(): number {
    return (this.pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000;
  }

  /** From something that a pod's worker learns of to its next sync (plegRelistDuration); the instant profile does not wait. */
  get untilSync(): number {
    return Math.min(NEXT_SYNC, this.world.profile.imagePull);
  }

  program(slot: Slot): Program | undefined {
    if (!this.programs.has(slot)) this.programs.set(slot, programOfContainer(slot.container));
    return this.programs.get(slot);
  }

  /** The current start of a running container. */
  startOf(slot: Slot): Start {
    return { container: slot.container, id: slot.status.containerID ?? '', startedAt: this.startedAt(slot) };
  }

  /** What is known of a process; the plan stops where nothing is. */
  looked<T>(known: T | undefined): T | undefined {
    if (known === undefined) this.blocked = true;
    return known;
  }

  normal(reason: string, message: string, slot?: Slot): void {
    this.events.push({ type: 'Normal', reason, message, ...(slot ? { fieldPath: slot.fieldPath } : {}) });
  }

  warning(reason: string, message: string, slot?: Slot): void {
    this.events.push({ type: 'Warning', reason, message, ...(slot ? { fieldPath: slot.fieldPath } : {}) });
  }

  remember(slot: Slot, memory: Partial<ContainerMemory>): void {
    slot.memory = { ...slot.memory, ...memory };
  }

  hasImage(reference: string): boolean {
    return this.pulled.has(reference) || this.world.hasImage(reference);
  }

  /** A container is waiting, with a reason. Its previous end becomes its last state. */
  wait(slot: Slot, reason: string, message?: string): void {
    const { state, lastState } = slot.status;
    const waiting = message === undefined ? { reason } : { reason, message };
    const last = state?.terminated ? { terminated: state.terminated } : lastState;
    slot.status = { ...slot.status, state: { waiting }, lastState: last ?? {}, ready: false, started: false };
  }

  /** The id that a container will have when it is created. */
  nextID({ container: { name }, status }: Slot): string {
    return containerID(this.pod.metadata.uid ?? '', name, nextRestartCount(status));
  }

  /** A container is running from now on. */
  run(slot: Slot, image: { name: string; id: string; definition: ImageUser }): void {
    const { status, container } = slot;
    const before = status.state?.terminated ?? status.lastState?.terminated;
    const restartCount = nextRestartCount(status);
    // While a resize is deferred, a container is started with what it had.
    const resources = (this.resize?.state === 'deferred' ? status.resources : undefined) ?? container.resources ?? {};
    const claimed = container.resources?.claims && slot.role === 'main' ? this.world.devices()?.health(container) : undefined;
    slot.status = {
      ...status,
      state: { running: { startedAt: formatTime(this.at) } },
      lastState: before ? { terminated: before } : {},
      ready: false,
      restartCount,
      image: image.name,
      imageID: image.id,
      containerID: `containerd://${containerID(this.pod.metadata.uid ?? '', container.name, restartCount)}`,
      ...(resources.requests ? { allocatedResources: resources.requests } : {}),
      resources,
      ...(claimed ? { allocatedResourcesStatus: claimed } : {}),
      user: { linux: linuxUser(this.pod, container, image.definition) },
    };
    this.remember(slot, {
      startedAt: this.at,
      boot: this.world.boot?.id,
      notBefore: undefined,
      backOff: undefined,
      probes: undefined,
      killing: undefined,
      hook: undefined,
    });
    this.fresh.add(slot);
  }

  /** A container has ended, or could not be started. */
  terminate(slot: Slot, exitCode: number, { reason, message }: { reason?: string; message?: string } = {}): void {
    const { state, containerID: id } = slot.status;
    const word = reason ?? (exitCode === 0 ? 'Completed' : 'Error');
    const terminated = {
      exitCode,
      reason: word,
      ...(message === undefined ? {} : { message }),
      startedAt: state?.running?.startedAt ?? NEVER,
      finishedAt: formatTime(this.at),
      ...(id ? { containerID: id } : {}),
    };
    // The sync that starts a container again looks for them again.
    for (const [volume, { pull }] of this.imageVolumes) this.imageVolumes.set(volume, { pull });
    const ready = slot.role === 'init' && exitCode === 0;
    slot.status = { ...slot.status, state: { terminated }, ready, started: false };
    this.remember(slot, { probes: undefined, killing: undefined });
  }

  /** When a running container started: remembered to the millisecond, otherwise to the second from its status. */
  startedAt(slot: Slot): Instant {
    return slot.memory.startedAt ?? parseTime(slot.status.state?.running?.startedAt ?? '') ?? this.now;
  }

  /** When a terminated container ended. */
  finishedAt(slot: Slot): Instant {
    return parseTime(slot.status.state?.terminated?.finishedAt ?? slot.status.lastState?.terminated?.finishedAt ?? '') ?? this.now;
  }
}

/** How often a container will have been restarted when it is started. Of one that was removed this is counted already. */
function nextRestartCount({ state, lastState, restartCount, containerID: id }: corev1.ContainerStatus): number {
  const before = state?.terminated ?? lastState?.terminated;
  return before && id !== undefined ? restartCount + 1 : restartCount;
}

/** A restart of all containers that the status tells of, if it is not remembered. */
function restartInStatus({ status }: corev1.Pod, now: Instant): PodMemory['restarting'] {
  return conditionOf(status?.conditions, 'AllContainersRestarting')?.status === 'True' ? { at: now } : undefined;
}

/** A container's id, which is the same for the same start of the same container. */
export function containerID(uid: string, name: string, restart: number): string {
  return createHash('sha256').update(`${uid}/${name}/${restart}`).digest('hex');
}
