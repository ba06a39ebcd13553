import { type corev1 } from '#api';
import { FILES, fileKey, manifestPod, type NodeFile, StartFailure } from '#apiserver';
import type { CachedObject, ClusterStore } from '#cacher';
import type { Manifests, StaticPod } from '#controller-runtime';
import { hashOf, mirrorPod } from '#kubeadm';

/** Where kubeadm's kubelets look for manifests, unless their configuration says otherwise. */
const DIRECTORY = '/etc/kubernetes/manifests';
const KUBELET_CONFIG = '/var/lib/kubelet/config.yaml';
/** Static pods of a node at most, as pods of a node. */
const MOST_STATIC_PODS = 110;
/** What kubeadm has left on the nodes of the control plane. */
const KUBEADM = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** The node that a key of a file belongs to; undefined for other keys. */
export function nodeOfFile(key: string): string | undefined {
  return key.startsWith(FILES) ? key.slice(FILES.length, key.indexOf('/', FILES.length)) : undefined;
}

const contentOf = (row: CachedObject): string => (row.object as NodeFile).content;

/** Manifests of static pods, from the cache of a cluster's store. */
export class StaticManifests implements Manifests {
  private readonly listeners: Array<(node: string) => void> = [];
  /** What was read of a file; undefined: no pod. */
  private readonly read = new WeakMap<CachedObject, { pod: corev1.Pod; hash: string } | undefined>();

  constructor(private readonly store: Pick<ClusterStore, 'cached' | 'peek'>) {}

  of(node: string): readonly StaticPod[] {
    const found: StaticPod[] = [];
    for (const row of this.store.cached(`${fileKey(node, this.directory(node))}/`)) {
      const known = this.readRow(row);
      if (!known) continue;
      const { metadata } = known.pod;
      const [namespace, name] = [metadata.namespace ?? 'default', `${metadata.name}-${node}`];
      if (found.some((other) => other.name === name && other.namespace === namespace)) continue;
      found.push({ namespace, name, hash: known.hash, mirror: (owner, now) => mirrorPod(known.pod, owner, { hash: known.hash, now }) });
      if (found.length === MOST_STATIC_PODS) break;
    }
    return found;
  }

  isUnwritten({ metadata, spec }: corev1.Pod): boolean {
    const node = spec.nodeName ?? '';
    const name = metadata.name.slice(0, -node.length - 1);
    return metadata.namespace === 'kube-system' && KUBEADM.includes(name) && !this.store.peek(fileKey(node, `${DIRECTORY}/${name}.yaml`));
  }

  onChange(listener: (node: string) => void): void {
    this.listeners.push(listener);
  }

  /** A file of a node was written or removed. */
  changed(node: string): void {
    for (const listener of this.listeners) listener(node);
  }

  /** staticPodPath of the kubelet's configuration. */
  private directory(node: string): string {
    const config = this.store.peek(fileKey(node, KUBELET_CONFIG));
    const path = config && /^staticPodPath:\s*["']?(\/[\w./@+-]*[\w@+-])/m.exec(contentOf(config))?.[1];
    return path ?? DIRECTORY;
  }

  private readRow(row: CachedObject): { pod: corev1.Pod; hash: string } | undefined {
    if (this.read.has(row)) return this.read.get(row);
    const content = contentOf(row);
    const pod = readablePod(row.key.slice(row.key.lastIndexOf('/') + 1), content);
    const found = pod && typeof pod.metadata?.name === 'string' ? { pod, hash: hashOf(content) } : undefined;
    this.read.set(row, found);
    return found;
  }
}

/** The pod of a manifest; the kubelet runs none for a file that it cannot read, and looks at no hidden files (config/file.go). */
export function readablePod(path: string, content: string): corev1.Pod | undefined {
  if (path.startsWith('.')) return undefined;
  try {
    return manifestPod(content, path);
  } catch (error) {
    if (error instanceof StartFailure) return undefined;
    throw error;
  }
}
