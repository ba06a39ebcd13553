import type { AdmissionPlugin } from '../admission/admission.js';
import { flagsOf, StartFailure } from './flags.js';
import { manifestPod } from './manifest-source.js';
import { MANIFEST } from './node-files.js';
import { settingsOf } from './server-settings.js';
import { withoutEffect } from './without-effect.js';

const ran: string[] = [];
const plugin = (name: string, more: Partial<AdmissionPlugin> = {}): AdmissionPlugin => ({
  name,
  operations: ['CREATE'],
  admit: () => void ran.push(name),
  configured: (given) => plugin(`${name} with ${JSON.stringify(given)}`),
  ...more,
});
const typed = { kinds: [['t.io/v1', 'T']], fields: { list: [{ b: 'value', c: { d: 'value' } }] } } as const;
const plugins = [
  plugin('A'),
  plugin('Off', { defaultOff: true }),
  plugin('B'),
  plugin('Typed', { defaultOff: true, configuration: typed }),
];

const CONFIG = '/etc/kubernetes/admission.yaml';
const files: Record<string, string> = {
  [CONFIG]: `apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: A
  configuration: {x: 1}
- name: B
  path: b.yaml
`,
  '/etc/kubernetes/b.yaml': 'z: 2',
  '/etc/headless.yaml': 'plugins: []',
  '/etc/beta.yaml': 'apiVersion: apiserver.config.k8s.io/v1beta1\nkind: AdmissionConfiguration',
  '/etc/typos.yaml': 'apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: [{name: A, config: {}}]\nextra: 1',
  '/etc/typed.yaml':
    'apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\n' +
    'plugins: [{name: Typed, configuration: {apiVersion: t.io/v1, kind: T, list: [{b: 1}, {c: {d: 1, e: 2}}], other: 1}}]',
  '/etc/untyped.yaml':
    'apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: [{name: Typed, configuration: {list: []}}]',
  '/etc/none.yaml': 'apiVersion: v1\nkind: Pod',
  '/etc/missing.yaml': 'apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: [{name: A, path: /nowhere}]',
};

/** What a plugin makes of its flags is part of its name. */
const flagged = plugin('F', { flagged: (flags) => plugin(`F ${flags.get('default-not-ready-toleration-seconds')}`) });

const command = (...words: string[]) => flagsOf({ spec: { containers: [{ name: 'c', command: ['kube-apiserver', ...words] }] } });
const settings = (...words: string[]) => settingsOf(command(...words), plugins, (path) => files[path]);

async function enabled(...words: string[]): Promise<string[]> {
  ran.length = 0;
  await settings(...words).admission.admit({ operation: 'CREATE' } as never, {} as never);
  return [...ran];
}

test.each<[string[], string[]]>([
  [[], ['A', 'B']],
  [['--disable-admission-plugins=A'], ['B']],
  [['--enable-admission-plugins=Off,A'], ['A with undefined', 'Off with undefined', 'B']],
  [
    ['--enable-admission-plugins', 'Off', '--disable-admission-plugins=B'],
    ['A', 'Off with undefined'],
  ],
  [[`--admission-control-config-file=${CONFIG}`], ['A with {"x":1}', 'B with {"z":2}']],
])('plugins with %j', async (words, want) => {
  expect(await enabled(...words)).toEqual(want);
});

test('ranges of both families are accepted', () => {
  expect(settings('--service-cluster-ip-range=10.96.0.0/12,fd00::/108').flags.size).toBe(1);
});

test.each([
  ['30000-32767', { first: 30000, last: 32767 }],
  ['80', { first: 80, last: 80 }],
  ['80+20', { first: 80, last: 100 }],
  ['', undefined],
])('--service-node-port-range=%s', (range, want) => {
  expect(settings(`--service-node-port-range=${range}`).nodePorts).toEqual(want);
});

