import type { corev1 } from '#api';
import { hostPathOf } from './host-path.js';

const pod: corev1.Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: {
    containers: [
      {
        name: 'c',
        image: 'i',
        volumeMounts: [
          { name: 'data', mountPath: '/var/lib/etcd' },
          { name: 'inner', mountPath: '/var/lib/etcd/inner/' },
          { name: 'part', mountPath: '/part', subPath: 'a/b' },
          { name: 'scratch', mountPath: '/tmp' },
          { name: 'root', mountPath: '/host' },
        ],
      },
    ],
    volumes: [
      { name: 'data', hostPath: { path: '/data/etcd/' } },
      { name: 'inner', hostPath: { path: '/other' } },
      { name: 'part', hostPath: { path: '/srv' } },
      { name: 'scratch', emptyDir: {} },
      { name: 'root', hostPath: { path: '/' } },
    ],
  },
};

it.each([
  ['/var/lib/etcd', '/data/etcd'],
  ['/var/lib/etcd/restored', '/data/etcd/restored'],
  ['/var/lib/etcd/inner/x', '/other/x'],
  ['/var/lib/etcd2', undefined],
  ['/part/c', '/srv/a/b/c'],
  ['/tmp/x', undefined],
  ['/host', '/'],
  ['/host/var', '/var'],
])('%s is %s on the node', (path, host) => {
  expect(hostPathOf(pod, path)).toBe(host);
});
