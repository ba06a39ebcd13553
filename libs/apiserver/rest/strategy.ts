import type { Clock, FieldError, KubeObject, RandomSource } from '#apimachinery';
import type { Authorizer } from '../authorization/authorizer.js';
import type { RuleResolver } from '../authorization/rbac.js';
import type { ClusterReader } from './reader.js';

/** The user of a request (authentication/v1 UserInfo). */
export interface UserInfo {
  name: string;
  uid?: string;
  groups: string[];
  extra?: Record<string, string[]>;
}

/** What a strategy may use while it decides. */
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
  /** Who decides on access, for the resources that review it. None: everything is allowed, as without RBAC. */
  authorizer?: Authorizer;
  /** What the cluster's roles give, for those who write roles. */
  rules?: RuleResolver;
}

/** A column of `kubectl get` (meta/v1 TableColumnDefinition) and how its cell is made. */
export interface Column<T extends KubeObject = KubeObject> {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format?: string;
  description?: string;
  /** 0: always shown; 1: with -o wide. */
  priority?: number;
  cell(object: T, now: number): string | number | boolean | null;
}

/** Reads one selectable field. A method's type, so that a strategy of one kind fits where one of any kind is asked for. */
export type FieldOf<T extends KubeObject = KubeObject> = { read(object: T): string }['read'];

/** Objects that are written in the same transaction as the one being written, e.g. the IPAddress of a Service. */
export interface Companion {
  op: 'create' | 'update' | 'delete';
  group: string;
  resource: string;
  namespace?: string;
  name: string;
  object?: KubeObject;
  /** The revision that a companion to be updated or deleted must still have; otherwise the whole write is tried anew. */
  expected?: number;
}

/** A subresource that is written as a view of its parent: status, ephemeralcontainers, resize, approval … */
export interface SubresourceStrategy<T extends KubeObject = KubeObject> {
  /** Makes what will be stored from what was sent and what stands: e.g. everything of `old` but the status. */
  prepareForUpdate(object: T, old: T, ctx: StrategyContext): void;
  validateUpdate?(object: T, old: T, ctx: StrategyContext): FieldError[];
}

/**
 * All that is special about one resource: one resource, one file. Everything general (metadata, conflicts, finalizers,
 * managed fields, dry run …) is the generic registry's. Deciding is pure: a strategy changes nothing but the object it is handed.
 * Modelled on upstream's rest.RESTCreateStrategy and friends (apiserver/pkg/registry/rest).
 */
export interface ResourceStrategy<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly resource: string;
  /** Defaults that depend on other fields (upstream SetDefaults_*, SetObjectDefaults_*); plain ones stand in the schema. Must be idempotent. */
  setDefaults?(object: T): void;
  /** Drops what a client may not set (status, disabled fields), sets generation. Runs after admission's mutation, before validation. */
  prepareForCreate?(object: T, ctx: StrategyContext): void;
  /** Semantic validation with upstream's wording, paths and order. Metadata is validated before, by the generic registry. */
  validate?(object: T, ctx: StrategyContext): FieldError[];
  prepareForUpdate?(object: T, old: T, ctx: StrategyContext): void;
  validateUpdate?(object: T, old: T, ctx: StrategyContext): FieldError[];
  /** Refuses what the user may not write (upstream's policybased storages). Asked after the mutating admission. Throws StatusError. */
  confirm?(object: T, old: T | undefined, ctx: StrategyContext): Promise<void>;
  /** Texts for Warning headers. */
  warnings?(object: T, old: T | undefined, ctx: StrategyContext): string[];
  /** Rule of metadata.name: a message list like upstream's NameIsDNSSubdomain (the default). */
  validateName?(name: string): string[];
  /** May a PUT make an object that is not there (upstream AllowCreateOnUpdate)? Default false. */
  readonly createOnUpdate?: boolean;
  /** May a PUT leave resourceVersion out (upstream AllowUnconditionalUpdate)? Default true. */
  readonly unconditionalUpdate?: boolean;
  /** `status` is served generically for every resource whose discovery lists it, unless it stands here. */
  readonly subresources?: Readonly<Record<string, SubresourceStrategy<T>>>;
  /** Paths for the scale subresource, where discovery lists it. */
  readonly scale?: {
    replicas(object: T): number | undefined;
    setReplicas(object: T, replicas: number): void;
    status(object: T): number;
    selector(object: T): string;
  };
  /** Field selectors beyond metadata.name and metadata.namespace. */
  readonly fields?: Readonly<Record<string, FieldOf<T>>>;
  /** The error for a field that selectors may not name, where upstream words it differently (AddFieldLabelConversionFunc). */
  unknownField?(field: string): string;
  /** Table columns; Name and Age when left out. The generic registry draws Name's cell for none: give all of them. */
  readonly columns?: readonly Column<T>[];
  /** Conditions of a Table's row (meta/v1 TableRowCondition), e.g. a finished pod's Completed. */
  rowConditions?(object: T): Array<{ type: string; status: string; reason?: string; message?: string }>;
  /** The text of a Warning header on every answer about this resource: `v1 Endpoints is deprecated …`. */
  readonly deprecated?: string;
  /** False: the generic registry leaves the object's metadata unchecked (legacy Events). Default true. */
  validatesMetadata?(ctx: StrategyContext): boolean;
  /** Texts for Warning headers of a delete; `propagation` as the client asked for it, undefined when it did not say. */
  deleteWarnings?(propagation: string | undefined): string[];
  /** Graceful deletion: the grace period in seconds, or undefined to delete at once (upstream CheckGracefulDelete). */
  gracePeriod?(object: T, requested: number | undefined): number | undefined;
  /** A delete answers the object that went, not a Status (Store.ReturnDeletedObject). Default false. */
  readonly returnsDeletedObject?: boolean;
  /** False: the garbage collector's finalizers are never set (rest.Unsupported: Events). Default true. */
  readonly garbageCollected?: boolean;
  /** How long an object lives, in milliseconds of the cluster's time (kube-apiserver --event-ttl). */
  readonly ttl?: number;
  /** Whether an object whose metadata.finalizers are empty may go (ShouldDeleteDuringUpdate). Default true. */
  removable?(object: T): boolean;
  /** What becomes of dependents when the client does not say. Default background. */
  readonly defaultPropagation?: 'Orphan' | 'Background';
  /** Fills in what only the server can know, reading other objects, e.g. a Service's clusterIP; and what must be written with it. */
  allocate?(object: T, old: T | undefined, ctx: StrategyContext): Promise<{ companions: Companion[]; errors?: FieldError[] }>;
  /** Companions to remove when the object goes. */
  release?(object: T, ctx: StrategyContext): Promise<Companion[]>;
  /** A resource that is answered, not stored: reviews, bindings. Returns the object of the answer; throws StatusError. */
  answer?(object: T, ctx: StrategyContext): Promise<KubeObject>;
  /** What clients read differs from what is stored by things computed at reading, e.g. a node's heartbeat. Must return a copy. */
  decorate?(object: T, ctx: { now: number }): T;
}
