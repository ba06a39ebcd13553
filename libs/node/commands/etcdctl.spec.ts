import type { corev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import type { EtcdMemberState } from '../runtime/etcd-access.js';
import { startProcess } from '../runtime/exec.js';
import { PodMachine } from '../runtime/pod-machine.js';
import type { MachineWorld } from '../runtime/world.js';

const PKI = '/etc/kubernetes/pki/etcd';
const CERTIFICATES = [`--cacert=${PKI}/ca.crt`, `--cert=${PKI}/server.crt`, `--key=${PKI}/server.key`];
const SOUND: EtcdMemberState[] = [
  { id: 'a000000000000001', name: 'cp-1', role: 'leader', term: 3, leader: 0 },
  { id: 'a000000000000002', name: 'cp-2', role: 'follower', term: 3, leader: 0 },
  { id: 'a000000000000003', name: 'cp-3', role: 'learner', term: 3, leader: 0 },
];
const STORED = ['/registry/configmaps/default/a', '/registry/pods/default/p'].map((key, at) => ({
  ...{ key, value: `{"of":"${key}"}`, createRevision: 7 + at, modRevision: 9 + at },
}));
const nodes = SOUND.map(({ name }, position) => ({
  metadata: { name },
  status: { addresses: [{ type: 'InternalIP', address: `10.0.0.${position + 1}` }] },
}));

/** What a command prints in the pod of the first member; time passes as it waits. */
async function printed(
  command: readonly string[],
  { members = SOUND, isFull = false, change = undefined as (() => unknown) | undefined } = {},
): Promise<string> {
  let now = Date.parse('2026-01-02T03:04:05Z');
  const world: MachineWorld = {
    pace: { pause: () => undefined },
    clock: { now: () => now },
    objects: { get: async () => undefined, list: async <T extends KubeObject>() => nodes as unknown as T[] },
    etcd: {
      members: () => members,
      clusterId: () => 'c000000000000001',
      change: async () => (change ? void change() : 'etcdserver: unhealthy cluster'),
      isFull: () => isFull,
      figures: () => ({ members, revision: 42, objects: 2, bytes: 100, leaderChanges: 1 }),
      keep: async () => true,
      revision: async () => 42,
      snapshot: async () => ({ hash: 'cafe1234', revision: 42, keys: 2, size: 100 }),
      keys: async (prefix) => STORED.filter(({ key }) => key.startsWith(prefix)),
    },
  };
  const running = { running: { startedAt: '2026-01-02T03:00:00Z' } };
  const pod: corev1.Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'etcd-cp-1', namespace: 'kube-system', uid: 'u' },
    spec: { nodeName: 'cp-1', hostNetwork: true, containers: [{ name: 'etcd', image: 'registry.k8s.io/etcd:3.6.8-0' }] },
    status: {
      podIP: '10.0.0.1',
      containerStatuses: [{ name: 'etcd', image: '', imageID: '', ready: true, restartCount: 0, state: running }],
    },
  };
  const machine = await PodMachine.open(pod, world);
  const container = machine.get('etcd');
  if (!container) throw new Error('no container');
  let text = '';
  const take = (bytes: Buffer) => {
    text += bytes.toString();
    return true;
  };
  const after = (milliseconds: number, callback: () => void) => {
    const timer = setImmediate(() => {
      now += milliseconds;
      callback();
    });
    return () => clearImmediate(timer);
  };
  const host = { clock: world.clock, after, pace: world.pace, around: machine.around(container) };
  await startProcess(container, { command, tty: false, stdin: false, sinks: { stdout: take, stderr: take } }, host).exit;
  return text;
}

const etcdctl = (line: string, given: Parameters<typeof printed>[1] = {}) =>
  printed(['etcdctl', ...line.split(' '), ...CERTIFICATES], given);
const ID = '[0-9a-f]{16}';

