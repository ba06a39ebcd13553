import type { ImageDefinition } from './image.js';
import { http, serve } from './program.js';
import { tags } from './tags.js';

/** An aggregated API server. */
export const sampleApiserver: ImageDefinition = {
  repositories: ['registry.k8s.io/e2e-test-images/sample-apiserver'],
  tags: tags({ versions: { 1: [10, 29] } }),
  size: 23_104_812,
  entrypoint: ['/sample-apiserver'],
  executables: { 'sample-apiserver': () => serve([http(443, ['/healthz', '/livez', '/readyz', '/version'])]) },
};
