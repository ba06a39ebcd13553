import type { ImageDefinition } from './image.js';
import { exit, serve } from './program.js';
import { anyTag } from './tags.js';

/** Network plugins that run on every node. */
export const kindnetd: ImageDefinition = {
  repositories: [
    'docker.io/kindest/kindnetd',
    'ghcr.io/flannel-io/flannel',
    'docker.io/flannel/flannel',
    'docker.io/flannel/flannel-cni-plugin',
    'ghcr.io/flannel-io/flannel-cni-plugin',
    'docker.io/calico/node',
    'docker.io/calico/cni',
    'docker.io/calico/kube-controllers',
    'quay.io/cilium/cilium',
  ],
  tags: anyTag,
  size: 43_132_044,
  entrypoint: ['/bin/kindnetd'],
  executables: {
    kindnetd: () => serve([]),
    flanneld: () => serve([]),
    start_runit: () => serve([]),
    'install-cni': () => exit(0),
    install: () => exit(0),
  },
  shell: true,
};
