import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { type corev1, Pod } from '#api';
import { NodeFiles } from '#cluster';
import { logOf, podOf, start, summary } from './pod-stories.js';

/** What a script has printed, and how its pod ended. */
async function run(script: string, spec: Partial<corev1.PodSpec> = {}, more: Partial<corev1.Container> = {}): Promise<string[]> {
  const cluster = await start();
  const container = { name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script], ...more };
  await cluster.client.create(Pod, podOf({ restartPolicy: 'Never', ...spec, containers: [container] }));
  await cluster.advance(5_000);
  return [summary(await cluster.client.get(Pod, 'web', 'default')), ...(await logOf(cluster))];
}

it('kubelet: a container runs as the user of its pod, and its image feels it', async () => {
  expect(
    await run('id; touch /etc/x; touch /tmp/x && echo made', { securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000 } }),
  ).toEqual(['Succeeded c=Completed(0)', 'uid=1000 gid=3000 groups=2000,3000', 'touch: /etc/x: Permission denied', 'made']);
  expect(await run('echo x > /etc/x', { securityContext: { runAsUser: 1000 } })).toEqual([
    'Failed c=Error(1)',
    "sh: can't create /etc/x: Permission denied",
  ]);
});

it('kubelet: a root file system that is read-only', async () => {
  const script = 'touch /x; touch /data/x && echo made';
  const securityContext = { readOnlyRootFilesystem: true };
  const volumeMounts = [{ name: 'data', mountPath: '/data' }];
  expect(await run(script, { volumes: [{ name: 'data', emptyDir: {} }] }, { securityContext, volumeMounts })).toEqual([
    'Succeeded c=Completed(0)',
    'touch: /x: Read-only file system',
    'made',
  ]);
});

it('kubelet: host names and name servers', async () => {
  const script = 'hostname; tail -1 /etc/hosts; cat /etc/resolv.conf';
  const dnsConfig = { nameservers: ['192.0.2.1'], searches: ['example.com'], options: [{ name: 'ndots', value: '2' }] };
  const [, ...lines] = await run(script, { hostname: 'box', subdomain: 'sub', setHostnameAsFQDN: true, dnsPolicy: 'None', dnsConfig });
  expect(lines).toEqual([
    'box.sub.default.svc.cluster.local',
    expect.stringMatching(/^10\.244\.\d+\.\d+\tbox\.sub\.default\.svc\.cluster\.local\tbox$/),
    'search example.com',
    'nameserver 192.0.2.1',
    'options ndots:2',
  ]);
});

it('kubelet: resources in the environment are whole numbers of their divisor; a limit that is not set is that of the node', async () => {
  const of = (name: string, resource: string, divisor?: string): corev1.EnvVar => ({
    name,
    valueFrom: { resourceFieldRef: { resource, ...(divisor ? { divisor } : {}) } },
  });
  const env = [
    of('CPU', 'requests.cpu'),
    of('MILLI', 'requests.cpu', '1m'),
    of('MEMORY', 'limits.memory', '1Mi'),
    of('NODE', 'limits.cpu'),
  ];
  const resources = { requests: { cpu: '250m' }, limits: { memory: '100Mi' } };
  const [, line] = await run('echo $CPU $MILLI $MEMORY $NODE', {}, { env, resources });
  expect(line).toBe('1 250 100 4');
});

it('kubelet: what a container may do is felt by its processes and shown in /proc', async () => {
  const cluster = await start();
  const script = 'chown 1000 /tmp && echo given; grep -E "CapEff|NoNewPrivs" /proc/1/status; sleep 3600';
  const box = (securityContext?: corev1.SecurityContext): corev1.Container => ({
    ...{ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script] },
    ...(securityContext ? { securityContext } : {}),
  });
  const dropped = { capabilities: { drop: ['ALL'] }, allowPrivilegeEscalation: false };
  await cluster.client.create(Pod, podOf({ containers: [box()] }, 'plain'));
  await cluster.client.create(Pod, podOf({ containers: [box(dropped)] }, 'dropped'));
  await cluster.client.create(Pod, podOf({ containers: [box({ privileged: true, runAsUser: 1000 })] }, 'user'));
  await cluster.settle();
  const refused = 'chown: /tmp: Operation not permitted';
  expect([await logOf(cluster, 'plain'), await logOf(cluster, 'dropped'), await logOf(cluster, 'user')]).toEqual([
    ['given', 'CapEff:\t00000000a80425fb', 'NoNewPrivs:\t0'],
    [refused, 'CapEff:\t0000000000000000', 'NoNewPrivs:\t1'],
    [refused, 'CapEff:\t0000000000000000', 'NoNewPrivs:\t0'],
  ]);
});

it('kubelet: nginx does not start where it cannot write, and says why', async () => {
  const cluster = await start();
  const container = { name: 'c', image: 'nginx:1.27', securityContext: { readOnlyRootFilesystem: true } };
  await cluster.client.create(Pod, podOf({ containers: [container], restartPolicy: 'Never' }));
  const volumes = ['cache', 'run'].map((name) => ({ name, emptyDir: {} }));
  const volumeMounts = [
    { name: 'cache', mountPath: '/var/cache/nginx' },
    { name: 'run', mountPath: '/var/run' },
  ];
  await cluster.client.create(Pod, podOf({ containers: [{ ...container, volumeMounts }], volumes }, 'mended'));
  await cluster.advance(5_000);
  const { items } = await cluster.client.list(Pod, { namespace: 'default' });
  expect(items.map(summary)).toEqual(['Running c=running+ready', 'Failed c=Error(1)']);
  expect((await logOf(cluster)).at(-1)).toBe('nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)');
});

