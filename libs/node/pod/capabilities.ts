import type { corev1 } from '#api';

/** The Linux capabilities of containers, as containerd gives them. */

/** By number (capability.h). */
const NAMES =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'.split(
    ' ',
  );
/** What a container has that says nothing (oci/spec.go defaultUnixCaps). */
const DEFAULTS = [
  ...['CHOWN', 'DAC_OVERRIDE', 'FSETID', 'FOWNER', 'MKNOD', 'NET_RAW', 'SETGID', 'SETUID', 'SETFCAP', 'SETPCAP', 'NET_BIND_SERVICE'],
  ...['SYS_CHROOT', 'KILL', 'AUDIT_WRITE'],
];

const named = (name: string): string => name.toUpperCase().replace(/^CAP_/, '');

/** The capabilities that processes of a container may have: first all are added or dropped, then single ones. */
function boundingSet({ privileged, capabilities }: corev1.SecurityContext): ReadonlySet<string> {
  if (privileged) return new Set(NAMES);
  const [add = [], drop = []] = [capabilities?.add?.map(named), capabilities?.drop?.map(named)];
  const set = new Set(add.includes('ALL') ? NAMES : drop.includes('ALL') ? [] : DEFAULTS);
  for (const name of add) if (NAMES.includes(name)) set.add(name);
  for (const name of drop) set.delete(name);
  return set;
}

const mask = (set: ReadonlySet<string>): string =>
  NAMES.reduce((bits, name, at) => (set.has(name) ? bits | (1n << BigInt(at)) : bits), 0n)
    .toString(16)
    .padStart(16, '0');

const NONE: ReadonlySet<string> = new Set();

/** Whether a process of a user has a capability: users other than root have none. */
export function hasCapability(container: corev1.Container, uid: number, name: string): boolean {
  return uid === 0 && boundingSet(container.securityContext ?? {}).has(name);
}

/** /proc/self/status, as far as it tells of users and capabilities. */
export function processStatus(
  container: corev1.Container,
  { uid, gid, supplementalGroups = [] }: corev1.LinuxContainerUser,
  name: string,
): string {
  const security = container.securityContext ?? {};
  const bounding = boundingSet(security);
  const effective = mask(uid === 0 ? bounding : NONE);
  const four = (id: number): string => Array(4).fill(id).join('\t');
  return [
    ...[`Name:\t${name}`, 'Umask:\t0022', 'State:\tS (sleeping)', 'Tgid:\t1', 'Pid:\t1', 'PPid:\t0'],
    ...[`Uid:\t${four(uid)}`, `Gid:\t${four(gid)}`, `Groups:\t${[...supplementalGroups].sort((a, b) => a - b).join(' ')} `],
    ...[`CapInh:\t${mask(NONE)}`, `CapPrm:\t${effective}`, `CapEff:\t${effective}`, `CapBnd:\t${mask(bounding)}`, `CapAmb:\t${mask(NONE)}`],
    `NoNewPrivs:\t${security.allowPrivilegeEscalation === false ? 1 : 0}`,
    `Seccomp:\t${security.seccompProfile && security.seccompProfile.type !== 'Unconfined' ? 2 : 0}`,
    '',
  ].join('\n');
}
