import type { KubeObject } from '#apimachinery';
import type { CachedObject, ClusterStore } from '#cacher';
import { listPrefix } from '../rest/keys.js';
import type { CustomKind } from './custom-kind.js';

/** The kind that a CustomResourceDefinition defines; undefined while it is not served. */
export type CustomKindOf = (definition: KubeObject) => CustomKind | undefined;

/** Where the kinds are served. */
export interface Installation {
  install(kinds: ReadonlyMap<string, CustomKind | undefined>): void;
}

const ROOT = listPrefix('apiextensions.k8s.io', 'customresourcedefinitions', '');

interface Known {
  revision: number;
  kind: CustomKind | undefined;
}

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
    private readonly store: ClusterStore,
    private readonly kindOf: CustomKindOf,
    private readonly target: Installation,
  ) {}

  /** Takes over what the cache has, without asking the store; false if nothing is cached. */
  readCache(): boolean {
    const change = this.store.changeOf(ROOT);
    if (change === undefined) return false;
    if (change === this.seen) return true;
    this.seen = change;
    this.take(this.store.cached(ROOT));
    return true;
  }

  /** Takes over the definitions as of now. */
  async refresh(): Promise<void> {
    const change = this.store.changeOf(ROOT);
    const { items } = await this.store.list({ prefix: ROOT });
    this.take(items);
    this.seen = change;
  }

  private take(items: readonly CachedObject[]): void {
    const changes = new Map<string, CustomKind | undefined>();
    const gone = new Set(this.known.keys());
    for (const { key, revision, value } of items) {
      const id = key.slice(ROOT.length);
      gone.delete(id);
      const former = this.known.get(id);
      if (former !== undefined && former.revision >= revision) continue;
      // A copy of its own: the cached object stays unparsed.
      const kind = this.kindOf(JSON.parse(value) as KubeObject);
      this.known.set(id, { revision, kind });
      if (kind !== former?.kind) changes.set(id, kind);
    }
    for (const id of gone) {
      if (this.known.get(id)?.kind !== undefined) changes.set(id, undefined);
      this.known.delete(id);
    }
    if (changes.size > 0) this.target.install(changes);
  }

  /** Follows changes until `unfollow`: for watches, which end with their kind. */
  follow(): void {
    this.following ??= this.store.watch(ROOT, undefined, {
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
