import type { ImageDefinition } from './image.js';
import { tags } from './tags.js';

/** A shell and small commands; by default it runs a shell, which ends at once if its standard input is closed. */
export const busybox: ImageDefinition = {
  repositories: [
    'docker.io/library/busybox',
    'public.ecr.aws/docker/library/busybox',
    'gcr.io/google-containers/busybox',
    'registry.k8s.io/busybox',
    'registry.k8s.io/e2e-test-images/busybox',
    'k8s.gcr.io/busybox',
  ],
  tags: tags({ names: ['stable', 'glibc', 'musl', 'uclibc', 'unstable'], versions: { 1: [24, 37] } }),
  size: 2_156_518,
  cmd: ['sh'],
  shell: true,
  system: 'busybox',
};
