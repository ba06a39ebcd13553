import { account } from './accounts.js';
import { client } from './clients.js';
import type { ImageDefinition } from './image.js';
import { serve, tcp } from './program.js';
import { tags } from './tags.js';

/** The key-value store. */
export const redis: ImageDefinition = {
  repositories: ['docker.io/library/redis', 'public.ecr.aws/docker/library/redis', 'registry.k8s.io/e2e-test-images/redis'],
  tags: tags({ names: ['alpine', 'bookworm', 'trixie'], versions: { 3: [0, 2], 4: [0, 0], 5: [0, 0], 6: [0, 2], 7: [0, 4], 8: [0, 4] } }),
  size: 52_411_870,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['redis-server'],
  executables: {
    'redis-server': ({ args }) => {
      const at = args.indexOf('--port');
      return serve([tcp(at < 0 ? 6379 : Number(args[at + 1]))]);
    },
    'redis-cli': client,
  },
  shell: true,
  accounts: (system) => account('redis', 999, system === 'alpine' ? 1000 : 999),
};
