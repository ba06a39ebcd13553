import type { ImageDefinition } from './image.js';
import { http, plain, serve } from './program.js';
import { tags } from './tags.js';

const port = http(9376, undefined, (_, { hostname }) => plain(hostname));

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
  executables: { serve_hostname: () => serve([port]), 'serve-hostname': () => serve([port]) },
};
