import { type Check, type PodView, unlessUserNamespace, unlessWindows, type Violation } from './check.js';
import { hostNamespaces, hostPathVolumes, hostPorts, probeHosts, windowsHostProcess } from './host-checks.js';
import { procMount, restrictedVolumes, sysctls } from './mount-checks.js';
import { type LevelVersion, minorOf } from './policy.js';
import {
  allowPrivilegeEscalation,
  baselineCapabilities,
  privileged,
  restrictedCapabilities,
  runAsNonRoot,
  runAsUser,
} from './privilege-checks.js';
import { appArmorProfile, baselineSeccomp, restrictedSeccomp, seccompAnnotations, seLinuxOptions } from './profile-checks.js';

interface Versioned {
  id: string;
  /** The check since each minor version, oldest first. */
  since: ReadonlyArray<readonly [minor: number, check: Check]>;
  /** The baseline check that this one replaces. */
  overrides?: string;
}

const SELINUX_TYPES = ['container_t', 'container_init_t', 'container_kvm_t'];
const SYSCTLS_1_0 = [
  ...['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range'],
  'net.ipv4.ip_unprivileged_port_start',
];
const SYSCTLS_1_27 = [...SYSCTLS_1_0, 'net.ipv4.ip_local_reserved_ports'];
const SYSCTLS_1_29 = [
  ...SYSCTLS_1_27,
  ...['net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes'],
];
const SYSCTLS_1_32 = [...SYSCTLS_1_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

/** In the order of the ids' bytes, in which violations are listed (policy/registry.go). */
const BASELINE: readonly Versioned[] = [
  { id: 'appArmorProfile', since: [[0, appArmorProfile]] },
  { id: 'capabilities_baseline', since: [[0, baselineCapabilities]] },
  { id: 'hostNamespaces', since: [[0, hostNamespaces]] },
  { id: 'hostPathVolumes', since: [[0, hostPathVolumes]] },
  { id: 'hostPorts', since: [[0, hostPorts]] },
  { id: 'hostProbesAndHostLifecycle', since: [[34, probeHosts]] },
  { id: 'privileged', since: [[0, privileged]] },
  {
    id: 'procMount',
    since: [
      [0, procMount],
      [35, unlessUserNamespace(procMount)],
    ],
  },
  {
    id: 'seLinuxOptions',
    since: [
      [0, seLinuxOptions(SELINUX_TYPES)],
      [31, seLinuxOptions([...SELINUX_TYPES, 'container_engine_t'])],
    ],
  },
  {
    id: 'seccompProfile_baseline',
    since: [
      [0, seccompAnnotations],
      [19, baselineSeccomp],
    ],
  },
  {
    id: 'sysctls',
    since: [
      [0, sysctls(SYSCTLS_1_0)],
      [27, sysctls(SYSCTLS_1_27)],
      [29, sysctls(SYSCTLS_1_29)],
      [32, sysctls(SYSCTLS_1_32)],
    ],
  },
  { id: 'windowsHostProcess', since: [[0, windowsHostProcess]] },
];

const RESTRICTED: readonly Versioned[] = [
  {
    id: 'allowPrivilegeEscalation',
    since: [
      [8, allowPrivilegeEscalation],
      [25, unlessWindows(allowPrivilegeEscalation)],
    ],
  },
  {
    id: 'capabilities_restricted',
    since: [
      [22, restrictedCapabilities],
      [25, unlessWindows(restrictedCapabilities)],
    ],
    overrides: 'capabilities_baseline',
  },
  { id: 'procMount_restricted', since: [[35, procMount]], overrides: 'procMount' },
  { id: 'restrictedVolumes', since: [[0, restrictedVolumes]], overrides: 'hostPathVolumes' },
  {
    id: 'runAsNonRoot',
    since: [
      [0, runAsNonRoot],
      [35, unlessUserNamespace(runAsNonRoot)],
    ],
  },
  {
    id: 'runAsUser',
    since: [
      [23, runAsUser],
      [35, unlessUserNamespace(runAsUser)],
    ],
  },
  {
    id: 'seccompProfile_restricted',
    since: [
      [19, restrictedSeccomp],
      [25, unlessWindows(restrictedSeccomp)],
    ],
    overrides: 'seccompProfile_baseline',
  },
];

/** The version that last changed a check; later ones are the same. */
const NEWEST = 35;

const at = ({ since }: Versioned, minor: number): Check | undefined => since.findLast(([first]) => first <= minor)?.[1];

const checksAt = (list: readonly Versioned[], minor: number): Check[] =>
  list.flatMap((versioned) => {
    const check = at(versioned, minor);
    return check ? [check] : [];
  });

function restrictedAt(minor: number): Check[] {
  const overridden = new Set(RESTRICTED.filter((versioned) => at(versioned, minor)).map(({ overrides }) => overrides));
  const kept = BASELINE.filter(({ id }) => !overridden.has(id));
  return [...checksAt(kept, minor), ...checksAt(RESTRICTED, minor)];
}

const minors = Array.from({ length: NEWEST + 1 }, (_, minor) => minor);
const CHECKS = {
  privileged: [],
  baseline: minors.map((minor) => checksAt(BASELINE, minor)),
  restricted: minors.map(restrictedAt),
} satisfies Record<string, Check[][]>;

/** Gives way between two checks, where it is time to. */
export type GiveWay = () => Promise<void> | undefined;

/** What a pod violates of a policy, in upstream's order (policy/registry.go EvaluatePod). */
export async function violations(pod: PodView, policy: LevelVersion, giveWay: GiveWay): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const check of CHECKS[policy.level][Math.min(minorOf(policy), NEWEST)] ?? []) {
    const violation = check(pod);
    if (violation) found.push(violation);
    const pending = giveWay();
    if (pending) await pending;
  }
  return found;
}

/** `host namespaces (hostPID=true), privileged (container "a" must not …)`. */
export const detailOf = (found: readonly Violation[]): string => found.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
