import { yamlToJson } from '#api/yaml';
import { fileKey, type NodeFile } from '#apiserver';
import type { CachedObject, ClusterStore } from '#cacher';
import { KUBELET_CONFIGURATION } from '#kubeadm';
import { KUBELET_CONFIG } from './static-manifests.js';

type Configuration = Readonly<Record<string, unknown>>;

const NONE: Configuration = {};
/** Characters of a file that is read. */
const LONGEST = 64 * 1024;

function parsed(text: string): Configuration {
  const converted = text.length > LONGEST ? { error: 'too long' } : yamlToJson(text);
  const found: unknown = 'error' in converted ? undefined : JSON.parse(converted.json);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Configuration) : NONE;
}

const KUBEADMS = parsed(KUBELET_CONFIGURATION);

/** The KubeletConfiguration of a node, read from the store. */
export async function kubeletConfiguration(store: Pick<ClusterStore, 'get'>, node: string): Promise<Configuration> {
  const row = await store.get(fileKey(node, KUBELET_CONFIG));
  return row === undefined ? KUBEADMS : parsed((row.object as NodeFile).content);
}

/** What the kubelets of a cluster are configured with, from the files of their nodes. */
export class KubeletConfigurations {
  private readonly read = new WeakMap<CachedObject, Configuration>();

  constructor(private readonly store: Pick<ClusterStore, 'peek'>) {}

  /** The KubeletConfiguration of a node: kubeadm's without a file; empty where it cannot be read: all is as by default. */
  of(node: string): Configuration {
    const row = this.store.peek(fileKey(node, KUBELET_CONFIG));
    if (row === undefined) return KUBEADMS;
    const known = this.read.get(row) ?? parsed((row.object as NodeFile).content);
    this.read.set(row, known);
    return known;
  }
}
