import { account } from './accounts.js';
import { client } from './clients.js';
import type { ImageDefinition } from './image.js';
import { exit, serve, tcp } from './program.js';
import { tags } from './tags.js';

const passwords = [
  'MYSQL_ROOT_PASSWORD',
  'MYSQL_ALLOW_EMPTY_PASSWORD',
  'MYSQL_RANDOM_ROOT_PASSWORD',
  'MARIADB_ROOT_PASSWORD',
  'MYSQL_ROOT_PASSWORD_FILE',
];

/** MySQL and MariaDB; they exit at once if no root password is set. */
export const mysql: ImageDefinition = {
  repositories: ['docker.io/library/mysql', 'docker.io/library/mariadb', 'public.ecr.aws/docker/library/mysql'],
  tags: tags({
    names: ['lts', 'innovation', 'oracle', 'debian'],
    versions: { 5: [5, 7], 8: [0, 4], 9: [0, 5], 10: [0, 11], 11: [0, 8], 12: [0, 1] },
  }),
  size: 237_116_902,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['mysqld'],
  executables: {
    mysqld: ({ has }) => (passwords.some(has) ? serve([tcp(3306)]) : exit(1)),
    mysql: client,
    mysqladmin: client,
  },
  shell: true,
  accounts: () => account('mysql', 999),
};
