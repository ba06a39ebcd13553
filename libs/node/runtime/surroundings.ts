import type { corev1 } from '#api';
import { parseQuantity } from '#apimachinery';
import { hostnameOf } from '../pod/host-name.js';
import type { Surroundings } from '../shell/process.js';
import type { ClusterNetwork } from './cluster-network.js';
import type { Container } from './container.js';

/** What a volume is mounted from: a disk, an image, or nothing but memory. */
function kindOf({ emptyDir, hostPath, persistentVolumeClaim, image }: Partial<corev1.Volume> = {}): string {
  if (image) return 'overlay';
  const isOnDisk = (emptyDir !== undefined && emptyDir.medium !== 'Memory') || (hostPath ?? persistentVolumeClaim) !== undefined;
  return isOnDisk ? '/dev/sda1' : 'tmpfs';
}

interface Machine {
  /** The network as of the process that asks. */
  network(): ClusterNetwork;
  /** What the clock of the node shows at an instant. */
  time(at: number): number;
}

/** What the commands of a container know of it. */
export function surroundingsOf(pod: corev1.Pod, container: Container, { network, time }: Machine): Surroundings {
  const user = container.status?.user?.linux;
  const memory = container.spec.resources?.limits?.memory;
  const volumes = new Map((pod.spec?.volumes ?? []).map((volume) => [volume.name, volume]));
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
    mounts: (container.spec.volumeMounts ?? []).map(({ name, mountPath, readOnly }) => ({
      path: mountPath,
      readOnly: readOnly === true || volumes.get(name)?.image !== undefined,
      kind: kindOf(volumes.get(name)),
    })),
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
