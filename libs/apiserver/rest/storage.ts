import type { KubeObject } from '#apimachinery';
import type { DeleteOptions, ListOptions, WriteOptions } from '../request/options.js';
import type { ApiRequest, ApiResponse } from '../request/request.js';
import type { APIResource } from './api-resource.js';
import type { Deleted } from './delete.js';
import type { Listing } from './list.js';
import type { RestScope } from './scope.js';
import type { Stored } from './view.js';
import type { WatchSink } from './watch.js';

/** What was written: the stored text, and its revision; none when it was a dry run. */
export interface Written {
  value: string;
  revision?: number;
}

/** What an update did. */
export interface Updated extends Written {
  created: boolean;
}

/** What a create did: wrote an object, or answered one that is not stored (reviews, a Status). */
export type Created = Written | { answer: KubeObject };

/** A change of one object: `transform` makes the new object from the one that stands, in the version of the request. */
export interface Change {
  options: WriteOptions;
  transform(standing: KubeObject | undefined): KubeObject | Promise<KubeObject>;
  /** The uid that must stand (of a PUT's object). */
  uid?: string;
  /** A PUT: creates what is not there, where the strategy allows it. */
  replaces?: boolean;
}

/** Names the capabilities of upstream's registry/rest/rest.go. All throw StatusError. */
export interface Capabilities {
  /** Getter. */
  get?(scope: RestScope, resourceVersion: string): Promise<Stored>;
  /** Lister. */
  list?(scope: RestScope, options: ListOptions): Promise<Listing>;
  /** Watcher: returns what stops it. Throws only before the first event. */
  watch?(scope: RestScope, options: ListOptions, sink: WatchSink): Promise<() => void>;
  /** Creater; on a subresource NamedCreater: the parent's name is the scope's. The object is decoded and defaulted, and given away. */
  create?(scope: RestScope, object: KubeObject, options: WriteOptions): Promise<Created>;
  /** Updater and Patcher. */
  update?(scope: RestScope, change: Change): Promise<Updated>;
  /** GracefulDeleter. */
  delete?(scope: RestScope, options: DeleteOptions): Promise<Deleted>;
  /** CollectionDeleter: answers what was selected. */
  deleteCollection?(scope: RestScope, options: ListOptions, deletion: DeleteOptions): Promise<Listing>;
  /** Connecter: takes any method, and may take the connection (`ApiResponse.connection`). */
  connect?(scope: RestScope, request: ApiRequest, query: URLSearchParams): Promise<ApiResponse>;
}

/** One entry of the map of storages: what is served at group/version/resource[/subresource] (rest.Storage). */
export interface RestStorage extends Capabilities {
  /** The resource; of a subresource its parent. */
  readonly resource: APIResource;
  /** '' for the resource itself. */
  readonly subresource: string;
  /** The kind of bodies and answers. */
  readonly shape: APIResource;
  /** The verbs that discovery lists. */
  readonly verbs: ReadonlySet<string>;
}

/**
 * A storage that is more, or something else, than the generic registry's: one file in libs/registry, and one line in its list.
 * What it does not make is the generic registry's (of a resource) or not there (of a subresource).
 */
export interface StorageProvider {
  readonly group: string;
  readonly resource: string;
  /** '' for the resource itself. */
  readonly subresource: string;
  capabilities(resource: APIResource): Capabilities;
}
