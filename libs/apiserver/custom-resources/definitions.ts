import type { KubeObject } from '#apimachinery';
import type { CachedObject, ClusterStore } from '#cacher';
import type { Revision } from '#storage';
import type { WorkTask } from '../flow-control/work-share.js';
import { listPrefix } from '../rest/keys.js';
import type { CustomKind } from './custom-kind.js';

/** The kind that a CustomResourceDefinition defines; undefined while it is not served. */
export type CustomKindOf = (definition: KubeObject) => CustomKind | undefined;

/** Where definitions are read. */
export interface DefinitionSource {
  store: ClusterStore;
  kindOf: CustomKindOf;
  /** Long work gives way to other tenants. */
  work(): Pick<WorkTask, 'pause'>;
}

/** Where the kinds are served. */
export interface Installation {
  install(kinds: ReadonlyMap<string, CustomKind | undefined>): void;
}

const ROOT = listPrefix('apiextensions.k8s.io', 'customresourcedefinitions', '');

interface Known {
  revision: Revision;
  kind: CustomKind | undefined;
}

/** Definitions that are taken over at once; more of them are taken over in pieces, so that others are not kept waiting. */
const AT_ONCE = 4;

/**
 * The CustomResourceDefinitions of one cluster, as this process has seen them last. Nothing is kept up to date by itself: whoever looks for a
 * kind asks first, so that an idle cluster costs nothing. Only while there are watches of custom kinds are changes followed, to end them.
 */
export class Definitions {
  private readonly known = new Map<string, Known>();
  /** The state of the cache that `known` was read from. */
  private seen: number | undefined;
  private following: Promise<() => void> | undefined;

  constructor(
    private readonly source: DefinitionSource,
    private readonly target: Installation,
  ) {}

  /** Takes over what the cache has, without asking the store; false if nothing is cached, or too much has changed. */
  readCache(): boolean {
    const { store } = this.source;
    const change = store.changeOf(ROOT);
    if (change === undefined) return false;
    if (change === this.seen) return true;
    const items = store.cached(ROOT);
    const changed = items.filter((item) => this.isNew(item));
    if (changed.length > AT_ONCE) {
      // Whoever needs them waits for a refresh of his own.
      this.refresh().catch(() => undefined);
      return false;
    }
    this.seen = change;
    this.apply(items, new Map(changed.map((item) => [item, this.kindOf(item)])), store.known);
    return true;
  }

  /** Takes over the definitions as of now. */
  async refresh(): Promise<void> {
    const { store, work } = this.source;
    const change = store.changeOf(ROOT);
    const { items, revision } = await store.list({ prefix: ROOT });
    const kinds = new Map<CachedObject, CustomKind | undefined>();
    const task = work();
    for (const item of items) {
      if (!this.isNew(item)) continue;
      kinds.set(item, this.kindOf(item));
      const pending = task.pause();
      if (pending) await pending;
    }
    this.apply(items, kinds, revision);
    this.seen = change;
  }

  private isNew({ key, revision }: CachedObject): boolean {
    const former = this.known.get(key.slice(ROOT.length));
    return former === undefined || former.revision < revision;
  }

  /** From a copy of its own: the cached object stays unparsed. */
  private kindOf({ value }: CachedObject): CustomKind | undefined {
    return this.source.kindOf(JSON.parse(value) as KubeObject);
  }

  /** `revision`: of the list; what is known of later ones stays. */
  private apply(items: readonly CachedObject[], kinds: ReadonlyMap<CachedObject, CustomKind | undefined>, revision: Revision): void {
    const changes = new Map<string, CustomKind | undefined>();
    const listed = new Set(items.map(({ key }) => key.slice(ROOT.length)));
    for (const [item, kind] of kinds) {
      const id = item.key.slice(ROOT.length);
      const former = this.known.get(id);
      if (!this.isNew(item)) continue;
      this.known.set(id, { revision: item.revision, kind });
      if (kind !== former?.kind) changes.set(id, kind);
    }
    for (const [id, known] of this.known) {
      if (listed.has(id) || known.revision > revision) continue;
      if (known.kind !== undefined) changes.set(id, undefined);
      this.known.delete(id);
    }
    if (changes.size > 0) this.target.install(changes);
  }

  /** Follows changes until `unfollow`: for watches, which end with their kind. */
  follow(): void {
    this.following ??= this.source.store.watch(ROOT, undefined, {
      event: () => void this.readCache(),
      end: () => {
        this.following = undefined;
      },
    });
    // A store that cannot be read ends the watches too.
    this.following.catch(() => {
      this.following = undefined;
    });
  }

  unfollow(): void {
    const { following } = this;
    this.following = undefined;
    following?.then(
      (stop) => stop(),
      () => undefined,
    );
  }
}
