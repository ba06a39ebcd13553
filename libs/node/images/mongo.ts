import { account } from './accounts.js';
import { client } from './clients.js';
import type { ImageDefinition } from './image.js';
import { serve, tcp } from './program.js';
import { tags } from './tags.js';

/** The document database. */
export const mongo: ImageDefinition = {
  repositories: ['docker.io/library/mongo', 'public.ecr.aws/docker/library/mongo'],
  tags: tags({ names: ['noble', 'jammy', 'focal'], versions: { 3: [0, 6], 4: [0, 4], 5: [0, 0], 6: [0, 0], 7: [0, 0], 8: [0, 2] } }),
  size: 277_540_111,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['mongod'],
  executables: { mongod: () => serve([tcp(27017)]), mongosh: client, mongo: client },
  shell: true,
  accounts: () => account('mongodb', 999),
};
