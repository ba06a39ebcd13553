import type { YamlDecoder } from '#api/yaml';
import { type Clock, nthRandom, type RandomSource } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import type { Fence } from '#storage';
import type { AdmissionAttributes, AdmissionContext, AdmissionOperation } from '../admission/admission.js';
import type { AdmissionChain } from '../admission/admission-chain.js';
import type { Authorizer } from '../authorization/authorizer.js';
import type { RuleResolver } from '../authorization/rbac.js';
import type { WorkShare, WorkTask } from '../flow-control/work-share.js';
import type { Limits } from '../limits.js';
import type { WriteOptions } from '../request/options.js';
import type { StorageMap } from '../storage-map.js';
import type { Timers } from '../watch/timers.js';
import type { APIResource } from './api-resource.js';
import type { Ordinals } from './ordinals.js';
import type { ClusterReader } from './reader.js';
import type { RestStorage } from './storage.js';
import type { StrategyContext, UserInfo } from './strategy.js';
import type { Warnings } from './warnings.js';

/** One cluster, as the pipeline works on it. Small: everything in it but the store is shared. */
export interface ClusterScope {
  readonly store: ClusterStore;
  readonly storages: StorageMap;
  readonly admission: AdmissionChain;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** The creations under way that ask for a generated name. */
  readonly generating: Ordinals;
  readonly timers: Timers;
  /** Where long work gives way to other tenants'. */
  readonly share: Pick<WorkShare, 'task'>;
  /** Where YAML bodies become JSON. */
  readonly yaml: YamlDecoder;
  readonly limits: Limits;
  readonly reader: ClusterReader;
  /** Who decides on access, for the resources that review it. */
  readonly access: Authorizer;
  /** What the cluster's roles give, for those who write roles. */
  readonly rules: RuleResolver;
}

/** One request on a resource, whoever makes it. */
export interface RestScope {
  readonly cluster: ClusterScope;
  readonly storage: RestStorage;
  /** The storage's resource, in the version of the request. */
  readonly resource: APIResource;
  /** '' for cluster-scoped resources and lists over all namespaces. */
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly verb: string;
  readonly user: UserInfo;
  readonly requestId: string;
  readonly warnings: Warnings;
  /** The request's work: steps that take long give way to other tenants. */
  readonly work: WorkTask;
  /** Who manages the fields that are written; '' to leave managed fields as they are. */
  readonly manager: string;
  readonly component?: string;
  readonly wokenBy?: number;
  readonly fence?: Fence;
  /** Of a request that is told apart from others like it at the same moment; default the cluster's. */
  readonly random?: RandomSource;
}

/** Where the random values of a request come from. */
export function randomOf({ random, cluster }: RestScope): RandomSource {
  return random ?? cluster.random;
}

/** The request as it is tried again: what was drawn before did not do. */
export function retried(scope: RestScope, attempt: number): RestScope {
  return attempt === 0 ? scope : { ...scope, random: nthRandom(randomOf(scope), attempt) };
}

/** What a strategy is given. */
export function strategyContext(scope: RestScope, dryRun: boolean): StrategyContext {
  const { clock, reader, access: authorizer, rules } = scope.cluster;
  const random = randomOf(scope);
  const { user, namespace, name, resource } = scope;
  return { clock, random, reader, user, namespace, name, apiVersion: resource.apiVersion, dryRun, authorizer, rules };
}

/** What admission is given beside the request. A component tries anew by itself: only clients' requests wait. */
export function admissionContext(scope: RestScope): AdmissionContext {
  const { cluster, component } = scope;
  const { reader, clock, access: authorizer, timers } = cluster;
  const random = randomOf(scope);
  const pause = (milliseconds: number) => new Promise<void>((resolve) => timers.after(milliseconds, resolve));
  return { reader, clock, random, authorizer, ...(component === undefined ? { pause } : {}) };
}

type Objects = Pick<AdmissionAttributes, 'object' | 'oldObject' | 'options'>;

/** The request as admission sees it: objects are in the version that is stored. */
export function admissionAttributes(
  scope: RestScope,
  operation: AdmissionOperation,
  dryRun: boolean,
  objects: Objects,
): AdmissionAttributes {
  const { resource, namespace, subresource, user, warnings } = scope;
  const { stored } = resource;
  return {
    operation,
    group: stored.group,
    version: stored.version,
    resource: resource.resource,
    subresource,
    kind: objects.object?.kind ?? stored.kind,
    // A Namespace is in itself (endpoints/handlers/create.go).
    namespace:
      namespace === '' && resource.group === '' && resource.resource === 'namespaces'
        ? ((scope.name || objects.object?.metadata.name) ?? '')
        : namespace,
    name: scope.name || (objects.object?.metadata.name ?? ''),
    user,
    dryRun,
    ...objects,
    warn: (text) => warnings.add(text),
  };
}

/** The options as admission shows them to webhooks and policies. */
export function admissionOptions(options: WriteOptions): Record<string, unknown> {
  return { fieldManager: options.fieldManager, fieldValidation: options.fieldValidation, ...(options.dryRun ? { dryRun: ['All'] } : {}) };
}

/** The cause that the store keeps with a write. */
export function causeOf({ requestId, user, component, wokenBy, verb }: RestScope) {
  const cause: { requestId: string; user: string; component?: string; wokenBy?: number; verb: string } = {
    requestId,
    user: user.name,
    verb,
  };
  if (component !== undefined) cause.component = component;
  if (wokenBy !== undefined) cause.wokenBy = wokenBy;
  return cause;
}
