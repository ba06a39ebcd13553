import type { corev1 } from '#api';
import { podView } from './check.js';
import { detailOf, violations } from './evaluate.js';
import type { Level } from './policy.js';

type Container = Partial<corev1.Container>;
type Spec = Partial<Omit<corev1.PodSpec, 'containers'>> & { containers?: Container[] };

async function check(level: Level, version: string, { containers = [{}], ...spec }: Spec, annotations: Record<string, string> = {}) {
  const named = containers.map((container, index) => ({ name: 'abcdef'[index] ?? '', ...container }));
  const view = podView({ metadata: { name: 'p', annotations }, spec: { ...spec, containers: named } });
  return detailOf(await violations(view, { level, version }, () => undefined));
}

const security = (...contexts: corev1.SecurityContext[]): Spec => ({
  containers: contexts.map((securityContext) => ({ securityContext })),
});
const httpGet = (host: string) => ({ httpGet: { port: 80, host } });

describe('baseline', () => {
  test.each<[Spec, string]>([
    [{}, ''],
    [{ hostNetwork: true, hostPID: true, hostIPC: true }, 'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)'],
    [{ volumes: [{ name: 'v', hostPath: { path: '/' } }] }, 'hostPath volumes (volume "v")'],
    [{ volumes: ['v', 'w'].map((name) => ({ name, hostPath: { path: '/' } })) }, 'hostPath volumes (volumes "v", "w")'],
    [{ containers: [{ ports: [{ containerPort: 1, hostPort: 0 }] }] }, ''],
    [{ containers: [{ ports: [{ containerPort: 1, hostPort: 80 }] }] }, 'hostPort (container "a" uses hostPort 80)'],
    [
      { containers: [9, 80, 9].map((hostPort) => ({ ports: [{ containerPort: 1, hostPort }] })) },
      'hostPort (containers "a", "b", "c" use hostPorts 80, 9)',
    ],
    [
      { containers: [{ livenessProbe: httpGet('h') }, { lifecycle: { preStop: { tcpSocket: { port: 1, host: 'g' } } } }] },
      'probe or lifecycle host (containers "a", "b" use probe or lifecycle hosts "g", "h")',
    ],
    [
      { containers: [{ readinessProbe: httpGet('h'), startupProbe: httpGet(''), lifecycle: { postStart: httpGet('h') } }] },
      'probe or lifecycle host (container "a" uses probe or lifecycle host "h")',
    ],
    [security({ privileged: true }, { privileged: false }), 'privileged (container "a" must not set securityContext.privileged=true)'],
    [
      security({ capabilities: { add: ['SYS_ADMIN', 'CHOWN'] } }, { capabilities: { add: ['NET_RAW'] } }),
      'non-default capabilities (containers "a", "b" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
    ],
    [security({ procMount: 'Default' }), ''],
    [security({ procMount: 'Unmasked' }), 'procMount (container "a" must not set securityContext.procMount to "Unmasked")'],
    [{ hostUsers: false, ...security({ procMount: 'Unmasked' }) }, ''],
    [
      { securityContext: { seLinuxOptions: { type: 'x', user: 'u' } }, ...security({ seLinuxOptions: { type: 'y', role: 'r' } }, {}) },
      'seLinuxOptions (pod and container "a" set forbidden securityContext.seLinuxOptions: types "x", "y"; user may not be set; role may not be set)',
    ],
    [
      security({ seLinuxOptions: { user: 'u' } }),
      'seLinuxOptions (container "a" set forbidden securityContext.seLinuxOptions: user may not be set)',
    ],
    [security({ seLinuxOptions: { type: 'container_engine_t' } }), ''],
    [
      { securityContext: { seccompProfile: { type: 'Unconfined' } } },
      'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [security({ seccompProfile: { type: 'Localhost', localhostProfile: 'p' } }), ''],
    [
      { securityContext: { appArmorProfile: { type: 'Unconfined' } }, ...security({ appArmorProfile: { type: 'Unconfined' } }) },
      'forbidden AppArmor profile (pod and container "a" must not set AppArmor profile type to "Unconfined")',
    ],
    [
      { securityContext: { sysctls: ['kernel.sem', 'net.ipv4.tcp_rmem', 'a'].map((name) => ({ name, value: '1' })) } },
      'forbidden sysctls (kernel.sem, a)',
    ],
    [
      { securityContext: { windowsOptions: { hostProcess: true } }, ...security({ windowsOptions: { hostProcess: true } }) },
      'hostProcess (pod and container "a" must not set securityContext.windowsOptions.hostProcess=true)',
    ],
    [
      {
        initContainers: [{ name: 'i', securityContext: { privileged: true } }],
        ephemeralContainers: [{ name: 'e', securityContext: { privileged: true } }],
        ...security({ privileged: true }),
      },
      'privileged (containers "i", "a", "e" must not set securityContext.privileged=true)',
    ],
  ])('%j', async (spec, want) => {
    expect(await check('baseline', 'latest', spec)).toBe(want);
  });

  test.each<[Record<string, string>, string, string]>([
    [{ 'container.apparmor.security.beta.kubernetes.io/a': 'runtime/default' }, 'latest', ''],
    [{ 'container.apparmor.security.beta.kubernetes.io/a': 'localhost/x' }, 'latest', ''],
    [
      { 'container.apparmor.security.beta.kubernetes.io/a': 'unconfined' },
      'latest',
      'forbidden AppArmor profile (annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/a="unconfined"")',
    ],
    [{ 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' }, 'v1.19', ''],
    [
      { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined', 'container.seccomp.security.alpha.kubernetes.io/a': 'x' },
      'v1.18',
      'seccompProfile (forbidden annotations container.seccomp.security.alpha.kubernetes.io/a="x", seccomp.security.alpha.kubernetes.io/pod="unconfined")',
    ],
    [{ 'seccomp.security.alpha.kubernetes.io/pod': 'docker/default' }, 'v1.0', ''],
  ])('annotations %j at %s', async (annotations, version, want) => {
    expect(await check('baseline', version, {}, annotations)).toBe(want);
  });
});

const SAFE: corev1.SecurityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const safe = (context: corev1.SecurityContext = {}, spec: Spec = {}): Spec => ({
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [{ securityContext: { ...SAFE, ...context } }],
  ...spec,
});

const NAKED = [
  'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false)',
  'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"])',
  'runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)',
  'seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
];

describe('restricted', () => {
  test.each<[Spec, string]>([
    [safe(), ''],
    [{}, NAKED.join(', ')],
    [{ os: { name: 'windows' } }, NAKED[2] ?? ''],
    [{ hostUsers: false }, [NAKED[0], NAKED[1], NAKED[3]].join(', ')],
    [{ os: { name: 'windows' }, hostUsers: false }, ''],
    [safe({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }), ''],
    [
      safe({ capabilities: { drop: ['CHOWN'], add: ['NET_RAW', 'CHOWN'] } }),
      'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]; container "a" must not include "CHOWN", "NET_RAW" in securityContext.capabilities.add)',
    ],
    [
      safe({ procMount: 'Unmasked' }, { hostUsers: false }),
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      safe({ runAsNonRoot: false }, { securityContext: { runAsNonRoot: false, runAsUser: 0, seccompProfile: { type: 'Localhost' } } }),
      'runAsNonRoot != true (pod and container "a" must not set securityContext.runAsNonRoot=false), runAsUser=0 (pod must not set runAsUser=0)',
    ],
    [safe({ runAsNonRoot: true, runAsUser: 0 }), 'runAsUser=0 (container "a" must not set runAsUser=0)'],
    [safe({ runAsUser: 0 }, { hostUsers: false }), ''],
    [
      safe({ seccompProfile: { type: 'Unconfined' } }),
      'seccompProfile (container "a" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      safe({}, { volumes: [{ name: 'v', hostPath: { path: '/' } }, { name: 'w', nfs: { server: 's', path: '/' } }, { name: 'x' }] }),
      'restricted volume types (volumes "v", "w", "x" use restricted volume types "hostPath", "nfs", "unknown")',
    ],
    [
      safe(
        {},
        {
          volumes: [
            { name: 'v', emptyDir: {} },
            { name: 'w', image: { reference: 'i' } },
          ],
        },
      ),
      '',
    ],
    [
      safe({ privileged: true }, { hostPID: true }),
      'host namespaces (hostPID=true), privileged (container "a" must not set securityContext.privileged=true)',
    ],
  ])('%j', async (spec, want) => {
    expect(await check('restricted', 'latest', spec)).toBe(want);
  });
});

describe('versions', () => {
  const host = { containers: [{ livenessProbe: httpGet('h') }] };
  const HOST = 'probe or lifecycle host (container "a" uses probe or lifecycle host "h")';
  const sysctl = (name: string) => ({ securityContext: { sysctls: [{ name, value: '1' }] } });
  const engine = security({ seLinuxOptions: { type: 'container_engine_t' } });
  const unmasked = { hostUsers: false, ...security({ procMount: 'Unmasked' }) };
  const UNMASKED = 'procMount (container "a" must not set securityContext.procMount to "Unmasked")';
  test.each<[Level, string, Spec, string]>([
    ['privileged', 'latest', { hostPID: true }, ''],
    ['baseline', 'v1.33', host, ''],
    ['baseline', 'v1.34', host, HOST],
    ['baseline', 'v1.99', host, HOST],
    ['baseline', 'v1.26', sysctl('net.ipv4.ip_local_reserved_ports'), 'forbidden sysctls (net.ipv4.ip_local_reserved_ports)'],
    ['baseline', 'v1.27', sysctl('net.ipv4.ip_local_reserved_ports'), ''],
    ['baseline', 'v1.28', sysctl('net.ipv4.tcp_fin_timeout'), 'forbidden sysctls (net.ipv4.tcp_fin_timeout)'],
    ['baseline', 'v1.29', sysctl('net.ipv4.tcp_fin_timeout'), ''],
    ['baseline', 'v1.31', sysctl('net.ipv4.tcp_wmem'), 'forbidden sysctls (net.ipv4.tcp_wmem)'],
    ['baseline', 'v1.32', sysctl('net.ipv4.tcp_wmem'), ''],
    ['baseline', 'v1.30', engine, 'seLinuxOptions (container "a" set forbidden securityContext.seLinuxOptions: type "container_engine_t")'],
    ['baseline', 'v1.31', engine, ''],
    ['baseline', 'v1.34', unmasked, UNMASKED],
    ['baseline', 'v1.35', unmasked, ''],
    ['restricted', 'v1.0', {}, NAKED[2] ?? ''],
    ['restricted', 'v1.7', {}, NAKED[2] ?? ''],
    ['restricted', 'v1.8', {}, [NAKED[0], NAKED[2]].join(', ')],
    ['restricted', 'v1.19', {}, [NAKED[0], NAKED[2], NAKED[3]].join(', ')],
    ['restricted', 'v1.22', {}, NAKED.join(', ')],
    ['restricted', 'v1.24', { os: { name: 'windows' } }, NAKED.join(', ')],
    ['restricted', 'v1.25', { os: { name: 'windows' } }, NAKED[2] ?? ''],
    ['restricted', 'v1.34', { hostUsers: false }, NAKED.join(', ')],
    ['restricted', 'v1.22', safe({ runAsUser: 0 }), ''],
    ['restricted', 'v1.23', safe({ runAsUser: 0 }), 'runAsUser=0 (container "a" must not set runAsUser=0)'],
    [
      'restricted',
      'v1.21',
      safe({ capabilities: { add: ['NET_RAW'] } }),
      'non-default capabilities (container "a" must not include "NET_RAW" in securityContext.capabilities.add)',
    ],
  ])('%s %s %j', async (level, version, spec, want) => {
    expect(await check(level, version, spec)).toBe(want);
  });
});

test('gives way between two checks', async () => {
  const view = podView({ spec: { containers: [] } });
  let ways = 0;
  const giveWay = () => {
    ways++;
    return Promise.resolve();
  };
  await violations(view, { level: 'restricted', version: 'latest' }, giveWay);
  expect(ways).toBe(15);
});

test('names a bounded number of values', async () => {
  const add = Array.from({ length: 20_000 }, (_, i) => `X${i}`);
  const detail = await check('baseline', 'latest', security({ capabilities: { add } }));
  expect(detail.split(', ').length).toBe(10_000);
});
