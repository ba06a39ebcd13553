import type { AdmissionPlugin } from '../admission/admission.js';
import { flagsOf, StartFailure } from './flags.js';
import { settingsOf } from './server-settings.js';
import { manifestPod } from './settings-source.js';

const ran: string[] = [];
const plugin = (name: string, more: Partial<AdmissionPlugin> = {}): AdmissionPlugin => ({
  name,
  operations: ['CREATE'],
  admit: () => void ran.push(name),
  configured: (given) => plugin(`${name} with ${JSON.stringify(given)}`),
  ...more,
});
const plugins = [plugin('A'), plugin('Off', { defaultOff: true }), plugin('B')];

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
  '/etc/none.yaml': 'apiVersion: v1\nkind: Pod',
  '/etc/missing.yaml': 'apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: [{name: A, path: /nowhere}]',
};

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
  [
    ['--admission-control-config-file=/etc/x'],
    'failed to read plugin config: unable to read admission control configuration from "/etc/x" [open /etc/x: no such file or directory]',
  ],
  [['--admission-control-config-file=/etc/none.yaml'], 'failed to read plugin config: no kind "Pod" is registered for version "v1"'],
  [
    ['--admission-control-config-file=/etc/missing.yaml'],
    'failed to read plugin config: unable to read admission control configuration from "/nowhere" [open /nowhere: no such file or directory]',
  ],
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
  expect(() => manifestPod(text)).toThrow(message);
});
