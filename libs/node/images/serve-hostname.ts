import type { ImageDefinition } from './image.js';
import { http, serve } from './program.js';
import { tags } from './tags.js';

/** Answers with its host name; the predecessor of agnhost. */
export const serveHostname: ImageDefinition = {
  repositories: [
    'registry.k8s.io/serve_hostname',
    'k8s.gcr.io/serve_hostname',
    'registry.k8s.io/e2e-test-images/serve-hostname',
    'gcr.io/kubernetes-e2e-test-images/serve-hostname',
  ],
  tags: tags({ versions: { 1: [0, 4] } }),
  size: 2_395_000,
  entrypoint: ['/serve_hostname'],
  executables: { serve_hostname: () => serve([http(9376)]), 'serve-hostname': () => serve([http(9376)]) },
};
