import type { corev1 } from '#api';
import { CONTROL_PLANE_KEY, FILES, fileKey, manifestPod, type NodeFile, StartFailure } from '#apiserver';
import type { CachedObject, ClusterStore } from '#cacher';
import type { Manifests, StaticPod } from '#controller-runtime';
import { hashOf, mirrorPod } from '#kubeadm';
import { programOfContainer } from '#node';
import { STATIC_COMPONENTS } from './faults/fault.js';
import type { KubeletConfigurations } from './kubelet-configurations.js';

/** Where kubeadm's kubelets look for manifests, unless their configuration says otherwise. */
const DIRECTORY = '/etc/kubernetes/manifests';
/** The configuration of a node's kubelet. */
export const KUBELET_CONFIG = '/var/lib/kubelet/config.yaml';
/** Static pods of a node at most, as pods of a node. */
const MOST_STATIC_PODS = 110;

/** The node that a key of a file belongs to; undefined for other keys. */
export function nodeOfFile(key: string): string | undefined {
  return key.startsWith(FILES) ? key.slice(FILES.length, key.indexOf('/', FILES.length)) : undefined;
}

const contentOf = (row: CachedObject): string => (row.object as NodeFile).content;

/** staticPodPath of the configuration of a node's kubelet. */
export function manifestDirectory(read: (path: string) => string | undefined): string {
  return /^staticPodPath:\s*["']?(\/[\w./@+-]*[\w@+-])/m.exec(read(KUBELET_CONFIG) ?? '')?.[1] ?? DIRECTORY;
}

/** Manifests of static pods, from the cache of a cluster's store. */
export class StaticManifests implements Manifests {
  private readonly listeners: Array<(node: string) => void> = [];
  /** What was read of a file; undefined: no pod. */
  private readonly read = new WeakMap<CachedObject, { pod: corev1.Pod; hash: string } | undefined>();

  constructor(
    private readonly store: Pick<ClusterStore, 'cached' | 'peek'>,
    private readonly faults: { isMovedAway(component: string, node: string): boolean },
    private readonly configurations: Pick<KubeletConfigurations, 'of'>,
  ) {}

  configuration(node: string): Readonly<Record<string, unknown>> {
    return this.configurations.of(node);
  }

  file(node: string, path: string): string | undefined {
    const row = this.store.peek(fileKey(node, path));
    return row && contentOf(row);
  }

  filesIn(node: string, directory: string): readonly string[] {
    return [...this.store.cached(fileKey(node, directory))].map(contentOf);
  }

  of(node: string): readonly StaticPod[] {
    const found: StaticPod[] = [];
    const directory = manifestDirectory((path) => this.file(node, path));
    for (const row of this.store.cached(`${fileKey(node, directory)}/`)) {
      const known = this.readRow(row);
      if (!known || this.faults.isMovedAway(known.pod.metadata.name, node)) continue;
      const { metadata } = known.pod;
      const [namespace, name] = [metadata.namespace ?? 'default', `${metadata.name}-${node}`];
      if (found.some((other) => other.name === name && other.namespace === namespace)) continue;
      found.push({ namespace, name, hash: known.hash, mirror: (owner, now) => mirrorPod(known.pod, owner, { hash: known.hash, now }) });
      if (found.length === MOST_STATIC_PODS) break;
    }
    return found;
  }

  isUnwritten({ metadata, spec }: corev1.Pod): boolean {
    const name = metadata.name.slice(0, -(spec.nodeName ?? '').length - 1);
    const isKubeadms = metadata.namespace === 'kube-system' && STATIC_COMPONENTS.some((component) => component === name);
    return isKubeadms && this.store.peek(CONTROL_PLANE_KEY) === undefined;
  }

  onChange(listener: (node: string) => void): void {
    this.listeners.push(listener);
  }

  /** A file of a node was written or removed. */
  changed(node: string): void {
    for (const listener of this.listeners) listener(node);
  }

  private readRow(row: CachedObject): { pod: corev1.Pod; hash: string } | undefined {
    if (this.read.has(row)) return this.read.get(row);
    const content = contentOf(row);
    const pod = readablePod(row.key.slice(row.key.lastIndexOf('/') + 1), content);
    const found = typeof pod !== 'string' && typeof pod.metadata?.name === 'string' ? { pod, hash: hashOf(content) } : undefined;
    this.read.set(row, found);
    return found;
  }
}

/** The pod of a manifest, or why the kubelet runs none: it cannot read the file, or it is a hidden file (config/file.go). */
export function readablePod(path: string, content: string): corev1.Pod | string {
  if (path.slice(path.lastIndexOf('/') + 1).startsWith('.')) return 'hidden files are no manifests';
  try {
    return manifestPod(content, path);
  } catch (error) {
    if (error instanceof StartFailure) return error.message;
    throw error;
  }
}

/** Why the container of a component's pod does not run its program; undefined if it does. */
export function startFailure({ spec }: corev1.Pod, component: string): string | undefined {
  const container = spec.containers[0];
  const program = container && programOfContainer(container);
  if (program === undefined) return `the image ${container?.image} does not exist`;
  if (program.does === 'not-start') return program.message;
  const [path = ''] = container?.command ?? [];
  const runs = program.does === 'serve' && path.slice(path.lastIndexOf('/') + 1) === component;
  return runs ? undefined : `the container does not run ${component}`;
}