test.each<[string, RegExp]>([
  [
    'member list',
    new RegExp(
      `^${ID}, started, cp-1, https://10.0.0.1:2380, https://10.0.0.1:2379, false\n${ID}, started, cp-2, .*, false\n${ID}, started, cp-3, .*, true\n$`,
    ),
  ],
  ['endpoint health', /^127\.0\.0\.1:2379 is healthy: successfully committed proposal: took = /],
  [
    'endpoint status',
    new RegExp(`^127\\.0\\.0\\.1:2379, ${ID}, 3\\.6\\.8, 3\\.6\\.0, 126 B, 126 B, 0%, 2\\.1 GB, true, false, 3, 42, 42, , , false\n$`),
  ],
  ['endpoint status -w table', /^\+-+\+.*\n\| +ENDPOINT +\| +ID +\| VERSION \| STORAGE VERSION \|.*\n\+.*\n\| 127\.0\.0\.1:2379 \|/],
  [
    'endpoint status --cluster',
    /^https:\/\/10\.0\.0\.1:2379, .*\nhttps:\/\/10\.0\.0\.2:2379, .*\nhttps:\/\/10\.0\.0\.3:2379, .*true, 3, 42/,
  ],
  ['get / --prefix --keys-only', /^\/registry\/configmaps\/default\/a\n\n\/registry\/pods\/default\/p\n\n$/],
  ['get / --prefix --keys-only --limit=1', /^\/registry\/configmaps\/default\/a\n\n$/],
  ['get /registry/pods/default/p', /^\/registry\/pods\/default\/p\n\{"of":"\/registry\/pods\/default\/p"\}\n$/],
  ['get /registry/pods', /^$/],
  ['snapshot save /tmp/a.db', /^Snapshot saved at \/tmp\/a\.db\nServer version 3\.6\.8\n$/],
  ['alarm list', /^$/],
  ['alarm disarm', /^$/],
  ['defrag', /^Finished defragmenting etcd member\[127\.0\.0\.1:2379\]\. took [\d.]+ms\n$/],
  ['defrag --cluster', /^(Finished defragmenting etcd member\[https:\/\/10\.0\.0\.\d:2379\]\. took .*\n){3}$/],
  [
    'endpoint health --cluster -w table',
    /^\+-+\+.*\n\| +ENDPOINT +\| HEALTH \| +TOOK +\| ERROR \|\n\+.*\n\| https:\/\/10\.0\.0\.1:2379 \| true +\|/,
  ],
  [
    'endpoint health --endpoints 127.0.0.1:2380',
    /^127\.0\.0\.1:2380 is unhealthy: .*context deadline exceeded\nError: unhealthy cluster\n$/,
  ],
  ['member list --endpoints 127.0.0.1:1', /^Error: context deadline exceeded\n$/],
  ['get / --prefix --count-only', /^Error: --count-only is only for `--write-out=fields`\n$/],
  [
    'get / --prefix --count-only -w fields',
    /^"ClusterID" : \d+\n"MemberID" : \d+\n"Revision" : 42\n"RaftTerm" : 3\n"More" : false\n"Count" : 2\n$/,
  ],
  ['get / --prefix -w table', /^Error: table not supported as output format\n$/],
  ['constructor', /^Error: unknown command "constructor" for "etcdctl"\n$/],
  ['member add', /^Error: member name not provided\n$/],
  ['member add a http://b:2380', /^Error: too many arguments, did you mean --peer-urls=http:\/\/b:2380\n$/],
  ['member add a', /^Error: member peer urls not provided\n$/],
  ['member add a --peer-urls=http://b:2380', /^Error: etcdserver: unhealthy cluster\n$/],
  ['member remove', /^Error: member ID is not provided\n$/],
  ['member remove cp-1', /^Error: bad member ID arg \(strconv\.ParseUint: parsing "cp-1": invalid syntax\), expecting ID in Hex\n$/],
  [
    'member promote 11112222333344445',
    /^Error: bad member ID arg \(strconv\.ParseUint: parsing "11112222333344445": value out of range\), expect/,
  ],
  ['member update a000000000000001', /^Error: member peer urls not provided\n$/],
  [
    'member list -w fields',
    /^"ClusterID" : \d+\n"MemberID" : \d+\n"RaftTerm" : 3\n"ID" : \d+\n"Name" : "cp-1"\n"PeerURL" : "https:\/\/10\.0\.0\.1:2380"\n"ClientURL" : "https:\/\/10\.0\.0\.1:2379"\n"IsLearner" : false\n\n"ID"/,
  ],
  ['version', /^etcdctl version: 3\.6\.8\nAPI version: 3\.6\n$/],
  ['put a b', /^Error: unknown command "put a" for "etcdctl"\n$/],
])('etcdctl %s', async (line, want) => {
  expect(await etcdctl(line)).toMatch(want);
});

test('an added member that is not started', async () => {
  const members = [...SOUND.slice(0, 1), { id: '0b00000000000002', name: '', role: 'stopped', term: 0, peerURLs: ['https://x:2380'] }];
  expect(await etcdctl('member list', { members })).toContain('b00000000000002, unstarted, , https://x:2380, , false\n');
  expect(await etcdctl('endpoint health --cluster', { members })).toMatch(/^https:\/\/10\.0\.0\.1:2379 is healthy: .*\n$/);
});

test('what becomes of a change of the members', async () => {
  const added: EtcdMemberState = {
    id: '0b00000000000002',
    name: '',
    role: 'stopped',
    term: 0,
    peerURLs: ['https://x:2380'],
    isLearner: true,
  };
  const known = SOUND.slice(0, 2);
  const add = (more: string) => {
    const members = [...known];
    return etcdctl(`member add cp-9 --peer-urls=https://x:2380 --learner${more}`, { members, change: () => members.push(added) });
  };
  expect(await add('')).toBe(
    'Member  b00000000000002 added as learner to cluster c000000000000001\n\nETCD_NAME="cp-9"\nETCD_INITIAL_CLUSTER="cp-9=https://x:2380,cp-1=https://10.0.0.1:2380,cp-2=https://10.0.0.2:2380"\nETCD_INITIAL_ADVERTISE_PEER_URLS="https://x:2380"\nETCD_INITIAL_CLUSTER_STATE="existing"\n',
  );
  expect(JSON.parse((await add(' -w json')).replace(/:(\d{17,})/g, ':"$1"'))).toMatchObject({
    member: { peerURLs: ['https://x:2380'], isLearner: true },
    members: [{ peerURLs: ['https://x:2380'] }, { name: 'cp-1' }, { name: 'cp-2' }],
  });
  expect(await add(' -w table')).toBe('Error: table not supported as output format\n');
});

