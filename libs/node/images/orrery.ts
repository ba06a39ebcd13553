import type { Call, ImageDefinition } from './image.js';
import { exit, http, type Program, serve } from './program.js';
import { tags } from './tags.js';
import { webhook } from './webhook-program.js';

const health = ['/livez', '/readyz'];

function node({ args }: Call): Program {
  const [script = ''] = args;
  if (script === 'dist/apps/api/main.js') return serve([http(8443, health), http(9464, [...health, '/metrics'])]);
  if (script === 'dist/apps/worker/main.js') return serve([http(9464, [...health, '/metrics'])]);
  return exit(script === 'scripts/migrate.mjs' ? 0 : 1, 500);
}

const image = (name: string): ImageDefinition => ({
  repositories: [`docker.io/orrery/${name}`],
  tags: tags({ versions: { 0: [1, 9] } }),
  size: 148_310_112,
  cmd: ['node', `dist/apps/${name}/main.js`],
  executables: { node },
  shell: true,
  user: 10001,
});

/** A server for admission and conversion webhooks that answers by its flags (webhook-program.ts). */
const echo: ImageDefinition = {
  repositories: ['docker.io/orrery/webhook'],
  tags: tags({ versions: { 0: [1, 9] } }),
  size: 9_437_184,
  entrypoint: ['/webhook'],
  executables: { webhook },
  user: 10001,
};

/** This service's own images (docker/Dockerfile), so that k8s/ can be tried on a simulated cluster. */
export const orrery: readonly ImageDefinition[] = [image('api'), image('worker'), echo];
