import { flagOf } from './flags.js';
import type { Executable, ImageDefinition } from './image.js';
import { exit, serve } from './program.js';
import { anyTag } from './tags.js';

const tool = (repositories: readonly string[], name: string, size: number): ImageDefinition => ({
  repositories,
  tags: anyTag,
  size,
  entrypoint: [name],
  executables: { [name]: () => exit(0) },
  shell: true,
});

/** It goes on until its time-out; what it uses is in libs/node/usage.ts. */
const stress: Executable = ({ args }) => {
  const seconds = /^(\d{1,9})s?$/.exec(flagOf(args, '--timeout', '-t') ?? '')?.[1];
  return seconds === undefined ? serve([], { stopCode: 143 }) : exit(0, Number(seconds) * 1000);
};

/** Clients and network tools: each does its work and ends. */
export const tools: readonly ImageDefinition[] = [
  // curl is interpreted.
  { ...tool(['docker.io/curlimages/curl', 'quay.io/curl/curl'], 'curl', 9_801_664), executables: {} },
  tool(
    ['docker.io/bitnami/kubectl', 'registry.k8s.io/kubectl', 'docker.io/rancher/kubectl', 'docker.io/alpine/k8s'],
    'kubectl',
    47_101_990,
  ),
  {
    ...tool(['docker.io/nicolaka/netshoot', 'docker.io/viktoruj/cks-lab', 'docker.io/tutum/dnsutils'], 'zsh', 173_460_311),
    entrypoint: [],
    cmd: ['sh'],
  },
  tool(['docker.io/aquasec/kube-bench', 'docker.io/aquasec/trivy'], 'trivy', 61_223_980),
  {
    ...tool(['docker.io/perftool/stress', 'docker.io/polinux/stress', 'docker.io/progrium/stress'], 'stress', 4_041_495),
    executables: { stress },
  },
];
