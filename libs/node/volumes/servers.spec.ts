import type { corev1 } from '#api';
import { nginx, podOf, Story } from '../pod/story.js';
import { type ServerState, serverFailures } from './servers.js';

const using = (volume: Partial<corev1.Volume>): corev1.Pod =>
  podOf({ containers: [{ ...nginx, volumeMounts: [{ name: 'v', mountPath: '/data' }] }], volumes: [{ name: 'v', ...volume }] });

const failures = (pod: corev1.Pod, state: ServerState, volume?: Partial<corev1.PersistentVolumeSpec>) =>
  serverFailures(pod, {
    server: () => state,
    claim: () => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c' }, spec: { volumeName: 'pv' } }),
    persistentVolume: () => volume && { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv' }, spec: volume },
  });

const mount = (name: string, args: string, output: string): string =>
  `MountVolume.SetUp failed for volume "${name}" : mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs ${args} /var/lib/kubelet/pods/u1/volumes/kubernetes.io~nfs/${name}\nOutput: mount.nfs: ${output}\n`;

const nfs = { server: '10.0.0.9', path: '/exports' };
const claimed = using({ persistentVolumeClaim: { claimName: 'c' } });

test.each<[string, corev1.Pod, ServerState, Partial<corev1.PersistentVolumeSpec> | undefined, unknown]>([
  ['an NFS server that is there', using({ nfs }), 'serves', undefined, []],
  [
    'nobody at the address',
    using({ nfs }),
    'silent',
    undefined,
    [{ message: mount('v', '10.0.0.9:/exports', 'Connection timed out'), took: 120_000 }],
  ],
  [
    'nothing that listens, read-only',
    using({ nfs: { ...nfs, readOnly: true } }),
    'refuses',
    undefined,
    [{ message: mount('v', '-o ro 10.0.0.9:/exports', 'Connection refused'), took: 120_000 }],
  ],
  [
    'a name that the node does not know',
    using({ nfs: { server: 'nfs.default.svc', path: '/' } }),
    'unknown',
    undefined,
    [{ message: mount('v', 'nfs.default.svc:/', 'Failed to resolve server nfs.default.svc: Name or service not known'), took: 0 }],
  ],
  [
    'a persistent volume with options',
    claimed,
    'silent',
    { nfs, mountOptions: ['nfsvers=4.1', 'hard'] },
    [{ message: mount('pv', '-o hard,nfsvers=4.1 10.0.0.9:/exports', 'Connection timed out'), took: 120_000 }],
  ],
  [
    'iSCSI',
    using({ iscsi: { targetPortal: '10.0.0.8', iqn: 'iqn.2001-04.com.example:storage', lun: 0 } }),
    'silent',
    undefined,
    [
      {
        message: `MountVolume.WaitForAttach failed for volume "v" : failed to get any path for iscsi disk, last err seen:\niscsi: failed to sendtargets to portal 10.0.0.8:3260 output: ${'iscsiadm: connect to 10.0.0.8 timed out\n'.repeat(6)}iscsiadm: connection login retries (reopen_max) 5 exceeded\niscsiadm: Could not perform SendTargets discovery: encountered connection failure\n, err exit status 4`,
        took: 90_000,
      },
    ],
  ],
  [
    'Fibre Channel',
    claimed,
    'silent',
    { fc: { targetWWNs: ['50060e801049cfd1'], lun: 0 } },
    [{ message: 'MountVolume.WaitForAttach failed for volume "pv" : no fc disk found', took: 0 }],
  ],
  ['other volumes', claimed, 'silent', { hostPath: { path: '/x' } }, []],
])('volumes of servers: %s', (_, pod, state, volume, expected) => expect(failures(pod, state, volume)).toEqual(expected));

test('a mount that takes time fails when it has, is tried again, and goes on when the server is there', () => {
  let state: ServerState = 'silent';
  const story = new Story(using({ nfs }), { server: () => state });
  story.pass(119_000);
  expect([story.summary, story.events]).toEqual(['Pending c=ContainerCreating', []]);
  const failed = `FailedMount: ${mount('v', '10.0.0.9:/exports', 'Connection timed out')}`;
  story.pass(2_000);
  expect(story.events).toEqual([failed]);
  story.pass(120_000);
  expect(story.events).toEqual([failed, failed]);
  state = 'serves';
  story.pass(122_000);
  expect(story.summary).toBe('Running c=running+ready');
});
