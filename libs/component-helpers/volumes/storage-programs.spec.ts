import type { corev1 } from '#api';
import { storageProgramsIn } from './storage-programs.js';

const podOf = (...containers: Array<[image: string, ...args: string[]]>): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: containers.map(([image, ...args], index) => ({ name: `c${index}`, image, args })) },
});
const sidecar = (name: string) => `registry.k8s.io/sig-storage/${name}:v4.0.0`;
const PLUGIN = sidecar('hostpathplugin');
const shown = (pod: corev1.Pod) => storageProgramsIn(pod).map(({ name, tasks }) => `${name}: ${[...tasks].join(' ')}`);

it.each<[string, corev1.Pod, string[]]>([
  ['a tag', podOf(['rancher/local-path-provisioner:v0.0.31']), ['rancher.io/local-path: provision']],
  ['a digest', podOf(['docker.io/kindest/local-path-provisioner@sha256:00']), ['rancher.io/local-path: provision']],
  ['a mirror', podOf(['localhost:5000/mirror/rancher/local-path-provisioner']), ['rancher.io/local-path: provision']],
  ['minikube', podOf(['gcr.io/k8s-minikube/storage-provisioner:v5']), ['k8s.io/minikube-hostpath: provision']],
  ['another program', podOf(['nginx:1.27']), []],
  ['a CSI driver alone', podOf([PLUGIN]), ['hostpath.csi.k8s.io: ']],
  [
    'a CSI driver with sidecars, under a name of its own',
    podOf(
      [sidecar('csi-node-driver-registrar')],
      [PLUGIN, '--drivername=disk.example.com'],
      [sidecar('csi-attacher')],
      [sidecar('csi-provisioner'), '--enable-capacity'],
      [sidecar('csi-resizer')],
    ),
    ['disk.example.com: register attach provision publish-capacity resize'],
  ],
  ['a CSI driver of a name that it cannot have', podOf([PLUGIN, `--drivername=${'x'.repeat(64)}`]), []],
  ['sidecars without a driver', podOf([sidecar('csi-attacher')]), []],
])('the programs of %s', (_, pod, expected) => expect(shown(pod)).toEqual(expected));

it('the flags of the driver', () => {
  const [plain] = storageProgramsIn(podOf([PLUGIN]));
  expect(plain?.driver).toEqual({
    attaches: false,
    topology: true,
    expandsInController: true,
    expandsOnNode: true,
    modifies: false,
    largestVolume: 2 ** 40,
    capacities: new Map(),
  });
  const [set] = storageProgramsIn(
    podOf([
      PLUGIN,
      '--attach-limit=2',
      '-enable-attach',
      '--enable-topology=false',
      '--disable-node-expansion',
      '--enable-controller-modify-volume=true',
      '--accepted-mutable-parameter-names=iops,tier',
      '--max-volume-size=1024',
      '--capacity=slow=10Gi',
      '--capacity=fast=100Gi',
    ]),
  );
  expect(set?.driver).toEqual({
    attachLimit: 2,
    attaches: true,
    topology: false,
    expandsInController: true,
    expandsOnNode: false,
    modifies: true,
    mutableParameters: new Set(['iops', 'tier']),
    largestVolume: 1024,
    capacities: new Map([
      ['slow', '10Gi'],
      ['fast', '100Gi'],
    ]),
  });
});
