import type { Clock, FieldError, KubeObject, RandomSource } from '#apimachinery';
import type { Authorizer } from '../authorization/authorizer.js';
import type { RuleResolver } from '../authorization/rbac.js';
import type { WorkTask } from '../flow-control/work-share.js';
import type { ServerSettings } from '../settings/server-settings.js';
import type { ClusterReader } from './reader.js';

/** The user of a request (authentication/v1 UserInfo). */
export interface UserInfo {
  name: string;
  uid?: string;
  groups: string[];
  extra?: Record<string, string[]>;
}

/** What a strategy may use. */
export interface StrategyContext {
  clock: Clock;
  random: RandomSource;
  user: UserInfo;
  /** The API version of the request, e.g. `autoscaling/v1`. */
  apiVersion: string;
  /** The namespace of the request; '' for cluster-scoped resources. */
  namespace: string;
  /** The name in the request's path; '' for a POST to a collection. */
  name: string;
  reader: ClusterReader;
  dryRun: boolean;
  /** Authorizes, for the resources that review access. Unset: everything is allowed, as without RBAC. */
  authorizer?: Authorizer;
  /** Resolves the rules of roles, for writes of roles. */
  rules?: RuleResolver;
  /** What the flags of the API server decide. Unset: what it does without them. */
  server?: { readonly settings: ServerSettings };
  /** Lets other tenants' work go on between the parts of a long `confirm`. */
  work?: Pick<WorkTask, 'pause'>;
}

/** A column of `kubectl get` (meta/v1 TableColumnDefinition) and a function for its cells. */
export interface Column<T extends KubeObject = KubeObject> {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format?: string;
  description?: string;
  /** 0: always shown; 1: with -o wide. */
  priority?: number;
  cell(object: T, now: number): string | number | boolean | null;
}

/** Reads one selectable field. Declared as a method so that a strategy of a specific kind is assignable to one of any kind. */
export type FieldOf<T extends KubeObject = KubeObject> = { read(object: T): string }['read'];

/** Objects that are written in the same transaction as the main object, e.g. the IPAddress of a Service. */
export interface Companion {
  op: 'create' | 'update' | 'delete';
  group: string;
  resource: string;
  namespace?: string;
  name: string;
  object?: KubeObject;
  /** The expected revision of a companion that is updated or deleted; on a mismatch the whole write is retried. */
  expected?: number;
}

/** A subresource that is written as a view of its parent: status, ephemeralcontainers, resize, approval … */
export interface SubresourceStrategy<T extends KubeObject = KubeObject> {
  /** Builds the object to store from the sent and the current one: e.g. everything of `old` except the status. */
  prepareForUpdate(object: T, old: T, ctx: StrategyContext): void;
  validateUpdate?(object: T, old: T, ctx: StrategyContext): FieldError[];
  /** Texts for Warning headers. */
  warnings?(object: T, old: T | undefined, ctx: StrategyContext): string[];
}

/**
 * Everything that is specific to one resource: one resource, one file. The rest (metadata, conflicts, finalizers, managed fields, dry run
 * …) is done by the generic registry. Functions are pure: a strategy changes nothing but the object it is given. Modelled on upstream's
 * rest.RESTCreateStrategy and related interfaces (apiserver/pkg/registry/rest).
 */
