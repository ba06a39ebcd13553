import { agnhostProgram } from './agnhost-commands.js';
import type { ImageDefinition } from './image.js';
import { exit } from './program.js';
import { tags } from './tags.js';

/** Kubernetes' own test image: one program with many subcommands. */
export const agnhost: ImageDefinition = {
  repositories: ['registry.k8s.io/e2e-test-images/agnhost', 'k8s.gcr.io/e2e-test-images/agnhost'],
  tags: tags({ versions: { 2: [1, 63] } }),
  size: 58_030_922,
  entrypoint: ['/agnhost'],
  cmd: ['pause'],
  executables: { agnhost: agnhostProgram, 'agnhost-2': agnhostProgram, iperf: () => exit(0), coredns: () => exit(0) },
  shell: true,
  system: 'alpine',
  accounts: () => ({
    users: [{ name: 'user-defined-in-image', uid: 1000, gid: 1000 }],
    groups: [
      { name: 'user-defined-in-image', gid: 1000, members: [] },
      { name: 'group-defined-in-image', gid: 50000, members: ['user-defined-in-image'] },
    ],
  }),
};
