import type { ImageDefinition } from './image.js';
import { http, type ServedPort, serve } from './program.js';
import { tags, type Versions } from './tags.js';

interface StorageProgram {
  repositories: readonly string[];
  command: string;
  versions: Versions;
  size: number;
}

/** The ports of health checks: `--http-endpoint=:9809` of sidecars, `--health-port=9898` of livenessprobe. */
function healthPorts(args: readonly string[]): ServedPort[] {
  return args.flatMap((arg) => {
    const port = Number(/^--?(?:http-endpoint=[^=]*:|health-port=)(\d{1,5})$/.exec(arg)?.[1]);
    return Number.isInteger(port) && port > 0 && port < 65_536 ? [http(port, ['/healthz', '/metrics'])] : [];
  });
}

const program = ({ repositories, command, versions, size }: StorageProgram): ImageDefinition => ({
  repositories,
  tags: tags({ versions }),
  size,
  entrypoint: [`/${command}`],
  executables: { [command]: ({ args }) => serve(healthPorts(args)) },
});

const sidecar = (command: string, versions: Versions): ImageDefinition =>
  program({ repositories: [`registry.k8s.io/sig-storage/${command}`], command, versions, size: 28_114_903 });

/** Programs that make, attach and resize volumes (libs/controllers/storage-programs), and those that run beside a CSI driver. */
export const storage: readonly ImageDefinition[] = [
  program({
    repositories: ['docker.io/rancher/local-path-provisioner', 'docker.io/kindest/local-path-provisioner'],
    command: 'local-path-provisioner',
    versions: { 0: [0, 1] },
    size: 20_511_322,
  }),
  program({
    repositories: ['gcr.io/k8s-minikube/storage-provisioner'],
    command: 'storage-provisioner',
    versions: { 5: [0, 0] },
    size: 9_057_171,
  }),
  program({
    repositories: ['registry.k8s.io/sig-storage/hostpathplugin'],
    command: 'hostpathplugin',
    versions: { 1: [9, 17] },
    size: 75_336_181,
  }),
  sidecar('csi-provisioner', { 5: [0, 3], 6: [0, 3] }),
  sidecar('csi-attacher', { 4: [0, 12] }),
  sidecar('csi-resizer', { 1: [0, 14], 2: [0, 2] }),
  sidecar('csi-snapshotter', { 8: [0, 6] }),
  sidecar('csi-node-driver-registrar', { 2: [0, 17] }),
  sidecar('livenessprobe', { 2: [0, 19] }),
  sidecar('csi-external-health-monitor-controller', { 0: [0, 18] }),
];
