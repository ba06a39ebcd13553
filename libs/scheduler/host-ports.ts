import type { corev1 } from '#api';

/** A host port in use: protocol, address and port. */
export interface HostPort {
  protocol: string;
  ip: string;
  port: number;
}

const ANY_ADDRESS = '0.0.0.0';

const known = new WeakMap<corev1.PodSpec, readonly HostPort[]>();

function read({ initContainers = [], containers }: corev1.PodSpec): HostPort[] {
  const sidecars = initContainers.filter((container) => container.restartPolicy === 'Always');
  return [...sidecars, ...containers].flatMap((container) =>
    (container.ports ?? []).flatMap((port) =>
      port.hostPort ? [{ protocol: port.protocol ?? 'TCP', ip: port.hostIP || ANY_ADDRESS, port: port.hostPort }] : [],
    ),
  );
}

/** The host ports of a pod. */
export function hostPortsOf({ spec }: corev1.Pod): readonly HostPort[] {
  const ports = known.get(spec) ?? read(spec);
  known.set(spec, ports);
  return ports;
}

/** The host ports in use on one node, by protocol and port, then by address (framework.HostPortInfo). */
export class HostPorts {
  private readonly taken = new Map<string, Map<string, number>>();

  /** Counts a port up or down. */
  count({ protocol, ip, port }: HostPort, sign: 1 | -1): void {
    const key = `${protocol}/${port}`;
    const addresses = this.taken.get(key) ?? new Map<string, number>();
    const times = (addresses.get(ip) ?? 0) + sign;
    if (times > 0) this.taken.set(key, addresses.set(ip, times));
    else if (addresses.delete(ip) && addresses.size === 0) this.taken.delete(key);
  }

  /** Whether a port conflicts: with the same address, or if either address is the wildcard. */
  conflicts({ protocol, ip, port }: HostPort): boolean {
    const addresses = this.taken.get(`${protocol}/${port}`);
    if (!addresses) return false;
    return ip === ANY_ADDRESS || addresses.has(ip) || addresses.has(ANY_ADDRESS);
  }

  clone(): HostPorts {
    const copy = new HostPorts();
    for (const [key, addresses] of this.taken) copy.taken.set(key, new Map(addresses));
    return copy;
  }
}
