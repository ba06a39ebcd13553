import type { apiregistrationv1, ResourceInfo } from '#api';
import type { KubeObject } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import { listPrefix } from '../rest/keys.js';
import type { ClusterScope } from '../rest/scope.js';
import type { RestStorage } from '../rest/storage.js';
import type { CustomKind } from './custom-kind.js';
import type { Installation } from './definitions.js';

/**
 * The kinds of an API server that runs in a cluster as a program of its pods. They are answered here while its APIService is available, and
 * are not served otherwise.
 */
export interface AddOn {
  group: string;
  version: string;
  /** By `<plural>.<group>`. */
  kinds: ReadonlyMap<string, CustomKind>;
  /** Serves any resource of the group version, where what there is depends on the cluster's objects. */
  any?: AnyResource;
}

/** What answers for resources that are not fixed. */
export interface AnyResource {
  /** Made for each request: the names are the client's. */
  storage(resource: string, subresource: string): RestStorage;
  /** What discovery lists now. */
  resources(cluster: Pick<ClusterScope, 'reader' | 'share' | 'store'>): Promise<ResourceInfo[]>;
}

const ROOT = listPrefix('apiregistration.k8s.io', 'apiservices', '');

const isAvailable = (object: KubeObject): boolean => {
  const { spec, status } = object as KubeObject & apiregistrationv1.APIService;
  return (
    spec?.service !== undefined && (status?.conditions?.some(({ type, status: is }) => type === 'Available' && is === 'True') ?? false)
  );
};

/** Which add-ons a cluster serves, by its APIServices. Nothing is kept up to date by itself: whoever looks for a kind asks first. */
export class AddOns {
  /** The state of the cache that was read last. */
  private seen: number | undefined;
  private readonly served = new Set<AddOn>();

  constructor(
    private readonly addOns: readonly AddOn[],
    private readonly store: ClusterStore,
    private readonly target: Installation,
  ) {}

  has(group: string): boolean {
    return this.addOns.some((addOn) => addOn.group === group);
  }

  /** What answers for any resource of a group version; undefined if nothing does. */
  any(group: string, version: string): AnyResource | undefined {
    for (const addOn of this.served) if (addOn.group === group && addOn.version === version) return addOn.any;
    return undefined;
  }

  /** The group versions in which any resource is served. */
  anyGroupVersions(): Array<Pick<AddOn, 'group' | 'version'>> {
    return [...this.served].filter(({ any }) => any !== undefined);
  }

  /** Takes over what the APIServices say as of now; undefined if nothing has changed. */
  refresh(): Promise<void> | undefined {
    const change = this.store.changeOf(ROOT);
    return change !== undefined && change === this.seen ? undefined : this.read(change);
  }

  private async read(change: number | undefined): Promise<void> {
    const { items } = await this.store.list({ prefix: ROOT });
    const changed = new Map<string, CustomKind | undefined>();
    let others = false;
    for (const addOn of this.addOns) {
      const name = `/${addOn.version}.${addOn.group}`;
      const registered = items.find(({ key }) => key.endsWith(name));
      const available = registered !== undefined && isAvailable(registered.object);
      if (available === this.served.has(addOn)) continue;
      if (available) this.served.add(addOn);
      else this.served.delete(addOn);
      others ||= addOn.any !== undefined;
      for (const [id, kind] of addOn.kinds) changed.set(id, available ? kind : undefined);
    }
    if (changed.size > 0 || others) this.target.install(changed);
    this.seen = change;
  }
}