test('a full disk raises an alarm', async () => {
  expect(await etcdctl('alarm list', { isFull: true })).toMatch(/^memberID:\d+ alarm:NOSPACE \n$/);
  expect(await etcdctl('endpoint health', { isFull: true })).toBe(
    '127.0.0.1:2379 is unhealthy: failed to commit proposal: Active Alarm(s): NOSPACE \nError: unhealthy cluster\n',
  );
  expect(await etcdctl('alarm disarm', { isFull: true })).toMatch(/^memberID:\d+ alarm:NOSPACE \n$/);
});

/** What a command prints as JSON; ids of 64 bits become strings. */
const json = async (line: string, given: Parameters<typeof printed>[1] = {}): Promise<unknown> =>
  JSON.parse((await etcdctl(`${line} -w json`, given)).replace(/:(\d{17,})/g, ':"$1"'));
const NUMBER = expect.stringMatching(/^\d{17,20}$/);
const HEADER = { cluster_id: NUMBER, member_id: NUMBER, raft_term: 3 };

test.each<[string, unknown]>([
  [
    'member list',
    {
      header: HEADER,
      members: [
        { ID: NUMBER, name: 'cp-1', peerURLs: ['https://10.0.0.1:2380'], clientURLs: ['https://10.0.0.1:2379'] },
        expect.anything(),
        { ID: NUMBER, name: 'cp-3', peerURLs: ['https://10.0.0.3:2380'], clientURLs: ['https://10.0.0.3:2379'], isLearner: true },
      ],
    },
  ],
  [
    'endpoint status',
    [
      {
        Endpoint: '127.0.0.1:2379',
        Status: {
          ...{ header: { ...HEADER, revision: 42 }, version: '3.6.8', dbSize: 126, leader: NUMBER },
          ...{ raftIndex: 42, raftTerm: 3, raftAppliedIndex: 42, dbSizeInUse: 126 },
          ...{ storageVersion: '3.6.0', dbSizeQuota: 2147483648, downgradeInfo: {} },
        },
      },
    ],
  ],
  ['endpoint health', [{ endpoint: '127.0.0.1:2379', health: true, took: expect.stringMatching(/^[\d.]+ms$/) }]],
  [
    'get /registry --prefix --limit 1',
    {
      header: { ...HEADER, revision: 42 },
      kvs: [
        {
          ...{ key: 'L3JlZ2lzdHJ5L2NvbmZpZ21hcHMvZGVmYXVsdC9h', create_revision: 7, mod_revision: 9 },
          value: 'eyJvZiI6Ii9yZWdpc3RyeS9jb25maWdtYXBzL2RlZmF1bHQvYSJ9',
        },
      ],
      more: true,
      count: 2,
    },
  ],
  ['get /none', { header: { ...HEADER, revision: 42 } }],
  ['alarm list', { header: HEADER }],
])('etcdctl %s -w json', async (line, want) => {
  expect(await json(line)).toEqual(want);
});

test('an alarm in JSON', async () => {
  expect(await json('alarm list', { isFull: true })).toEqual({ header: HEADER, alarms: [{ memberID: NUMBER, alarm: 1 }] });
});

test('an endpoint that does not answer is told, and the command fails', async () => {
  const members = [...SOUND.slice(0, 2), { id: 'a000000000000003', name: 'cp-3', role: 'stopped', term: 0 }];
  const text = await etcdctl('endpoint status --cluster', { members });
  expect(text.match(/Failed to get the status of endpoint https:\/\/10\.0\.0\.3:2379 \(context deadline exceeded\)\n/g)).toHaveLength(1);
  expect(await etcdctl('defrag --cluster', { members })).toMatch(
    /Failed to defragment etcd member\[https:\/\/10\.0\.0\.3:2379\]\. took 5s\. \(context deadline exceeded\)\n$/,
  );
});

test('without a leader nothing that must be current is answered', async () => {
  const members = [
    { id: 'a000000000000001', name: 'cp-1', role: 'candidate', term: 4 },
    ...SOUND.slice(1).map((member) => ({ ...member, role: 'stopped' })),
  ];
  expect(await etcdctl('member list', { members })).toBe('Error: context deadline exceeded\n');
  expect(await etcdctl('get / --prefix', { members })).toBe('Error: context deadline exceeded\n');
});

test.each([
  [['etcdctl', 'member', 'list'], 'Error: context deadline exceeded\n'],
  [['etcdctl', 'member', 'list', '--cacert', '/none'], 'Error: open /none: no such file or directory\n'],
  [['etcdutl', 'snapshot', 'status', '/none'], 'Error: stat /none: no such file or directory\n'],
])('%j', async (command, want) => {
  expect(await printed(command)).toBe(want);
});
