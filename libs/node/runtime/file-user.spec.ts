import { expect, test } from '@jest/globals';
import type { corev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import { FileError, type FileSystem } from '../files/file-system.js';
import { PodMachine } from './pod-machine.js';
import type { MachineWorld } from './world.js';

const NOW = Date.parse('2026-01-02T03:04:05Z');

const world: MachineWorld = {
  pace: { pause: () => undefined },
  clock: { now: () => NOW },
  objects: {
    get: async <T extends KubeObject>(_group: string, resource: string) =>
      (resource === 'secrets' ? { metadata: { name: 'key' }, data: { key: 'aGk=' } } : undefined) as T | undefined,
    list: async () => [],
  },
};

const volumes: corev1.Volume[] = [
  { name: 'empty', emptyDir: {} },
  { name: 'host', hostPath: { path: '/srv/data' } },
  { name: 'key', secret: { secretName: 'key', defaultMode: 0o400 } },
];

async function filesOf(uid: number, { security, spec }: { security?: corev1.PodSecurityContext; spec?: Partial<corev1.Container> } = {}) {
  const groups = security?.fsGroup === undefined ? [0] : [0, security.fsGroup];
  const user = { linux: { uid, gid: 0, supplementalGroups: groups } };
  const volumeMounts = volumes.map(({ name }) => ({ name, mountPath: `/${name}` }));
  const subPath = { name: 'empty', mountPath: '/part', subPath: 'part' };
  const state = { running: { startedAt: '2026-01-02T03:00:00Z' } };
  const pod: corev1.Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u' },
    spec: {
      containers: [{ name: 'c', image: 'busybox:1.36', volumeMounts: [...volumeMounts, subPath], ...spec }],
      volumes,
      ...(security ? { securityContext: security } : {}),
    },
    status: { containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: 0, state, user }] },
  };
  const files = (await PodMachine.open(pod, world)).get('c')?.files;
  if (!files) throw new Error('no container');
  return files;
}

function outcome(work: () => unknown): string {
  try {
    work();
    return 'ok';
  } catch (error) {
    if (error instanceof FileError) return error.message;
    throw error;
  }
}

const DENIED = 'Permission denied';
const READ_ONLY = 'Read-only file system';

const write = (path: string) => (files: FileSystem) => files.write(path, 'x');
const read = (path: string) => (files: FileSystem) => files.read(path);

test.each<[string, (files: FileSystem) => unknown, string, string, string]>([
  ['writes to /etc', write('/etc/new'), 'ok', DENIED, DENIED],
  ['writes to /tmp', write('/tmp/new'), 'ok', 'ok', 'ok'],
  ['replaces a file of the image', write('/etc/passwd'), 'ok', DENIED, DENIED],
  ['makes a directory', (files) => files.makeDirectory('/data'), 'ok', DENIED, DENIED],
  ['removes a file', (files) => files.remove('/etc/passwd'), 'ok', DENIED, DENIED],
  ['reads a file of the image', read('/etc/passwd'), 'ok', 'ok', 'ok'],
  ['writes to an emptyDir', write('/empty/new'), 'ok', 'ok', 'ok'],
  ['writes below a subPath', write('/part/new'), 'ok', 'ok', 'ok'],
  ['writes to a directory of the node', write('/host/new'), 'ok', DENIED, DENIED],
  ['reads a Secret of mode 0400', read('/key/key'), 'ok', DENIED, 'ok'],
  ['says why it ends', write('/dev/termination-log'), 'ok', 'ok', 'ok'],
])('root, a user, and one with an fsGroup: %s', async (_, work, root, user, group) => {
  const [of0, of1000, ofGroup] = [await filesOf(0), await filesOf(1000), await filesOf(1000, { security: { fsGroup: 2000 } })];
  expect([of0, of1000, ofGroup].map((files) => outcome(() => work(files)))).toEqual([root, user, group]);
});

test('what a user makes is its own', async () => {
  const files = await filesOf(1000);
  files.makeDirectory('/empty/own');
  files.write('/empty/own/file', 'x', { mode: 0o600 });
  files.write('/empty/own/file', 'y');
  expect([files.read('/empty/own/file'), files.stat('/empty/own/file')]).toMatchObject(['y', { uid: 1000, mode: 0o600 }]);
});

test('a read-only root file system: volumes can be written', async () => {
  const files = await filesOf(0, { spec: { securityContext: { readOnlyRootFilesystem: true } } });
  expect(['/etc/new', '/tmp/new', '/empty/new'].map((path) => outcome(() => write(path)(files)))).toEqual([READ_ONLY, READ_ONLY, 'ok']);
});

test.each<[string, Partial<corev1.PodSpec>, string, string[]]>([
  ['the name of the pod', {}, 'web', ['10.0.0.1\tweb']],
  ['a host name', { hostname: 'box' }, 'box', ['10.0.0.1\tbox']],
  ['a subdomain', { hostname: 'box', subdomain: 'sub' }, 'box', ['10.0.0.1\tbox.sub.default.svc.cluster.local\tbox']],
  [
    'as FQDN',
    { subdomain: 'sub', setHostnameAsFQDN: true },
    'web.sub.default.svc.cluster.local',
    ['10.0.0.1\tweb.sub.default.svc.cluster.local\tweb'],
  ],
  [
    'an override',
    { hostname: 'box', subdomain: 'sub', hostnameOverride: 'other.example.com' },
    'other.example.com',
    ['10.0.0.1\tother.example.com'],
  ],
  ['the network of the node', { hostNetwork: true, nodeName: 'n1' }, 'n1', ['172.18.0.2\tn1']],
])('host names: %s', async (_, spec, hostname, lines) => {
  const pod: corev1.Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u' },
    spec: { containers: [{ name: 'c', image: 'busybox:1.36' }], ...spec },
    status: { hostIP: '172.18.0.2', podIPs: [{ ip: '10.0.0.1' }] },
  };
  const files = (await PodMachine.open(pod, world)).get('c')?.files;
  expect(files?.read('/etc/hostname')).toBe(`${hostname}\n`);
  const own = files
    ?.read('/etc/hosts')
    .split('\n')
    .filter((line) => /^\d+\.\d+\.\d+\.\d+/.test(line) && !line.startsWith('127.'));
  expect(own).toEqual(lines);
});
