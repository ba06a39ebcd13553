import type { corev1 } from '#api';
import { podOf } from './story.js';
import { sysctlName, sysctlRefusal } from './sysctls.js';

const setting = (names: readonly string[], spec: Partial<corev1.PodSpec> = {}): corev1.Pod =>
  podOf({ ...spec, securityContext: { sysctls: names.map((name) => ({ name, value: '1' })) } });

test.each<[string, corev1.Pod, unknown, string | undefined]>([
  ['none', podOf({}), undefined, undefined],
  ['a safe one', setting(['kernel.shm_rmid_forced', 'net.ipv4.tcp_rmem']), undefined, undefined],
  ['an unsafe one', setting(['net.ipv4.tcp_syncookies', 'net.core.somaxconn']), undefined, '"net.core.somaxconn" not allowlisted'],
  ['an allowed one', setting(['net.core.somaxconn', 'kernel.msgmax']), ['net.core.somaxconn', 'kernel.msg*'], undefined],
  ['written with slashes', setting(['net/core/somaxconn']), ['net.core.*'], undefined],
  ['of no namespace', setting(['vm.swappiness']), ['vm.*'], '"vm.swappiness" not allowlisted'],
  [
    'on the network of the node',
    setting(['net.ipv4.tcp_rmem'], { hostNetwork: true }),
    [],
    '"net.ipv4.tcp_rmem" not allowed with host Net enabled',
  ],
  ['in the IPC of the node', setting(['kernel.sem'], { hostIPC: true }), ['kernel.sem'], '"kernel.sem" not allowed with host IPC enabled'],
  ['of the node, but of another namespace', setting(['kernel.shm_rmid_forced'], { hostNetwork: true }), [], undefined],
  ['a configuration that is no list', setting(['net.core.somaxconn']), 'net.*', '"net.core.somaxconn" not allowlisted'],
])('sysctls: %s', (_, pod, unsafe, why) =>
  expect(sysctlRefusal(pod, unsafe)).toEqual(why && { reason: 'SysctlForbidden', message: `forbidden sysctl: ${why}` }),
);

test('names of parameters', () =>
  expect(['net.ipv4.a/b', 'net/ipv4/eth0.1/x', 'plain'].map(sysctlName)).toEqual(['net.ipv4.a/b', 'net.ipv4.eth0/1.x', 'plain']));
