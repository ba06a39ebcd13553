import type { ImageDefinition } from './image.js';
import { type ServedPort, serve } from './program.js';
import { tags } from './tags.js';

const CERTIFICATE = { certificate: '/tmp/apiserver.crt', key: '/tmp/apiserver.key', optional: true };
const health = (port: number): ServedPort => ({ port, protocol: 'http', status: () => 200, tls: CERTIFICATE });

/** The resource metrics API's server. Its API is answered by the cluster's API server while one of its pods is ready. */
export const metricsServer: ImageDefinition = {
  repositories: ['registry.k8s.io/metrics-server/metrics-server'],
  tags: tags({ versions: { 0: [3, 8] } }),
  size: 22_464_190,
  entrypoint: ['/metrics-server'],
  executables: { 'metrics-server': () => serve([health(10250), health(4443)]) },
  user: 1000,
};
