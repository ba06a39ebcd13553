import type { ClusterStore } from '#cacher';
import type { Boot, Cloud, CloudInstance, Outage } from '#controller-runtime';
import { CLOUD_KEY, type CloudRow, type ManagerPlace, managerPlace } from './cloud.js';

/** The cloud of a cluster as its components see it, from the cache of its store. */
export class CloudView implements Cloud {
  private readonly listeners: Array<() => void> = [];
  private read: unknown;
  private known: ReadonlyMap<string, CloudInstance> | undefined;
  private down: ReadonlyMap<string, Outage> = new Map();

  constructor(private readonly store: Pick<ClusterStore, 'peek'>) {}

  instances(): ReadonlyMap<string, CloudInstance> | undefined {
    this.follow();
    return this.known;
  }

  /** Where cloud-controller-manager runs. */
  manager(): ManagerPlace {
    return managerPlace(this.store.peek(CLOUD_KEY));
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** The row was written. */
  changed(): void {
    for (const listener of this.listeners) listener();
  }

  /** Why a machine does not run. */
  outage(node: string): Outage | undefined {
    this.follow();
    return this.down.get(node);
  }

  /** The last start of a machine. */
  boot(node: string): Boot | undefined {
    return this.instances()?.get(node)?.booted;
  }

  private follow(): void {
    const row = this.store.peek(CLOUD_KEY);
    if (row === this.read) return;
    this.read = row;
    const cloud = row?.object as CloudRow | undefined;
    this.known = cloud && new Map(cloud.instances.map((instance) => [instance.name, instance]));
    const stopped = (cloud?.instances ?? []).flatMap(({ name, stopped: since }) => (since === undefined ? [] : [{ name, since }]));
    this.down = new Map([...(cloud?.removed ?? []), ...stopped].map(({ name, since }) => [name, { state: 'stopped', since }]));
  }
}
