import type { ImageDefinition } from './image.js';
import { http, serve } from './program.js';
import { tags } from './tags.js';

/** Apache's web server. */
export const httpd: ImageDefinition = {
  repositories: ['docker.io/library/httpd', 'public.ecr.aws/docker/library/httpd', 'registry.k8s.io/e2e-test-images/httpd'],
  tags: tags({ names: ['alpine', 'bookworm', 'trixie'], versions: { 2: [2, 4] } }),
  size: 58_910_554,
  cmd: ['httpd-foreground'],
  executables: { 'httpd-foreground': () => serve([http(80, ['/index.html'])]), httpd: () => serve([http(80, ['/index.html'])]) },
  shell: true,
};
