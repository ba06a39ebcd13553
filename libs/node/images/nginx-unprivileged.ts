import { account } from './accounts.js';
import type { ImageDefinition } from './image.js';
import { nginxEnv, nginxFiles, nginxPort } from './nginx.js';
import { serve } from './program.js';
import { tags } from './tags.js';

/** nginx on port 8080 as user 101. */
export const nginxUnprivileged: ImageDefinition = {
  repositories: ['docker.io/nginxinc/nginx-unprivileged'],
  tags: tags({ names: ['stable', 'mainline', 'alpine', 'perl', 'bookworm'], versions: { 1: [15, 31] } }),
  size: 62_718_004,
  entrypoint: ['/docker-entrypoint.sh'],
  cmd: ['nginx', '-g', 'daemon off;'],
  executables: { nginx: () => serve([nginxPort(8080)]) },
  shell: true,
  accounts: () => account('nginx', 101),
  user: 101,
  files: nginxFiles(8080),
  env: nginxEnv,
};
