import type { apiregistrationv1 } from '#api';
import type { KubeObject } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import { listPrefix } from '../rest/keys.js';
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

  /** Takes over what the APIServices say as of now; undefined if nothing has changed. */
  refresh(): Promise<void> | undefined {
    const change = this.store.changeOf(ROOT);
    return change !== undefined && change === this.seen ? undefined : this.read(change);
  }

  private async read(change: number | undefined): Promise<void> {
    const { items } = await this.store.list({ prefix: ROOT });
    const changed = new Map<string, CustomKind | undefined>();
    for (const addOn of this.addOns) {
      const name = `/${addOn.version}.${addOn.group}`;
      const registered = items.find(({ key }) => key.endsWith(name));
      const available = registered !== undefined && isAvailable(registered.object);
      if (available === this.served.has(addOn)) continue;
      if (available) this.served.add(addOn);
      else this.served.delete(addOn);
      for (const [id, kind] of addOn.kinds) changed.set(id, available ? kind : undefined);
    }
    if (changed.size > 0) this.target.install(changed);
    this.seen = change;
  }
}
