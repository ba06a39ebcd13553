import type { corev1 } from '#api';
import { hasCapability, processStatus } from './capabilities.js';

const container = (securityContext?: corev1.SecurityContext): corev1.Container => ({
  name: 'c',
  image: 'i',
  ...(securityContext ? { securityContext } : {}),
});
const capabilities = (add: string[], drop: string[] = []) => ({ capabilities: { add, drop } });

it.each<[string, corev1.SecurityContext | undefined, number, string, string]>([
  ['root', undefined, 0, '00000000a80425fb', '00000000a80425fb'],
  ['a user', undefined, 1000, '0000000000000000', '00000000a80425fb'],
  ['root with more', capabilities(['NET_ADMIN', 'CAP_SYS_TIME', 'NO_SUCH']), 0, '00000000aa0435fb', '00000000aa0435fb'],
  ['root without any', capabilities([], ['ALL']), 0, '0000000000000000', '0000000000000000'],
  ['root with one alone', capabilities(['NET_BIND_SERVICE'], ['all']), 0, '0000000000000400', '0000000000000400'],
  ['root with all but one', capabilities(['ALL'], ['SYS_ADMIN']), 0, '000001ffffdfffff', '000001ffffdfffff'],
  ['a privileged container', { privileged: true, ...capabilities([], ['ALL']) }, 0, '000001ffffffffff', '000001ffffffffff'],
])('capabilities of %s', (_, security, uid, effective, bounding) => {
  const lines = processStatus(container(security), { uid, gid: 0, supplementalGroups: [0] }, 'sh').split('\n');
  expect(lines.filter((line) => line.startsWith('Cap'))).toEqual([
    'CapInh:\t0000000000000000',
    `CapPrm:\t${effective}`,
    `CapEff:\t${effective}`,
    `CapBnd:\t${bounding}`,
    'CapAmb:\t0000000000000000',
  ]);
});

it('what else a process shows of itself', () => {
  const security = { allowPrivilegeEscalation: false, seccompProfile: { type: 'RuntimeDefault' } };
  expect(processStatus(container(security), { uid: 1000, gid: 3000, supplementalGroups: [3000, 2000] }, 'sh')).toMatch(
    /^Name:\tsh\n(?:.*\n)*Uid:\t1000\t1000\t1000\t1000\nGid:\t3000\t3000\t3000\t3000\nGroups:\t2000 3000 \n(?:Cap.*\n){5}NoNewPrivs:\t1\nSeccomp:\t2\n$/,
  );
});

it.each([
  ['root', 0, {}, true],
  ['a user', 1, {}, false],
  ['root without it', 0, capabilities([], ['CHOWN']), false],
] as const)('%s may change owners: %s', (_, uid, security, expected) => {
  expect(hasCapability(container(security as corev1.SecurityContext), uid, 'CHOWN')).toBe(expected);
});
