import type { ImageDefinition } from './image.js';
import { serve, tcp } from './program.js';
import { tags } from './tags.js';

/** The resource metrics API's server. */
export const metricsServer: ImageDefinition = {
  repositories: ['registry.k8s.io/metrics-server/metrics-server'],
  tags: tags({ versions: { 0: [3, 8] } }),
  size: 22_464_190,
  entrypoint: ['/metrics-server'],
  executables: { 'metrics-server': () => serve([tcp(10250), { port: 4443, protocol: 'http', status: () => 200 }]) },
  user: 1000,
};
