import { cloudManagerSettings } from './cloud-controller-manager-settings.js';
import { flagsOf, StartFailure } from './flags.js';

const PROVIDER = ['--cloud-provider=orrery', '--cluster-cidr=10.244.0.0/16'];
const settings = (...words: string[]) =>
  cloudManagerSettings(
    flagsOf({ spec: { containers: [{ name: 'c', command: ['cloud-controller-manager', ...words] }] } }),
    () => undefined,
  );

const NAMES = ['cloud-node-controller', 'cloud-node-lifecycle-controller', 'node-route-controller', 'service-lb-controller'];

test.each<[string[], boolean[]]>([
  [[], [true, true, true, true]],
  [['--controllers=*,-cloud-node-lifecycle,-service-lb-controller'], [true, false, true, false]],
  [['--controllers=service'], [false, false, false, true]],
  [['--configure-cloud-routes=false'], [true, true, false, true]],
  [
    ['--configure-cloud-routes=false', '--cluster-cidr='],
    [true, true, false, true],
  ],
])('%j: which controllers run', (words, want) => {
  expect(NAMES.map(settings(...PROVIDER, ...words).runs)).toEqual(want);
});

test.each<[string[], number[]]>([
  [[], [1, 5_000, 300_000]],
  [
    ['--concurrent-service-syncs=3', '--node-monitor-period=1m', '--node-status-update-frequency=10s'],
    [3, 60_000, 10_000],
  ],
])('%j: what its controllers do', (words, want) => {
  const { cloud } = settings(...PROVIDER, ...words);
  expect([cloud.concurrentServices, cloud.nodeMonitorPeriod, cloud.nodeStatusPeriod]).toEqual(want);
});

test.each<[string[], string]>([
  [['--cloud-provider=orrery', '--terminated-pod-gc-threshold=1'], 'Error: unknown flag: --terminated-pod-gc-threshold'],
  [[], '"command failed" err="--cloud-provider cannot be empty"'],
  [
    [...PROVIDER, '--controllers=*,-deployment,x'],
    '"command failed" err="[\\"deployment\\" is not in the list of known controllers, \\"x\\" is not in the list of known controllers]"',
  ],
  [['--cloud-provider=external'], 'Cloud provider is nil'],
  [['--cloud-provider=aws'], 'Cloud provider could not be initialized: unknown cloud provider "aws"'],
  [['--cloud-provider=orrery'], 'error running controllers: invalid CIDR[0]: <nil> (invalid CIDR address: )'],
  [
    [...PROVIDER, '--cluster-cidr=10.0.0.0/8,10.1.0.0/16'],
    'error running controllers: len of ClusterCIDRs==2 and they are not configured as dual stack (at least one from each IPFamily',
  ],
  [
    [...PROVIDER, '--cluster-cidr=10.0.0.0/8,fd00::/64,10.1.0.0/16'],
    'error running controllers: length of clusterCIDRs is:3 more than max allowed of 2',
  ],
  [
    [...PROVIDER, '--concurrent-service-syncs=all'],
    'Error: invalid argument "all" for "--concurrent-service-syncs" flag: strconv.ParseInt: parsing "all": invalid syntax',
  ],
  [[...PROVIDER, '--kubeconfig=/nowhere'], '"command failed" err="open /nowhere: no such file or directory"'],
])('%j: it does not come up', (words, message) => {
  expect(() => settings(...words)).toThrow(new StartFailure(message));
});
