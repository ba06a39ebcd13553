import type { ImageDefinition } from './image.js';
import { http, serve, tcp } from './program.js';
import { tags } from './tags.js';

/** The cluster's DNS server. */
export const coredns: ImageDefinition = {
  repositories: ['registry.k8s.io/coredns/coredns', 'docker.io/coredns/coredns', 'registry.k8s.io/coredns'],
  tags: tags({ versions: { 1: [6, 14] } }),
  size: 23_553_139,
  entrypoint: ['/coredns'],
  executables: { coredns: () => serve([tcp(53), http(8080, ['/health']), http(8181, ['/ready']), http(9153, ['/metrics'])]) },
  user: 65532,
};