export interface ResourceStrategy<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly resource: string;
  /**
   * Defaults that depend on other fields (upstream SetDefaults_*, SetObjectDefaults_*); plain defaults are in the schema. Must be
   * idempotent.
   */
  setDefaults?(object: T): void;
  /**
   * Drops what a client may not set (status, disabled fields) and sets the generation. Runs after mutating admission, before validation.
   */
  prepareForCreate?(object: T, ctx: StrategyContext): void;
  /** Semantic validation with upstream's wording, paths and order. The generic registry validates metadata before it. */
  validate?(object: T, ctx: StrategyContext): FieldError[];
  prepareForUpdate?(object: T, old: T, ctx: StrategyContext): void;
  validateUpdate?(object: T, old: T, ctx: StrategyContext): FieldError[];
  /** Rejects what the user may not write (upstream's policybased storages). Called after mutating admission. Throws StatusError. */
  confirm?(object: T, old: T | undefined, ctx: StrategyContext): Promise<void>;
  /** Texts for Warning headers. */
  warnings?(object: T, old: T | undefined, ctx: StrategyContext): string[];
  /** The rule for metadata.name: returns messages like upstream's NameIsDNSSubdomain (the default). */
  validateName?(name: string): string[];
  /** Whether a PUT may create an object (upstream AllowCreateOnUpdate). Default false. */
  readonly createOnUpdate?: boolean;
  /** Whether a PUT may omit the resourceVersion (upstream AllowUnconditionalUpdate). Default true. */
  readonly unconditionalUpdate?: boolean;
  /**
   * Subresources with rules of their own. `status` is served generically for every resource whose discovery lists it, unless it is here.
   */
  readonly subresources?: Readonly<Record<string, SubresourceStrategy<T>>>;
  /** Paths for the scale subresource, if discovery lists it. */
  readonly scale?: {
    replicas(object: T): number | undefined;
    setReplicas(object: T, replicas: number): void;
    status(object: T): number;
    selector(object: T): string;
    /** Where a custom kind has its replicas, which it may also not have: `['spec', 'replicas']`. */
    readonly path?: readonly string[];
  };
  /** Field selectors beyond metadata.name and metadata.namespace. */
  readonly fields?: Readonly<Record<string, FieldOf<T>>>;
  /** The error for a field that is not selectable, if upstream words it differently (AddFieldLabelConversionFunc). */
  unknownField?(field: string): string;
  /** Table columns; default Name and Age. The generic registry adds no Name column: list all of them. */
  readonly columns?: readonly Column<T>[];
  /** Conditions of a Table row (meta/v1 TableRowCondition), e.g. Completed for a finished pod. */
  rowConditions?(object: T): Array<{ type: string; status: string; reason?: string; message?: string }>;
  /** The text of a Warning header on every response for this resource: `v1 Endpoints is deprecated …`. */
  readonly deprecated?: string;
  /** False: the generic registry does not validate the object's metadata (legacy Events). Default true. */
  validatesMetadata?(ctx: StrategyContext): boolean;
  /** Texts for Warning headers of a delete; `propagation` as the client sent it, undefined if it did not. */
  deleteWarnings?(propagation: string | undefined): string[];
  /** Graceful deletion: the grace period in seconds, or undefined to delete immediately (upstream CheckGracefulDelete). */
  gracePeriod?(object: T, requested: number | undefined): number | undefined;
  /** A delete returns the deleted object, not a Status (Store.ReturnDeletedObject). Default false. */
  readonly returnsDeletedObject?: boolean;
  /** False: the garbage collector's finalizers are never set (rest.Unsupported: Events). Default true. */
  readonly garbageCollected?: boolean;
  /** The TTL of an object, in milliseconds of the cluster's time (kube-apiserver --event-ttl). */
  readonly ttl?: number;
  /** Whether an object without metadata.finalizers may be removed (ShouldDeleteDuringUpdate). Default true. */
  removable?(object: T): boolean;
  /** The deletion propagation if the client does not set it. Default background. */
  readonly defaultPropagation?: 'Orphan' | 'Background';
  /**
   * Sets what only the server can determine by reading other objects, e.g. a Service's clusterIP; returns the companions to write with it.
   */
  allocate?(object: T, old: T | undefined, ctx: StrategyContext): Promise<{ companions: Companion[]; errors?: FieldError[] }>;
  /** Companions to remove together with the object. */
  release?(object: T, ctx: StrategyContext): Promise<Companion[]>;
  /** For a resource that is not stored: reviews, bindings. Returns the object of the response; throws StatusError. */
  answer?(object: T, ctx: StrategyContext): Promise<KubeObject>;
  /** Adds what is computed at read time and not stored, e.g. a node's heartbeat. Must return a copy. */
  decorate?(object: T, ctx: { now: number }): T;
}
