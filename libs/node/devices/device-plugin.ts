import { hash } from 'node:crypto';
import type { corev1 } from '#api';

/**
 * Device plugins (kubelet/cm/devicemanager), as far as the specs of their pods and the machine tell what they do: which resource they register
 * with the kubelet, which devices the machine has of it, and what containers get with them.
 */

/** A device as its plugin reports it. */
export interface PluginDevice {
  readonly id: string;
  readonly healthy: boolean;
}

/** A plugin that is connected to the kubelet of its node. */
export interface DevicePlugin {
  readonly resource: string;
  readonly devices: readonly PluginDevice[];
}

/** What a container gets with its devices of a resource. */
interface Given {
  readonly variables: Array<[name: string, value: string]>;
  /** Paths of device files. */
  readonly files: readonly string[];
}

interface PluginProgram {
  readonly image: string;
  readonly resource: string;
  /** Whether the container runs the plugin: images have other programs, too. */
  runs(container: corev1.Container): boolean;
  /** The ids of the devices that it finds. */
  devices(node: corev1.Node): string[];
  given(ids: readonly string[], index: (id: string) => number): Given;
}

/** How many GPUs a machine has: what GPU feature discovery labels its Node with. */
const GPU_COUNT = 'nvidia.com/gpu.count';
const MOST_GPUS = 16;
/** Devices that are out of order: their ids or numbers, separated by commas. */
const UNHEALTHY = 'devices.orrery.io/unhealthy';
const LONGEST = 4096;

function gpuID(node: string, index: number): string {
  const hex = hash('sha256', `${node}/gpu/${index}`);
  return `GPU-${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

const PROGRAMS: readonly PluginProgram[] = [
  {
    image: 'nvcr.io/nvidia/k8s-device-plugin',
    resource: 'nvidia.com/gpu',
    runs: ({ command: [program] = [] }) => program === undefined || /(^|\/)nvidia-device-plugin$/.test(program),
    devices({ metadata }) {
      const count = Number(/^\d{1,4}$/.exec(metadata.labels?.[GPU_COUNT] ?? '')?.[0] ?? 0);
      return Array.from({ length: Math.min(count, MOST_GPUS) }, (_, index) => gpuID(metadata.name, index));
    },
    given: (ids, index) => ({
      variables: [['NVIDIA_VISIBLE_DEVICES', ids.join(',')]],
      files: ['/dev/nvidiactl', '/dev/nvidia-uvm', ...ids.map((id) => `/dev/nvidia${index(id)}`)],
    }),
  },
  // Kubernetes' own plugin for tests (test/images/sample-device-plugin).
  {
    image: 'registry.k8s.io/e2e-test-images/sample-device-plugin',
    resource: 'example.com/resource',
    runs: ({ env = [] }) => !env.some(({ name, value }) => name === 'REGISTER_CONTROL_FILE' && value),
    devices: () => ['Dev-1', 'Dev-2'],
    given: (ids) => ({ variables: [], files: ids.map((id) => `/tmp/${id}`) }),
  },
];

/** The resources of all plugins that there are. */
export const PLUGIN_RESOURCES: readonly string[] = PROGRAMS.map(({ resource }) => resource);

function programIn({ spec }: corev1.Pod): PluginProgram | undefined {
  for (const container of spec.containers) {
    const { image = '' } = container;
    const program = PROGRAMS.find(
      (each) => image.startsWith(`${each.image}:`) || image.startsWith(`${each.image}@`) || image === each.image,
    );
    if (program?.runs(container)) return program;
  }
  return undefined;
}

/** Whether a pod runs a device plugin. */
export const isDevicePlugin = (pod: corev1.Pod): boolean => programIn(pod) !== undefined;

/** What the plugin of a pod registers; undefined if it is none, or finds no device. */
export function devicePluginIn(pod: corev1.Pod, node: corev1.Node): DevicePlugin | undefined {
  const program = programIn(pod);
  const ids = program?.devices(node) ?? [];
  if (!program || ids.length === 0) return undefined;
  const unhealthy = new Set((node.metadata.annotations?.[UNHEALTHY] ?? '').slice(0, LONGEST).split(/[\s,]+/));
  return {
    resource: program.resource,
    devices: ids.map((id, index) => ({ id, healthy: !unhealthy.has(id) && !unhealthy.has(String(index)) })),
  };
}

/** What a container has been given of its node's devices, as its status tells: variables and files of devices. */
export function givenDevices({ spec, status }: corev1.Pod, { name }: corev1.Container): Given {
  const own = status?.containerStatuses?.find((each) => each.name === name)?.allocatedResourcesStatus ?? [];
  const given = own.flatMap(({ name: resource, resources = [] }) => {
    const program = PROGRAMS.find((each) => each.resource === resource);
    const ids = resources.map(({ resourceID }) => resourceID);
    const all = program?.devices(machineOf(spec.nodeName ?? '')) ?? [];
    return program && ids.length > 0 ? [program.given(ids, (id) => Math.max(0, all.indexOf(id)))] : [];
  });
  return { variables: given.flatMap(({ variables }) => variables), files: given.flatMap(({ files }) => files) };
}

/** A machine of that name with all devices that it might have: their numbers do not depend on how many there are. */
const machineOf = (name: string): corev1.Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { [GPU_COUNT]: String(MOST_GPUS) } },
  spec: {},
});
