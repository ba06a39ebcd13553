import type { ImageDefinition } from './image.js';
import { tags } from './tags.js';

/** A small Linux; by default it runs a shell. */
export const alpine: ImageDefinition = {
  repositories: ['docker.io/library/alpine', 'public.ecr.aws/docker/library/alpine'],
  tags: tags({ names: ['edge'], versions: { 2: [6, 7], 3: [1, 23] } }),
  size: 3_799_689,
  cmd: ['/bin/sh'],
  shell: true,
  system: 'alpine',
};
