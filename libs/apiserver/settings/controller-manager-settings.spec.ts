import { controllerManagerSettings } from './controller-manager-settings.js';
import { flagsOf, StartFailure } from './flags.js';

const settings = (...words: string[]) =>
  controllerManagerSettings(flagsOf({ spec: { containers: [{ name: 'c', command: ['kube-controller-manager', ...words] }] } }), (path) =>
    path === '/own.crt' || path === '/own.key' ? '' : undefined,
  );

const NAMES = ['deployment-controller', 'bootstrap-signer-controller', 'token-cleaner-controller'];

test.each<[string[], boolean[]]>([
  [[], [true, false, false]],
  [['--controllers=*,bootstrapsigner,tokencleaner'], [true, true, true]],
  [['--controllers=*,-deployment,bootstrap-signer-controller'], [false, true, false]],
  [
    ['--controllers=-deployment', '--controllers=*'],
    [false, false, false],
  ],
  [['--controllers=deployment,-deployment'], [true, false, false]],
  [['--controllers='], [false, false, false]],
])('%j: which controllers run', (words, want) => {
  expect(NAMES.map(settings(...words).runs)).toEqual(want);
});

const SIGNERS = ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet', 'kubernetes.io/kube-apiserver-client'];
const CA = ['--cluster-signing-cert-file=/etc/kubernetes/pki/ca.crt', '--cluster-signing-key-file=/etc/kubernetes/pki/ca.key'];

test.each<[string[], boolean[], number]>([
  [[], [false, false, false], 8760],
  [[...CA, '--cluster-signing-duration=36h'], [true, true, true], 36],
  [
    ['--cluster-signing-kube-apiserver-client-cert-file=/own.crt', '--cluster-signing-kube-apiserver-client-key-file=/own.key'],
    [false, false, true],
    8760,
  ],
])('%j: which signers sign, and for how many hours', (words, want, hours) => {
  const { signs, signingDuration } = settings(...words);
  expect([SIGNERS.map(signs), signingDuration]).toEqual([want, hours * 3_600_000]);
});

const ended = (text: string) => `"command failed" err=${JSON.stringify(text)}`;
test.each<[string[], string]>([
  [['--wrong=1'], 'Error: unknown flag: --wrong'],
  [['--controllers=*,-nope'], ended('"nope" is not in the list of known controllers')],
  [
    ['--cluster-signing-duration=1y'],
    'Error: invalid argument "1y" for "--cluster-signing-duration" flag: time: unknown unit "y" in duration "1y"',
  ],
  [['--cluster-signing-kubelet-serving-key-file=/own.key'], ended('"cluster-signing-kubelet-serving": cannot specify key without cert')],
  [
    [...CA, '--cluster-signing-kubelet-serving-cert-file=/own.crt', '--cluster-signing-kubelet-serving-key-file=/own.key'],
    ended('cannot specify --cluster-signing-{cert,key}-file and other --cluster-signing-*-file flags at the same time'),
  ],
  [['--root-ca-file=/etc/kubernetes/pki/nope.crt'], ended('open /etc/kubernetes/pki/nope.crt: no such file or directory')],
])('it does not start with %j', (words, message) => {
  expect(() => settings(...words)).toThrow(new StartFailure(message));
});
