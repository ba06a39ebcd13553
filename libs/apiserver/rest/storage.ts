import type { KubeObject } from '#apimachinery';
import type { DeleteOptions, ListOptions, WriteOptions } from '../request/options.js';
import type { ApiRequest, ApiResponse } from '../request/request.js';
import type { APIResource } from './api-resource.js';
import type { Deleted } from './delete.js';
import type { Listing } from './list.js';
import type { RestScope } from './scope.js';
import type { Stored } from './view.js';
import type { WatchSink } from './watch.js';

/** What was written: the stored text, what parsing it would return if that is known, and its revision; no revision for a dry run. */
export interface Written {
  value: string;
  object?: KubeObject;
  revision?: number;
}

/** The result of an update. */
export interface Updated extends Written {
  created: boolean;
  /** What was changed, if it is known. */
  previous?: Stored;
}

/** The result of a create: a written object, or one that is not stored (reviews, a Status). */
export type Created = Written | { answer: KubeObject };

/** A change of one object: `transform` returns the new object for the current one, in the version of the request. */
export interface Change {
  options: WriteOptions;
  transform(standing: KubeObject | undefined): KubeObject | Promise<KubeObject>;
  /** The uid that the current object must have (from a PUT's object). */
  uid?: string;
  /** A PUT: creates an object that does not exist if the strategy allows it. */
  replaces?: boolean;
  /** An apply: creates an object that does not exist, and sets the managed fields itself. */
  applies?: boolean;
}

/** The capabilities of upstream's registry/rest/rest.go. All methods throw StatusError. */
export interface Capabilities {
  /** Getter. */
  get?(scope: RestScope, resourceVersion: string): Promise<Stored>;
  /** Lister. */
  list?(scope: RestScope, options: ListOptions): Promise<Listing>;
  /** Watcher: returns a function that stops it. Throws only before the first event. */
  watch?(scope: RestScope, options: ListOptions, sink: WatchSink): Promise<() => void>;
  /**
   * Creater; for a subresource NamedCreater, with the parent's name in the scope. Takes ownership of the object, which is decoded and
   * defaulted.
   */
  create?(scope: RestScope, object: KubeObject, options: WriteOptions): Promise<Created>;
  /** Updater and Patcher. */
  update?(scope: RestScope, change: Change): Promise<Updated>;
  /** GracefulDeleter. */
  delete?(scope: RestScope, options: DeleteOptions): Promise<Deleted>;
  /** CollectionDeleter: returns the deleted objects. */
  deleteCollection?(scope: RestScope, options: ListOptions, deletion: DeleteOptions): Promise<Listing>;
  /** Connecter: handles any method, and may take over the connection (`ApiResponse.takeover`). */
  connect?(scope: RestScope, request: ApiRequest, query: URLSearchParams): Promise<ApiResponse>;
  /** Answers any GET below it, in place of `get`: add-ons whose resources are not fixed. Throws StatusError. */
  answer?(scope: RestScope, query: URLSearchParams): Promise<KubeObject>;
  /** A Connecter's options, as admission sees them; unset: admission is not asked, as for any other read. Throws StatusError. */
  connectOptions?(request: ApiRequest, query: URLSearchParams): KubeObject;
}

/** One entry of the map of storages, for one group/version/resource[/subresource] (rest.Storage). */
export interface RestStorage extends Capabilities {
  /** The resource; for a subresource its parent. */
  readonly resource: APIResource;
  /** '' for the resource itself. */
  readonly subresource: string;
  /** The kind of request and response bodies. */
  readonly shape: APIResource;
  /** The verbs in discovery. */
  readonly verbs: ReadonlySet<string>;
}

/**
 * A storage that extends or replaces the one of the generic registry: one file in libs/registry, and one line in its list. Capabilities it
 * does not provide come from the generic registry (for a resource) or are not supported (for a subresource).
 */
export interface StorageProvider {
  readonly group: string;
  readonly resource: string;
  /** '' for the resource itself. */
  readonly subresource: string;
  capabilities(resource: APIResource): Capabilities;
}
