import type { KubeObject } from '#apimachinery';

/** A file of a node, as a row of the cluster's store beside /registry, until nodes have file systems. */
export interface NodeFile extends KubeObject {
  content: string;
}

/** The node that runs the API server. */
export const CONTROL_PLANE_NODE = 'control-plane';
/** The manifest of the API server's static pod, on that node. */
export const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml';

/** The prefix of all files; ends with a slash. */
export const FILES = '/machine/files/';

/** The key of a file. */
export const fileKey = (node: string, path: string): string => `${FILES}${node}${path}`;

/** The stored form of a file. */
export const fileText = (path: string, content: string): string =>
  JSON.stringify({ apiVersion: 'orrery/v1', kind: 'NodeFile', metadata: { name: path }, content } satisfies NodeFile);
