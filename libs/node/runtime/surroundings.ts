import type { corev1 } from '#api';
import { parseQuantity } from '#apimachinery';
import { hostnameOf } from '../pod/host-name.js';
import type { Surroundings } from '../shell/process.js';
import type { ClusterNetwork } from './cluster-network.js';
import type { Container } from './container.js';
import type { MountLine } from './mount-table.js';

interface Machine {
  mounts: readonly MountLine[];
  /** The network as of the process that asks. */
  network(): ClusterNetwork;
  /** What the clock of the node shows at an instant. */
  time(at: number): number;
}

/** What the commands of a container know of it. */
export function surroundingsOf(pod: corev1.Pod, container: Container, { mounts, network, time }: Machine): Surroundings {
  const user = container.status?.user?.linux;
  const memory = container.spec.resources?.limits?.memory;
  return {
    hostname: hostnameOf(pod),
    podIP: pod.status?.podIP ?? '',
    time: (at) => time(at),
    uid: user?.uid ?? 0,
    gid: user?.gid ?? 0,
    groups: user?.supplementalGroups ?? [],
    main: { argv: container.argv, startedAt: container.current?.startedAt ?? 0 },
    memoryBytes: memory === undefined ? 8 * 1024 ** 3 : parseQuantity(memory).toNumber(),
    cpus: Math.max(1, Math.ceil(parseQuantity(container.spec.resources?.limits?.cpu ?? '4').toNumber())),
    mounts,
    network: {
      resolve: (name) => network().resolve(name),
      hasNameServer: () => network().hasNameServer(),
      etcd: () => network().etcd(),
      etcdDisk: () => network().etcdDisk(),
      http: (call) => network().http(call),
      connect: (host, port) => network().connect(host, port),
    },
    executables: new Set(Object.keys(container.image.executables ?? {})),
  };
}
