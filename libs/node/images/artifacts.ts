import type { ImageDefinition } from './image.js';
import { tags } from './tags.js';

/** Files without programs, for image volumes: those of Kubernetes' documentation. */
export const artifact: ImageDefinition = {
  repositories: ['quay.io/crio/artifact'],
  tags: tags({ names: ['v1', 'v2'] }),
  size: 1_024,
  files: { '/dir/file': '1\n', '/file': '2\n' },
};