test.each<[string[], string[], boolean]>([
  [[], ['AlwaysAllow'], false],
  [['--authorization-mode=Node,RBAC'], ['Node', 'RBAC'], true],
  [['--authorization-mode=Node,RBAC', '--anonymous-auth=false'], ['Node', 'RBAC'], false],
  [['--authorization-mode=AlwaysDeny', '--anonymous-auth'], ['AlwaysDeny'], true],
])('access with %j', (words, modes, anonymous) => {
  const { authorizationModes, anonymousAuth } = settings(...words);
  expect([authorizationModes, anonymousAuth]).toEqual([modes, anonymous]);
});

const ended = (text: string) => `"command failed" err=${JSON.stringify(text)}`;
test.each<[string[], string]>([
  [['--this-is-very-wrong'], 'Error: unknown flag: --this-is-very-wrong'],
  [
    ['--anonymous-auth=maybe'],
    'Error: invalid argument "maybe" for "--anonymous-auth" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
  [
    ['--enable-admission-plugins=Foo'],
    ended('[authorization-mode "X" is not a valid mode, enable-admission-plugins plugin "Foo" is unknown]'),
  ],
  [
    ['--enable-admission-plugins=A', '--disable-admission-plugins=A,B'],
    ended('[A] in enable-admission-plugins and disable-admission-plugins overlapped'),
  ],
  [['--authorization-mode=RBAC,RBAC'], ended('authorization-mode ["RBAC" "RBAC"] has mode specified more than once')],
  [['--authorization-mode=ABAC'], ended("authorization-mode ABAC's authorization policy file not passed")],
  [['--authorization-mode=Webhook'], ended("authorization-mode Webhook's authorization config file not passed")],
  [['--authorization-mode='], ended('at least one authorization-mode must be passed')],
  [['--service-cluster-ip-range=10.96.0.0'], ended('service-cluster-ip-range[0] is not a valid cidr')],
  [['--service-cluster-ip-range=10.96.0.0/12,x'], ended('service-cluster-ip-range[1] is not an ip net')],
  [
    ['--service-cluster-ip-range=10.96.0.0/30'],
    ended('error determining service IP ranges for primary service cidr: the service cluster IP range must be at least 8 IP addresses'),
  ],
  [
    ['--service-cluster-ip-range=10.96.0.0/12,10.0.0.0/16'],
    ended('--service-cluster-ip-range[0] and --service-cluster-ip-range[1] must be of different IP family'),
  ],
  ...(
    [
      ['80-x', 'strconv.Atoi: parsing "x": invalid syntax'],
      ['80-90+3', 'unable to parse port range: 80-90+3'],
      ['30000-70000', 'the port range cannot be greater than 65535: 30000-70000'],
      ['90-80', 'end port cannot be less than start port: 90-80'],
    ] as const
  ).map(([range, reason]): [string[], string] => [
    [`--service-node-port-range=${range}`],
    `Error: invalid argument "${range}" for "--service-node-port-range" flag: ${reason}`,
  ]),
  [
    ['--admission-control-config-file=/etc/x'],
    'failed to read plugin config: unable to read admission control configuration from "/etc/x" [open /etc/x: no such file or directory]',
  ],
  [['--admission-control-config-file=/etc/none.yaml'], 'failed to read plugin config: no kind "Pod" is registered for version "v1"'],
  [['--admission-control-config-file=/etc/headless.yaml'], `failed to read plugin config: Object 'Kind' is missing in '{"plugins":[]}'`],
  [
    ['--admission-control-config-file=/etc/beta.yaml'],
    'failed to read plugin config: no kind "AdmissionConfiguration" is registered for version "apiserver.config.k8s.io/v1beta1"',
  ],
  [
    ['--admission-control-config-file=/etc/typos.yaml'],
    'failed to read plugin config: strict decoding error: unknown field "extra", unknown field "plugins[0].config"',
  ],
  [
    ['--admission-control-config-file=/etc/typed.yaml', '--enable-admission-plugins=Typed'],
    `couldn't init admission plugin "Typed": strict decoding error: unknown field "list[1].c.e", unknown field "other"`,
  ],
  [
    ['--admission-control-config-file=/etc/untyped.yaml', '--enable-admission-plugins=Typed'],
    `couldn't init admission plugin "Typed": Object 'Kind' is missing in '{"list":[]}'`,
  ],
  [
    ['--admission-control-config-file=/etc/missing.yaml'],
    'failed to read plugin config: unable to read admission control configuration from "/nowhere" [open /nowhere: no such file or directory]',
  ],
  [
    ['--max-requests-inflight=-1', '--max-mutating-requests-inflight=-2'],
    ended('[--max-requests-inflight can not be negative value, --max-mutating-requests-inflight can not be negative value]'),
  ],
  [
    ['--max-requests-inflight=x'],
    'Error: invalid argument "x" for "--max-requests-inflight" flag: strconv.ParseInt: parsing "x": invalid syntax',
  ],
  [['--event-ttl=10'], 'Error: invalid argument "10" for "--event-ttl" flag: time: missing unit in duration "10"'],
  [['--event-ttl=1d'], 'Error: invalid argument "1d" for "--event-ttl" flag: time: unknown unit "d" in duration "1d"'],
  [['--event-ttl=x'], 'Error: invalid argument "x" for "--event-ttl" flag: time: invalid duration "x"'],
  [['--event-ttl='], 'Error: invalid argument "" for "--event-ttl" flag: time: invalid duration ""'],
  [
    ['--service-account-max-token-expiration=30m'],
    ended('the service-account-max-token-expiration must be between 1 hour and 2^32 seconds'),
  ],
  [['--service-account-issuer='], ended('service-account-issuer should not be an empty string')],
  [['--service-account-issuer=a', '--service-account-issuer=a'], ended('service-account-issuer "a" is already specified')],
  [['--client-ca-file=/etc/kubernetes/pki/nope.crt'], ended('open /etc/kubernetes/pki/nope.crt: no such file or directory')],
])('the server does not start with %j', (words, message) => {
  const [first = ''] = words;
  const mode = first.startsWith('--enable-admission-plugins=Foo') ? ['--authorization-mode=X'] : [];
  expect(() => settings(...mode, ...words)).toThrow(new StartFailure(message));
});

test.each([
  ['a: [', 'could not process manifest file "/etc/kubernetes/manifests/kube-apiserver.yaml": '],
  ['kind: Pod', 'it contains no pod'],
  ['', 'it contains no pod'],
])('a manifest %j', (text, message) => {
  expect(() => manifestPod(text, MANIFEST)).toThrow(message);
});

test('flags that are followed', () => {
  const made = settings(
    '--service-account-issuer=https://a',
    '--service-account-issuer=https://b,c',
    '--service-account-max-token-expiration=1h30m0.5s',
    '--service-account-extend-token-expiration=false',
    '--event-ttl=90m',
    '--max-mutating-requests-inflight=10',
    '--enable-admission-plugins=Off',
    '--enable-admission-plugins=A',
  );
  const { tokens, eventTTL, seats, flags } = made;
  expect({ tokens, eventTTL, seats, plugins: flags.get('enable-admission-plugins') }).toEqual({
    tokens: { issuers: ['https://a', 'https://b,c'], audiences: ['https://a', 'https://b,c'], extended: false, longest: 5400 },
    eventTTL: 5_400_000,
    seats: 410,
    plugins: 'Off,A',
  });
  expect(settings('--api-audiences=x,y').tokens).toEqual({
    issuers: ['https://kubernetes.default.svc.cluster.local'],
    audiences: ['x', 'y'],
    extended: true,
  });
});

test('a plugin gets its own flags', async () => {
  ran.length = 0;
  const made = settingsOf(command('--default-not-ready-toleration-seconds=7'), [flagged], () => undefined);
  await made.admission.admit({ operation: 'CREATE' } as never, {} as never);
  expect(ran).toEqual(['F 7']);
});

test("flags without effect are those that are not followed and differ from kubeadm's", () => {
  const kubeadm = command('--secure-port=6443', '--allow-privileged=true');
  const edited = command('--secure-port=6443', '--allow-privileged=false', '--event-ttl=2h', '--profiling=false', '--audit-log-path=-');
  expect(withoutEffect('kube-apiserver', edited, kubeadm)).toEqual(['--allow-privileged', '--audit-log-path', '--profiling']);
});
