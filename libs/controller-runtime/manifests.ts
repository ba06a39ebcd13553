import type { corev1 } from '#api';
import type { Instant } from '#apimachinery';

/** A manifest of a static pod, as the kubelet of its node reads it. */
export interface StaticPod {
  readonly namespace: string;
  /** Of its mirror pod: NAME-NODE. */
  readonly name: string;
  /** Of its content, as in kubernetes.io/config.hash. */
  readonly hash: string;
  /** The pod that shows it in the API. */
  mirror(node: corev1.Node, now: Instant): corev1.Pod;
}

/** The manifests in the files of a cluster's nodes. Everything is as of now. */
export interface Manifests {
  /** Those of a node that can be read. */
  of(node: string): readonly StaticPod[];
  /** Whether a mirror pod shows what kubeadm has left on the nodes of a cluster of a former version, which is in no file. */
  isUnwritten(pod: corev1.Pod): boolean;
  /** The KubeletConfiguration of a node as it was written; empty where there is none. */
  configuration(node: string): Readonly<Record<string, unknown>>;
  /** The content of a file of a node; undefined if there is none. */
  file(node: string, path: string): string | undefined;
  /** The contents of all files of a directory, which ends with a slash. */
  filesIn(node: string, directory: string): readonly string[];
  /** Calls the listener for a node whose files have changed, from where the component's informers deliver theirs: it may queue keys. */
  onChange(listener: (node: string) => void): void;
}

/** Nodes without files. */
export const NO_MANIFESTS: Manifests = {
  of: () => [],
  isUnwritten: () => false,
  configuration: () => ({}),
  file: () => undefined,
  filesIn: () => [],
  onChange: () => undefined,
};

/** The group of changes of nodes' files; their namespace is the node. */
export const FILES_GROUP = 'files.machine';
/** The group of changes by which components learn that clients have changed files in a pod's containers: the name is its uid. */
export const POD_FILES_GROUP = 'pods.machine';
