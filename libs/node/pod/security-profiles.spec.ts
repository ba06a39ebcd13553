import type { corev1 } from '#api';
import { profileError } from './security-profiles.js';
import { nginx, podOf } from './story.js';
import type { MachineFiles } from './world.js';

const files: Record<string, string> = {
  '/var/lib/kubelet/seccomp/audit.json': '{"defaultAction":"SCMP_ACT_LOG"}',
  '/var/lib/kubelet/seccomp/empty.json': '',
  '/etc/apparmor.d/k8s': '#include <tunables/global>\n\nprofile deny-write flags=(attach_disconnected) {\n}\n',
};
const machine = (): MachineFiles => ({
  configuration: {},
  file: (path) => files[path],
  filesIn: (directory) => Object.keys(files).flatMap((path) => (path.startsWith(directory) ? [files[path] ?? ''] : [])),
});

const seccomp = (localhostProfile: string) => ({ seccompProfile: { type: 'Localhost', localhostProfile } });
const appArmor = (localhostProfile: string) => ({ appArmorProfile: { type: 'Localhost', localhostProfile } });
const missing = (path: string): string =>
  `failed to create containerd container: cannot load seccomp profile "/var/lib/kubelet/seccomp/${path}": open /var/lib/kubelet/seccomp/${path}: no such file or directory`;

test.each<[string, corev1.PodSecurityContext, corev1.SecurityContext, string | undefined]>([
  ['no profiles', {}, {}, undefined],
  ['a seccomp profile that is there', {}, seccomp('audit.json'), undefined],
  ['one that is missing', {}, seccomp('profiles/deny.json'), missing('profiles/deny.json')],
  ['one of the pod', seccomp('pod.json'), {}, missing('pod.json')],
  ['that of the container counts', seccomp('pod.json'), seccomp('audit.json'), undefined],
  ['RuntimeDefault', seccomp('pod.json'), { seccompProfile: { type: 'RuntimeDefault' } }, undefined],
  ['a privileged container has none', seccomp('pod.json'), { privileged: true }, undefined],
  [
    'an empty file',
    {},
    seccomp('empty.json'),
    'failed to create containerd container: decoding seccomp profile failed "/var/lib/kubelet/seccomp/empty.json": unexpected end of JSON input',
  ],
  ['an AppArmor profile that is loaded', {}, appArmor('deny-write'), undefined],
  [
    'one that is not',
    appArmor('k8s-apparmor-example-deny-write'),
    {},
    'failed to get container spec opts: failed to generate apparmor spec opts: apparmor profile not found k8s-apparmor-example-deny-write',
  ],
])('profiles: %s', (_, pod, container, error) =>
  expect(profileError(podOf({ securityContext: pod }), { ...nginx, securityContext: container }, machine)).toBe(error),
);
