import type { Resource, ResourceInfo } from '#api';
import type { KubeObject } from '#apimachinery';

export interface ListQuery {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  resourceVersion?: string;
  resourceVersionMatch?: string;
}

export interface Listed<T> {
  items: T[];
  resourceVersion: string;
  continue?: string;
  remaining?: number;
}

export interface GetQuery {
  subresource?: string;
  /** For APIs that answer by them even to a GET of one name, as metrics adapters do; other resources ignore them. */
  selectors?: Partial<Record<'labelSelector' | 'metricLabelSelector', string>>;
}

/** What of a log is read (core/v1 PodLogOptions). */
export interface LogQuery {
  /** Default: the only one of the pod. */
  container?: string;
  /** Of the container's start before this one. */
  previous?: boolean;
  timestamps?: boolean;
  /** The last lines. */
  tailLines?: number;
  sinceSeconds?: number;
  limitBytes?: number;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** What a write tells beside its answer. */
export interface WriteReport {
  /** The texts of Warning headers. */
  warnings: readonly string[];
  /** In process, for updates and patches: the object that was changed, as it was before. Unset for one that was created. */
  before?: KubeObject;
}

interface Reporting {
  /** Called once, before the write answers or fails. */
  report?(report: WriteReport): void;
}

export interface WriteQuery extends Reporting {
  dryRun?: boolean;
  fieldManager?: string;
  /** What is done with fields that the API does not know, or that are there twice; in process by default nothing, over HTTP the API warns. */
  fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  subresource?: string;
}

export interface DeleteQuery extends Reporting {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  uid?: string;
  resourceVersion?: string;
  dryRun?: boolean;
}

export type WatchEvent<T> = { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T; revision: number };

export interface WatchHandler<T> {
  event(event: WatchEvent<T>): void;
  /** The watch has ended: with a StatusError (410 Gone …), or without an error if it was closed normally. */
  end(error?: Error): void;
}

/** A cluster as any client sees it. Every failure is a StatusError. Returned objects may be shared: copy them before modifying. */
export interface Client {
  /**
   * The resources that the cluster serves, each in the preferred version of its group. In process, the same array until something changes.
   */
  resources(): Promise<readonly ResourceInfo[]>;
  get<T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string, query?: GetQuery): Promise<T>;
  list<T extends KubeObject>(resource: Resource<T>, query?: ListQuery): Promise<Listed<T>>;
  /** What a container of a pod has printed, as its kubelet keeps it; '' for a pod without a node. */
  podLog(name: string, namespace: string, query?: LogQuery): Promise<string>;
  create<T extends KubeObject>(resource: Resource<T>, object: T, query?: WriteQuery): Promise<T>;
  /**
   * The same for callers that do not need the answer: it is not decoded. `queued` is called as soon as writes that begin later are stored
   * no earlier than this one; not if it fails before.
   */
  createOnly<T extends KubeObject>(resource: Resource<T>, object: T, queued?: () => void): Promise<void>;
  /** POST to a subresource, e.g. `binding`, `eviction`, `token`. */
  createSubresource<R extends KubeObject>(
    resource: Resource,
    name: string,
    namespace: string | undefined,
    subresource: string,
    body: KubeObject,
    query?: Pick<WriteQuery, 'report'>,
  ): Promise<R>;
  update<T extends KubeObject>(resource: Resource<T>, object: T, query?: WriteQuery): Promise<T>;
  updateStatus<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T>;
  patch<T extends KubeObject>(
    resource: Resource<T>,
    name: string,
    namespace: string | undefined,
    type: PatchType,
    patch: unknown,
    query?: WriteQuery & { force?: boolean },
  ): Promise<T>;
  /** Returns a Status, or the object if it is still terminating. */
  delete(resource: Resource, name: string, namespace?: string, query?: DeleteQuery): Promise<KubeObject>;
  /** The same for callers that do not need the answer: it is not decoded. */
  deleteOnly(resource: Resource, name: string, namespace?: string, query?: DeleteQuery): Promise<void>;
  /** Delivers every event after `resourceVersion`, in order, without a gap; if it is unset, the existing objects come first as ADDED. */
  watch<T extends KubeObject>(resource: Resource<T>, query: ListQuery, handler: WatchHandler<T>): Promise<() => void>;
}

/** Who writes, and why. */
export interface WriteCause {
  component?: string;
  /** The revision of the event that woke it. */
  wokenBy?: number;
  /** Set for the kubelet of this node, and for a program in a pod on it. */
  node?: string;
  /** The service account of a program in a pod, `namespace:name`. */
  account?: string;
  /** The log that it had seen when it decided, the number of the decision, and the files that it was configured with. */
  decision?: { seen: number; order: number; configured?: { node: string; revision: number } };
}

/** A client whose writes carry their cause. */
export interface CausalClient extends Client {
  /** The same client with writes caused by this one; omitted fields are unchanged. */
  as(cause: WriteCause): CausalClient;
}