it('kubelet: kernel parameters, profiles of seccomp and of AppArmor', async () => {
  const cluster = await start();
  const { client } = cluster;
  const sysctls = [{ name: 'net.core.somaxconn', value: '1024' }];
  const script = ['sh', '-c', 'cat /proc/sys/net/core/somaxconn; sleep 1d'];
  const box = (spec: Partial<corev1.PodSpec>): Partial<corev1.PodSpec> => ({
    ...{ nodeName: 'worker-1', containers: [{ name: 'c', image: 'busybox:1.36', command: script }] },
    ...spec,
  });
  const localhost = { type: 'Localhost', localhostProfile: 'audit.json' };
  const pods = {
    unsafe: box({ securityContext: { sysctls } }),
    seccomp: box({ securityContext: { seccompProfile: localhost } }),
    apparmor: box({ securityContext: { appArmorProfile: { ...localhost, localhostProfile: 'deny' } } }),
  };
  for (const [name, spec] of Object.entries(pods)) await client.create(Pod, podOf(spec, name));
  await cluster.advance(5_000);
  const shown = async () => {
    const { items } = await client.list(Pod, { namespace: 'default' });
    return items.map((pod) => `${pod.metadata.name} ${summary(pod)}`);
  };
  expect(await shown()).toEqual([
    'apparmor Pending c=CreateContainerError',
    'seccomp Pending c=CreateContainerError',
    'unsafe Failed SysctlForbidden',
  ]);
  expect((await client.get(Pod, 'unsafe', 'default')).status?.message).toBe(
    'Pod was rejected: forbidden sysctl: "net.core.somaxconn" not allowlisted',
  );
  // The node gets what they want.
  const files = await NodeFiles.of(cluster.api, 'worker-1');
  await files.write('/var/lib/kubelet/config.yaml', stringify({ kind: 'KubeletConfiguration', allowedUnsafeSysctls: ['net.core.*'] }));
  await files.write('/var/lib/kubelet/seccomp/audit.json', '{"defaultAction":"SCMP_ACT_LOG"}');
  await files.write('/etc/apparmor.d/deny', 'profile deny {\n}\n');
  await client.create(Pod, podOf(pods.unsafe, 'allowed'));
  await cluster.advance(20_000);
  expect(await shown()).toEqual([
    'allowed Running c=running+ready',
    'apparmor Running c=running+ready',
    'seccomp Running c=running+ready',
    'unsafe Failed SysctlForbidden',
  ]);
  expect(await logOf(cluster, 'allowed')).toEqual(['1024']);
});

describe('kubelet: groups of a container', () => {
  const uid = 1000;
  const agnhost = { image: 'registry.k8s.io/e2e-test-images/agnhost:2.45' };
  it.each<[string, corev1.PodSecurityContext, Partial<corev1.Container>, string, corev1.LinuxContainerUser]>([
    [
      'of its image and its spec',
      { runAsUser: uid, supplementalGroups: [60000] },
      agnhost,
      'uid=1000(user-defined-in-image) gid=1000(user-defined-in-image) groups=1000(user-defined-in-image),50000(group-defined-in-image),60000',
      { uid, gid: uid, supplementalGroups: [uid, 50000, 60000] },
    ],
    [
      'of its spec alone',
      { runAsUser: uid, supplementalGroups: [60000], supplementalGroupsPolicy: 'Strict' },
      agnhost,
      'uid=1000(user-defined-in-image) gid=1000(user-defined-in-image) groups=1000(user-defined-in-image),60000',
      { uid, gid: uid, supplementalGroups: [uid, 60000] },
    ],
    [
      'with a primary group of its spec',
      { runAsUser: uid, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000], supplementalGroupsPolicy: 'Merge' },
      agnhost,
      'uid=1000(user-defined-in-image) gid=3000 groups=2000,3000,4000,50000(group-defined-in-image)',
      { uid, gid: 3000, supplementalGroups: [3000, 50000, 2000, 4000] },
    ],
    ['of busybox', {}, {}, 'uid=0(root) gid=0(root) groups=0(root),10(wheel)', { uid: 0, gid: 0, supplementalGroups: [0, 10] }],
    [
      'of a tag on Alpine',
      {},
      { image: 'redis:7-alpine' },
      'uid=0(root) gid=0(root) groups=0(root),1(bin),2(daemon),3(sys),4(adm),6(disk),10(wheel),11(floppy),20(dialout),26(tape),27(video)',
      { uid: 0, gid: 0, supplementalGroups: [0, 1, 2, 3, 4, 6, 10, 11, 20, 26, 27] },
    ],
    [
      'of a user of the image',
      { runAsUser: 999 },
      { image: 'redis:7' },
      'uid=999(redis) gid=999(redis) groups=999(redis)',
      { uid: 999, gid: 999, supplementalGroups: [999] },
    ],
  ])('%s', async (_, securityContext, container, id, linux) => {
    const cluster = await start();
    await cluster.client.create(
      Pod,
      podOf({ securityContext, containers: [{ name: 'c', image: 'busybox:1.36', ...container, command: ['sh', '-c', 'id; sleep 600'] }] }),
    );
    await cluster.advance(60_000);
    const { status } = await cluster.client.get(Pod, 'web', 'default');
    expect([status?.containerStatuses?.[0]?.user, await logOf(cluster)]).toEqual([{ linux }, [id]]);
  });
});
