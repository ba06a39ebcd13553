import type { corev1, resourcev1, storagev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import type { CachedObject, ClusterStore } from '#cacher';
import { podReferences, type Referenced, volumeSecrets } from '#component-helpers';
import { listPrefix, storageKey } from '../../rest/keys.js';

const MIRROR = 'kubernetes.io/config.mirror';
const NOTHING: ReadonlySet<string> = new Set();
/** Objects that are looked at without a pause. */
const CHUNK = 500;

/** What the relations are read from. */
export interface RelationParts {
  store: Pick<ClusterStore, 'list' | 'peek' | 'get'>;
  /** Lets other work of the process continue. */
  pause(): Promise<void>;
}

interface BoundPod {
  node: string;
  references: ReadonlySet<string>;
}

/**
 * Which objects have to do with a node: the graph of plugin/pkg/auth/authorizer/node. Nothing is kept up to date while nobody asks. A
 * question looks at the cached pods of one namespace; what a pod refers to is found out once for each of its versions.
 */
export class NodeRelations {
  private readonly pods = new WeakMap<CachedObject, BoundPod>();
  private readonly volumes = new WeakMap<CachedObject, ReadonlySet<string>>();

  constructor(private readonly parts: RelationParts) {}

  async isPodOf(node: string, namespace: string, name: string): Promise<boolean> {
    return (await this.get<corev1.Pod>('', 'pods', name, namespace))?.spec.nodeName === node;
  }

  async isAttachmentTo(node: string, name: string): Promise<boolean> {
    return (await this.get<storagev1.VolumeAttachment>('storage.k8s.io', 'volumeattachments', name))?.spec.nodeName === node;
  }

  async isSliceOf(node: string, name: string): Promise<boolean> {
    return (await this.get<resourcev1.ResourceSlice>('resource.k8s.io', 'resourceslices', name))?.spec.nodeName === node;
  }

  async isCertificateRequestOf(node: string, namespace: string, name: string): Promise<boolean> {
    type Request = KubeObject & { spec: { nodeName?: string } };
    return (await this.get<Request>('certificates.k8s.io', 'podcertificaterequests', name, namespace))?.spec.nodeName === node;
  }

  /** Whether a pod of the node refers to an object of its namespace. */
  async isReferred(node: string, kind: Referenced, namespace: string, name: string): Promise<boolean> {
    const wanted = `${kind}/${name}`;
    const found = await this.some(listPrefix('', 'pods', namespace), (cached) => {
      const pod = this.podOf(cached);
      return pod.node === node && pod.references.has(wanted);
    });
    return found || (kind === 'secret' && this.isVolumeSecret(node, `${namespace}/${name}`));
  }

  /** Whether a pod of the node uses the claim that is bound to a volume. */
  async isVolumeOf(node: string, name: string): Promise<boolean> {
    const volume = await this.get<corev1.PersistentVolume>('', 'persistentvolumes', name);
    return volume !== undefined && this.mounts(node, volume);
  }

  private async mounts(node: string, { spec }: corev1.PersistentVolume): Promise<boolean> {
    const { namespace, name } = spec?.claimRef ?? {};
    return namespace !== undefined && name !== undefined && this.isReferred(node, 'claim', namespace, name);
  }

  private async isVolumeSecret(node: string, secret: string): Promise<boolean> {
    const volumes: corev1.PersistentVolume[] = [];
    await this.some(listPrefix('', 'persistentvolumes', ''), (cached) => {
      if (this.secretsOf(cached).has(secret)) volumes.push(cached.object as corev1.PersistentVolume);
      return false;
    });
    for (const volume of volumes.slice(0, CHUNK)) if (await this.mounts(node, volume)) return true;
    return false;
  }

  private async some(prefix: string, is: (cached: CachedObject) => boolean): Promise<boolean> {
    const { items } = await this.parts.store.list({ prefix, notOlderThan: 0 });
    for (const [index, item] of items.entries()) {
      if (index % CHUNK === CHUNK - 1) await this.parts.pause();
      if (is(item)) return true;
    }
    return false;
  }

  private podOf(cached: CachedObject): BoundPod {
    const known = this.pods.get(cached);
    if (known) return known;
    const pod = cached.object as corev1.Pod;
    // A kubelet makes the mirror pods of its node, and must not get access to anything by that.
    const references = pod.metadata.annotations?.[MIRROR] === undefined ? podReferences(pod) : NOTHING;
    const bound = { node: pod.spec.nodeName ?? '', references };
    this.pods.set(cached, bound);
    return bound;
  }

  private secretsOf(cached: CachedObject): ReadonlySet<string> {
    const known = this.volumes.get(cached);
    if (known) return known;
    const secrets = new Set(volumeSecrets(cached.object as corev1.PersistentVolume));
    this.volumes.set(cached, secrets);
    return secrets;
  }

  private async get<T extends KubeObject>(group: string, resource: string, name: string, namespace = ''): Promise<T | undefined> {
    const key = storageKey({ group, resource, namespace, name });
    const { store } = this.parts;
    return (store.peek(key) ?? (await store.get(key)))?.object as T | undefined;
  }
}
