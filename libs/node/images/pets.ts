import { agnhostProgram } from './agnhost-commands.js';
import type { ImageDefinition } from './image.js';
import { tags } from './tags.js';

const pet = (name: string): ImageDefinition => ({
  repositories: [`registry.k8s.io/e2e-test-images/${name}`],
  tags: tags({ versions: { 1: [0, 8] } }),
  size: 49_210_418,
  entrypoint: ['/agnhost'],
  cmd: ['test-webserver'],
  executables: { agnhost: agnhostProgram },
  shell: true,
  system: 'alpine',
  files: { '/data.json': `{"image": "${name}.jpg"}\n` },
});

/** Two web servers with different pictures, used to demonstrate rolling updates. */
export const pets: readonly ImageDefinition[] = [pet('kitten'), pet('nautilus')];
