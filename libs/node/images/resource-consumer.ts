import { portFlag } from './flags.js';
import type { ImageDefinition } from './image.js';
import { http, serve } from './program.js';
import { tags } from './tags.js';

/** Uses as much cpu and memory as requested. */
export const resourceConsumer: ImageDefinition = {
  repositories: ['registry.k8s.io/e2e-test-images/resource-consumer'],
  tags: tags({ versions: { 1: [5, 14] } }),
  size: 31_803_250,
  entrypoint: ['/consumer'],
  executables: { consumer: ({ args }) => serve([http(portFlag(args, '-port', 8080))]) },
  shell: true,
};
