import type { corev1 } from '#api';
import { withPodUser } from './linux-user.js';
import type { ContainerMemory } from './memory.js';

/** The list in the spec that a container belongs to; a sidecar is an init container with restart policy Always. */
type Role = 'init' | 'sidecar' | 'main' | 'ephemeral';

/** One container of a pod while it is being planned: its spec and its state. Modified only by the planner. */
export interface Slot {
  readonly role: Role;
  readonly container: corev1.Container;
  readonly fieldPath: string;
  status: corev1.ContainerStatus;
  memory: ContainerMemory;
}

const FIELD = { init: 'initContainers', sidecar: 'initContainers', main: 'containers', ephemeral: 'ephemeralContainers' } as const;

function mountStatuses(container: corev1.Container): corev1.VolumeMountStatus[] | undefined {
  return container.volumeMounts?.map(({ name, mountPath, readOnly }) =>
    readOnly ? { name, mountPath, readOnly, recursiveReadOnly: 'Disabled' } : { name, mountPath },
  );
}

/** The status of a container before anything was done (convertToAPIContainerStatuses). */
function waitingStatus(container: corev1.Container, reason: string): corev1.ContainerStatus {
  const volumeMounts = mountStatuses(container);
  return {
    name: container.name,
    state: { waiting: { reason } },
    lastState: {},
    ready: false,
    restartCount: 0,
    image: container.image ?? '',
    imageID: '',
    started: false,
    ...(volumeMounts && volumeMounts.length > 0 ? { volumeMounts } : {}),
  };
}

/** Creates the slots of a pod in the order of their start. */
export function slotsOf(pod: corev1.Pod, memories: Readonly<Record<string, ContainerMemory>>): Slot[] {
  const { spec, status } = pod;
  const initContainers = spec?.initContainers ?? [];
  const reason = initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const byName = (statuses: readonly corev1.ContainerStatus[] = []) => new Map(statuses.map((each) => [each.name, each]));
  const make = (role: Role, written: corev1.Container, statuses: ReadonlyMap<string, corev1.ContainerStatus>): Slot => {
    const container = withPodUser(pod, written);
    const known = statuses.get(container.name);
    return {
      role,
      container,
      fieldPath: `spec.${FIELD[role]}{${container.name}}`,
      status: known ? { ...known } : waitingStatus(container, reason),
      memory: (Object.hasOwn(memories, container.name) ? memories[container.name] : undefined) ?? {},
    };
  };
  const ephemeral = byName(status?.ephemeralContainerStatuses);
  const init = byName(status?.initContainerStatuses);
  const main = byName(status?.containerStatuses);
  return [
    ...(spec?.ephemeralContainers ?? []).map((c) => make('ephemeral', c as corev1.Container, ephemeral)),
    ...initContainers.map((c) => make(c.restartPolicy === 'Always' ? 'sidecar' : 'init', c, init)),
    ...(spec?.containers ?? []).map((c) => make('main', c, main)),
  ];
}
