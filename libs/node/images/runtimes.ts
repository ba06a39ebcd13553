import { interpreter, tool } from './clients.js';
import { python } from './commands.js';
import type { ImageDefinition } from './image.js';
import { tags } from './tags.js';

/** Languages: with a program as argument they run it and end; without, they read standard input and end. */
export const runtimes: readonly ImageDefinition[] = [
  {
    repositories: ['docker.io/library/python', 'public.ecr.aws/docker/library/python'],
    tags: tags({ names: ['alpine', 'slim', 'bookworm'], versions: { 2: [7, 7], 3: [4, 14] } }),
    size: 402_331_870,
    cmd: ['python3'],
    executables: { pip3: tool, python, python3: python },
    shell: true,
  },
  {
    repositories: ['docker.io/library/node', 'public.ecr.aws/docker/library/node'],
    tags: tags({
      names: ['alpine', 'slim', 'lts', 'current', 'bookworm'],
      versions: Object.fromEntries([10, 12, 14, 16, 18, 20, 22, 24, 25].map((n) => [n, [0, 30]])),
    }),
    size: 396_113_540,
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['node'],
    executables: {
      node: interpreter,
      npx: tool,
      yarn: tool,
    },
    shell: true,
  },
  {
    repositories: [
      'docker.io/library/perl',
      'registry.k8s.io/e2e-test-images/perl',
      'docker.io/library/ruby',
      'docker.io/library/golang',
      'docker.io/library/openjdk',
      'docker.io/library/bash',
      'docker.io/library/php',
    ],
    tags: tags({
      names: ['alpine', 'slim', 'bookworm'],
      versions: { 1: [10, 25], 3: [0, 4], 5: [10, 42], 7: [0, 4], 8: [0, 4], 11: [0, 0], 17: [0, 0], 21: [0, 0] },
    }),
    size: 336_771_402,
    cmd: ['bash'],
    executables: { perl: interpreter, ruby: interpreter, go: tool, java: tool, php: interpreter },
    shell: true,
  },
];
