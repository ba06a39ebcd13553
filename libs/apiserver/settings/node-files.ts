import type { KubeObject } from '#apimachinery';
import type { Flags } from './flags.js';

/** A file of a node, as a row of the cluster's store beside /registry, until nodes have file systems. */
export interface NodeFile extends KubeObject {
  content: string;
}

/** The manifest of a component's static pod, on that node. */
const manifestOf = (component: string): string => `/etc/kubernetes/manifests/${component}.yaml`;

export const MANIFEST = manifestOf('kube-apiserver');
export const CONTROLLER_MANAGER_MANIFEST = manifestOf('kube-controller-manager');
export const SCHEDULER_MANIFEST = manifestOf('kube-scheduler');
export const CLOUD_CONTROLLER_MANAGER_MANIFEST = manifestOf('cloud-controller-manager');

const pairs = (...names: readonly string[]) =>
  names.flatMap((name) => [`/etc/kubernetes/pki/${name}.crt`, `/etc/kubernetes/pki/${name}.key`]);

/** The files that kubeadm, and the provider of a cloud, leave beside the manifests: they are there, whatever they contain. */
const KUBEADM_FILES: ReadonlySet<string> = new Set([
  ...pairs('ca', 'apiserver', 'apiserver-etcd-client', 'apiserver-kubelet-client', 'front-proxy-ca', 'front-proxy-client'),
  ...pairs('etcd/ca', 'etcd/server', 'etcd/peer', 'etcd/healthcheck-client'),
  ...[
    'pki/sa.key',
    'pki/sa.pub',
    'admin.conf',
    'super-admin.conf',
    'controller-manager.conf',
    'scheduler.conf',
    'kubelet.conf',
    'cloud-controller-manager.conf',
  ].map((name) => `/etc/kubernetes/${name}`),
]);

/** The text of a file of the node; undefined if there is no such file. */
export type ReadFile = (path: string) => string | undefined;

/** Why files that flags name cannot be opened, one error at most, as a component reports it at its start. */
export function missingFiles(flags: Flags, names: readonly string[], read: ReadFile): string[] {
  for (const name of names) {
    const path = flags.get(name) ?? '';
    if (path !== '' && !KUBEADM_FILES.has(path) && read(path) === undefined) return [`open ${path}: no such file or directory`];
  }
  return [];
}

/** The prefix of all files; ends with a slash. */
export const FILES = '/machine/files/';

/** The key of a file. */
export const fileKey = (node: string, path: string): string => `${FILES}${node}${path}`;

/** The stored form of a file. */
export const fileText = (path: string, content: string): string =>
  JSON.stringify({ apiVersion: 'orrery/v1', kind: 'NodeFile', metadata: { name: path }, content } satisfies NodeFile);
