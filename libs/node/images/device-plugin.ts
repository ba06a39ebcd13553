import type { ImageDefinition } from './image.js';
import { serve } from './program.js';
import { tags } from './tags.js';

const runs = () => serve([]);

/** NVIDIA's device plugin; libs/node/devices says what it registers. */
export const devicePlugin: ImageDefinition = {
  repositories: ['nvcr.io/nvidia/k8s-device-plugin'],
  tags: tags({ versions: { 0: [7, 18] } }),
  size: 95_412_804,
  entrypoint: ['nvidia-device-plugin'],
  executables: { 'nvidia-device-plugin': runs, 'gpu-feature-discovery': runs, 'config-manager': runs, 'mps-control-daemon': runs },
};
