import type { ImageDefinition } from './image.js';
import { http, serve } from './program.js';
import { tags } from './tags.js';

const paths = ['/index.html', '/50x.html'];

/** The web server; serves / and its two pages. The next major version exists too, because examples of updates often use it. */
export const nginx: ImageDefinition = {
  repositories: [
    'docker.io/library/nginx',
    'public.ecr.aws/nginx/nginx',
    'public.ecr.aws/docker/library/nginx',
    'registry.k8s.io/e2e-test-images/nginx',
  ],
  tags: tags({ names: ['stable', 'mainline', 'alpine', 'perl', 'bookworm', 'trixie', 'otel'], versions: { 1: [7, 31], 2: [0, 0] } }),
  size: 62_706_233,
  entrypoint: ['/docker-entrypoint.sh'],
  cmd: ['nginx', '-g', 'daemon off;'],
  executables: {
    nginx: () => serve([http(80, paths)]),
    'nginx-debug': () => serve([http(80, paths)]),
  },
  shell: true,
};
