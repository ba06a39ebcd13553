import type { ImageDefinition } from './image.js';
import { serve } from './program.js';
import { tags } from './tags.js';

/** Does nothing; runs in a pod's sandbox. */
export const pause: ImageDefinition = {
  repositories: ['registry.k8s.io/pause', 'k8s.gcr.io/pause', 'gcr.io/google_containers/pause', 'registry.k8s.io/pause-amd64'],
  tags: tags({ names: ['test2'], versions: { 1: [0, 0], 2: [0, 0], 3: [0, 10] } }),
  size: 320_448,
  entrypoint: ['/pause'],
  executables: { pause: () => serve([]) },
  user: 65535,
};
