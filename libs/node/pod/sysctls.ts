import type { corev1 } from '#api';

/** Which kernel parameters a pod may set (kubelet/sysctl allowlist.go, component-helpers/node/util/sysctl). Pure. */

/** Those that are safe with the kernel of the nodes. */
const SAFE = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
];

type Namespace = 'IPC' | 'Net';

const IPC_NAMES = /^kernel\.(sem|shmall|shmmax|shmmni|shm_rmid_forced|shm|msgmax|msgmnb|msgmni|msg)$/;

function namespaceOf(name: string): Namespace | undefined {
  if (IPC_NAMES.test(name) || name.startsWith('fs.mqueue.')) return 'IPC';
  return name.startsWith('net.') ? 'Net' : undefined;
}

/** `net/ipv4/conf/eth0.1/x` is written with dots for slashes, and slashes for dots. */
export function sysctlName(written: string): string {
  const separator = /[./]/.exec(written)?.[0];
  return separator === '/' ? written.replace(/[./]/g, (found) => (found === '/' ? '.' : '/')) : written;
}

/** The namespace of the first pattern that allows a parameter; undefined: none does. */
function allowedIn(name: string, patterns: readonly string[]): Namespace | undefined {
  for (const pattern of [...SAFE, ...patterns]) {
    const normal = sysctlName(pattern);
    const star = normal.indexOf('*');
    const start = star < 0 ? normal : normal.slice(0, star);
    const namespace = namespaceOf(start);
    if (namespace !== undefined && (star < 0 ? name === start : name.startsWith(start))) return namespace;
  }
  return undefined;
}

/** Why a pod is not admitted because of its parameters. `unsafe`: allowedUnsafeSysctls of the node's kubelet. */
export function sysctlRefusal({ spec }: corev1.Pod, unsafe: unknown): { reason: string; message: string } | undefined {
  const patterns = Array.isArray(unsafe) ? unsafe.filter((each): each is string => typeof each === 'string') : [];
  for (const { name: written } of spec.securityContext?.sysctls ?? []) {
    const name = sysctlName(written);
    const namespace = allowedIn(name, patterns);
    const shared = namespace === 'IPC' ? spec.hostIPC : namespace === 'Net' && spec.hostNetwork;
    const why = namespace === undefined ? 'not allowlisted' : `not allowed with host ${namespace} enabled`;
    if (namespace === undefined || shared)
      return { reason: 'SysctlForbidden', message: `forbidden sysctl: ${JSON.stringify(name)} ${why}` };
  }
  return undefined;
}
