import type { ImageDefinition } from './image.js';
import { serve } from './program.js';
import { tags } from './tags.js';

interface StorageProgram {
  repositories: readonly string[];
  command: string;
  major: number;
  minors: readonly [number, number];
  size: number;
}

const program = ({ repositories, command, major, minors, size }: StorageProgram): ImageDefinition => ({
  repositories,
  tags: tags({ versions: { [major]: minors } }),
  size,
  entrypoint: [`/${command}`],
  executables: { [command]: () => serve([]) },
});

const sidecar = (command: string, minors: readonly [number, number], major = 5): ImageDefinition =>
  program({ repositories: [`registry.k8s.io/sig-storage/${command}`], command, major, minors, size: 28_114_903 });

/** Programs that make volumes (libs/controllers/provisioners), and those that run beside a CSI driver. */
export const storage: readonly ImageDefinition[] = [
  program({
    repositories: ['docker.io/rancher/local-path-provisioner', 'docker.io/kindest/local-path-provisioner'],
    command: 'local-path-provisioner',
    major: 0,
    minors: [0, 1],
    size: 20_511_322,
  }),
  program({
    repositories: ['gcr.io/k8s-minikube/storage-provisioner'],
    command: 'storage-provisioner',
    major: 5,
    minors: [0, 0],
    size: 9_057_171,
  }),
  program({
    repositories: ['registry.k8s.io/sig-storage/hostpathplugin'],
    command: 'hostpathplugin',
    major: 1,
    minors: [9, 17],
    size: 75_336_181,
  }),
  sidecar('csi-provisioner', [0, 3]),
  sidecar('csi-attacher', [0, 10], 4),
  sidecar('csi-resizer', [0, 14], 1),
  sidecar('csi-snapshotter', [0, 3], 8),
  sidecar('csi-node-driver-registrar', [0, 15], 2),
  sidecar('livenessprobe', [0, 17], 2),
  sidecar('csi-external-health-monitor-controller', [0, 15], 0),
];
