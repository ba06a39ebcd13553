import type { ImageDefinition } from './image.js';
import { exit, serve, tcp } from './program.js';
import { tags } from './tags.js';

/** The store of a real cluster. */
export const etcd: ImageDefinition = {
  repositories: ['registry.k8s.io/etcd', 'quay.io/coreos/etcd', 'k8s.gcr.io/etcd'],
  tags: tags({ versions: { 3: [3, 6] } }),
  size: 22_871_747,
  entrypoint: ['etcd'],
  executables: {
    etcd: () => serve([tcp(2379), tcp(2380), { port: 2381, protocol: 'http', status: () => 200 }]),
    etcdctl: () => exit(0),
    etcdutl: () => exit(0),
  },
};
