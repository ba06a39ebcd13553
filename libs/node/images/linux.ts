import type { ImageDefinition } from './image.js';
import { tags } from './tags.js';

/** Debian, Ubuntu and similar images; by default they run bash. */
export const linux: ImageDefinition = {
  repositories: [
    'docker.io/library/debian',
    'docker.io/library/ubuntu',
    'docker.io/library/centos',
    'docker.io/library/fedora',
    'docker.io/library/rockylinux',
    'docker.io/library/amazonlinux',
    'public.ecr.aws/docker/library/ubuntu',
    'public.ecr.aws/docker/library/debian',
  ],
  tags: tags({
    names: [
      ...['stable', 'testing', 'unstable', 'sid', 'bookworm', 'bullseye', 'buster', 'trixie', 'oldstable', 'rolling', 'devel'],
      ...['noble', 'jammy', 'focal', 'bionic', 'xenial', 'oracular', 'plucky', 'questing'],
    ],
    versions: {
      ...{ 6: [0, 10], 7: [0, 11], 8: [0, 11], 9: [0, 13], 10: [0, 13], 11: [0, 11], 12: [0, 12], 13: [0, 2] },
      ...{
        14: [4, 4],
        16: [4, 4],
        18: [4, 4],
        20: [4, 4],
        22: [4, 4],
        24: [4, 10],
        25: [4, 10],
        38: [0, 0],
        39: [0, 0],
        40: [0, 0],
        41: [0, 0],
        42: [0, 0],
        2: [0, 0],
        2023: [0, 9],
      },
    },
  }),
  size: 48_494_620,
  cmd: ['bash'],
  shell: true,
};
