import type { ImageDefinition } from './image.js';
import { exit, http, type Program, serve, tcp } from './program.js';
import { tags, type Versions } from './tags.js';

/** Approximate duration of the computations of node-perf. */
const COMPUTATION = 120_000;

interface TestImage {
  name: string;
  versions: Versions;
  size: number;
  command: readonly string[];
  program: () => Program;
  user?: number;
}

const image = ({ name, versions, size, command, program, user }: TestImage): ImageDefinition => {
  const [path = ''] = command;
  return {
    repositories: [`registry.k8s.io/e2e-test-images/${name}`],
    tags: tags({ versions }),
    size,
    entrypoint: command,
    executables: { [path.slice(path.lastIndexOf('/') + 1)]: program },
    shell: true,
    ...(user === undefined ? {} : { user }),
  };
};

const endsAfter = (time: number) => () => exit(0, time);
const serves =
  (...ports: number[]) =>
  () =>
    serve(ports.map(tcp));

/** Kubernetes' test images with a single purpose (test/utils/image/manifest.go). */
export const endToEndTests: readonly ImageDefinition[] = [
  image({
    name: 'apparmor-loader',
    versions: { 1: [0, 4] },
    size: 5_102_301,
    command: ['/usr/bin/loader', '-logtostderr', '-v=2'],
    program: serves(),
  }),
  image({ name: 'node-perf/npb-ep', versions: { 1: [0, 6] }, size: 8_210_114, command: ['/ep.D.x'], program: endsAfter(COMPUTATION) }),
  image({ name: 'node-perf/npb-is', versions: { 1: [0, 7] }, size: 8_104_220, command: ['/is.D.x'], program: endsAfter(COMPUTATION) }),
  image({
    name: 'node-perf/pytorch-wide-deep',
    versions: { 1: [0, 0] },
    size: 1_204_330_018,
    command: ['time', '-p', 'python', '/train_wide_deep.py'],
    program: endsAfter(COMPUTATION),
  }),
  image({ name: 'nonewprivs', versions: { 1: [0, 4] }, size: 3_104_019, command: ['/nnp'], program: endsAfter(0) }),
  image({ name: 'nonroot', versions: { 1: [0, 5] }, size: 11_420_776, command: ['/nonroot'], program: endsAfter(0), user: 1234 }),
  image({
    name: 'regression-issue-74839',
    versions: { 1: [0, 5] },
    size: 18_204_338,
    command: ['/regression-issue-74839'],
    program: () => serve([tcp(9000)]),
  }),
  image({
    name: 'volume/nfs',
    versions: { 1: [0, 6] },
    size: 95_843_946,
    command: ['/usr/local/bin/run_nfs.sh', '/exports', '/'],
    program: serves(2049, 20_048),
  }),
  image({
    name: 'volume/iscsi',
    versions: { 2: [0, 7] },
    size: 85_501_302,
    command: ['/usr/local/bin/run_iscsi_target.sh'],
    program: serves(3260),
  }),
  image({ name: 'sample-device-plugin', versions: { 1: [0, 7] }, size: 12_031_117, command: ['/sampledeviceplugin'], program: serves() }),
  {
    ...image({ name: 'ipc-utils', versions: { 1: [0, 4] }, size: 3_830_112, command: [], program: endsAfter(0) }),
    cmd: ['/bin/sh'],
    executables: { ipcs: () => exit(0), ipcmk: () => exit(0), ipcrm: () => exit(0) },
  },
  {
    repositories: ['registry.k8s.io/e2e-test-images/glibc-dns-testing', 'registry.k8s.io/e2e-test-images/jessie-dnsutils'],
    tags: tags({ versions: { 1: [0, 7], 2: [0, 0] } }),
    size: 112_340_761,
    cmd: ['bash'],
    executables: { 'named-compilezone': () => exit(0), nslookup: () => exit(0) },
    shell: true,
  },
  {
    repositories: ['registry.k8s.io/build-image/distroless-iptables'],
    tags: tags({ versions: { 0: [1, 9] } }),
    size: 9_842_118,
    executables: Object.fromEntries(
      ['iptables', 'ip6tables', 'iptables-save', 'ip6tables-save', 'nft', 'conntrack'].map((name) => [name, () => exit(0)]),
    ),
  },
  {
    repositories: ['registry.k8s.io/sig-storage/nfs-provisioner'],
    tags: tags({ versions: { 4: [0, 0] } }),
    size: 123_402_004,
    entrypoint: ['/nfs-provisioner'],
    executables: { 'nfs-provisioner': () => serve([tcp(2049), http(8080, ['/metrics'])]) },
    shell: true,
  },
];
