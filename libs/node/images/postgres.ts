import { account } from './accounts.js';
import { client } from './clients.js';
import type { ImageDefinition } from './image.js';
import { exit, serve, tcp } from './program.js';
import { tags } from './tags.js';

/** The database; exits at once if no superuser password is set. */
export const postgres: ImageDefinition = {
  repositories: ['docker.io/library/postgres', 'public.ecr.aws/docker/library/postgres'],
  tags: tags({
    names: ['alpine', 'bookworm', 'trixie'],
    versions: {
      9: [0, 6],
      10: [0, 23],
      11: [0, 22],
      12: [0, 22],
      13: [0, 23],
      14: [0, 20],
      15: [0, 15],
      16: [0, 11],
      17: [0, 7],
      18: [0, 2],
    },
  }),
  size: 161_404_903,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['postgres'],
  executables: {
    postgres: ({ has }) =>
      has('POSTGRES_PASSWORD') || has('POSTGRES_HOST_AUTH_METHOD') || has('POSTGRES_PASSWORD_FILE') ? serve([tcp(5432)]) : exit(1),
    psql: client,
    pg_isready: client,
  },
  shell: true,
  accounts: (system) => account('postgres', system === 'alpine' ? 70 : 999),
};
