import type { corev1 } from '#api';
import type { Instant } from '#apimachinery';
import type { Boot, Crash, PullFault, TimingProfile } from '#controller-runtime';
import type { GivenByPlugins } from '../devices/allocation.js';
import type { PodDevices } from '../devices/pod-devices.js';
import type { Overage } from '../runtime/storage-limits.js';
import type { ServerState } from '../volumes/servers.js';
import type { Hang } from './hang.js';
import type { PathKind } from './host-paths.js';
import type { PodMemory } from './memory.js';

/** The files of a node. */
export interface MachineFiles {
  /** The KubeletConfiguration. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** The content of a file; undefined if there is none. */
  file(path: string): string | undefined;
  /** The contents of all files of a directory, which ends with a slash. */
  filesIn(directory: string): readonly string[];
}

/** The environment of a pod on its node, as planPod() sees it. */
export interface PodWorld {
  /** IP addresses of the node; the first is the pods' hostIP. */
  hostIPs: readonly string[];
  /** The address reserved for this pod; unset if the node has none left. */
  podIP: string | undefined;
  profile: TimingProfile;
  /** The last start of the node's machine, if it was off. */
  boot?: Boot | undefined;
  memory: PodMemory;
  /** Whether an image, by its full reference, is on the node. */
  hasImage(reference: string): boolean;
  configMap(name: string): corev1.ConfigMap | undefined;
  secret(name: string): corev1.Secret | undefined;
  claim(name: string): corev1.PersistentVolumeClaim | undefined;
  persistentVolume(name: string): corev1.PersistentVolume | undefined;
  /** What is in the files of the node. */
  machine(): MachineFiles;
  /** What pods have made at a path of the node. */
  pathKind(path: string): PathKind | undefined;
  /** What the node finds at the address or name of a server. */
  server(host: string, port: number): ServerState;
  /** What keeps the pod's volumes of CSI drivers from being mounted. */
  volumes(): { readonly waits: boolean; readonly errors: readonly string[] };
  /** The devices that plugins of its node give it; undefined if it asks for none. */
  pluginDevices: GivenByPlugins | undefined;
  /** The devices of its claims; undefined if it has none. */
  devices(): PodDevices | undefined;
  /** The handler of its RuntimeClass, if the container runtime of the node has none of that name. */
  missingRuntime(): string | undefined;
  processes: Processes;
  /** Set while the process of the pod, a component of the control plane, ends whenever it is started. */
  crash?: Crash | undefined;
  /** Set if the process of the pod, a component of the control plane, hangs, or did. */
  hang?: Hang | undefined;
  /** Set while the node cannot pull an image, by its full reference, as usual. */
  pullFault?(reference: string): PullFault | undefined;
  /** Why the node, which is under pressure or shutting down, does not admit the pod. */
  refusal: { reason: string; message: string } | undefined;
  /** Why the pod as it is asked for does not fit on its node; undefined if it does. */
  shortage(pod: corev1.Pod): { reason: string; message: string } | undefined;
}

/** One start of a container. */
export interface Start {
  readonly container: corev1.Container;
  /** The container's id, which is another one for each start. */
  readonly id: string;
  readonly startedAt: Instant;
}

/** How a process ends: when and with which code; or until when nothing is known of that; `never`: it goes on. */
export type End = { readonly at: Instant; readonly code: number; readonly message?: string } | { readonly lookAt: Instant } | 'never';

/** The result of a command in a container: whether it succeeded, and what it printed. */
export interface CommandResult {
  ok: boolean;
  output: string;
  /** Its exit code, and for how many milliseconds it ran. */
  code?: number;
  took?: number;
  /** Nothing is left to run in the container, so that the same command will give the same. */
  quiet?: boolean;
  /** It could not be run at all. */
  error?: string;
}

/** A process that was told to stop: its exit code, and when it ends; `ignores`: it does not handle SIGTERM. */
export type Stopped = { readonly code: number; readonly at: Instant } | { readonly ignores: true };

/**
 * What interpreted processes do, as far as it was looked at. Undefined: it has to be looked at first; the pod is planned again afterwards.
 */
export interface Processes {
  end(start: Start): End | undefined;
  /** Runs a command in a container at an instant. */
  run(start: Start, command: { argv: readonly string[]; timeoutSeconds: number; hook?: boolean }, at: Instant): CommandResult | undefined;
  /** Why a container is not created at an instant whose variables stand in files of volumes; `undefined` as `error`: it is. */
  fileVariables(container: corev1.Container, at: Instant): { readonly error: string | undefined } | undefined;
  /** When the pod stores more than it may with these containers, or when to look again. */
  storageUse(starts: readonly Start[]): { overage?: Overage; lookAt?: Instant } | undefined;
  /**
   * Whether what holds for all containers with the same text does not hold for these: clients have changed files in them, or the pod may not
   * have as many processes.
   */
  isPeculiar(): boolean;
  /** What follows from SIGTERM at an instant, after a preStop hook that has run from its own instant on. */
  stop(start: Start, at: Instant, hook?: { argv: readonly string[]; at: Instant }): Stopped | undefined;
}

/** An event about a pod or one of its containers. */
export interface PodEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** `spec.containers{web}`; unset for the pod itself. */
  fieldPath?: string;
}

/** What to do about a pod now. */
export interface PodPlan {
  /** The new status; unset if it is unchanged. */
  status?: corev1.PodStatus;
  events: readonly PodEvent[];
  memory: PodMemory;
  /** Images that were pulled to the node. */
  pulled: readonly string[];
  /** It has stopped and is to be removed from the API. */
  remove: boolean;
  /** When to plan it again. */
  at?: number;
}
