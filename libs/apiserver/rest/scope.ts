import type { Clock, Random } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import type { Fence } from '#storage';
import type { AdmissionAttributes, AdmissionContext, AdmissionOperation } from '../admission/admission.js';
import type { AdmissionChain } from '../admission/admission-chain.js';
import type { Authorizer } from '../authorization/authorizer.js';
import type { RuleResolver } from '../authorization/rbac.js';
import type { Catalog, Endpoint } from '../catalog.js';
import type { Limits } from '../limits.js';
import type { Timers } from '../watch/timers.js';
import type { ClusterReader } from './reader.js';
import type { StrategyContext, UserInfo } from './strategy.js';
import type { Warnings } from './warnings.js';

/** One cluster, as the pipeline works on it. Small: everything in it but the store is shared. */
export interface ClusterScope {
  readonly store: ClusterStore;
  readonly catalog: Catalog;
  readonly admission: AdmissionChain;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
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
  /** In the version of the request. */
  readonly endpoint: Endpoint;
  /** '' for cluster-scoped resources and lists over all namespaces. */
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly verb: string;
  readonly user: UserInfo;
  readonly requestId: string;
  readonly warnings: Warnings;
  /** Who manages the fields that are written; '' to leave managed fields as they are. */
  readonly manager: string;
  readonly component?: string;
  readonly wokenBy?: number;
  readonly fence?: Fence;
}

/** What a strategy is given. */
export function strategyContext(scope: RestScope, dryRun: boolean): StrategyContext {
  const { clock, random, reader, access: authorizer } = scope.cluster;
  const { user, namespace, endpoint } = scope;
  return { clock, random, reader, user, namespace, apiVersion: endpoint.apiVersion, dryRun, authorizer };
}

/** What admission is given beside the request. */
export function admissionContext({ reader, clock, random }: ClusterScope): AdmissionContext {
  return { reader, clock, random };
}

type Objects = Pick<AdmissionAttributes, 'object' | 'oldObject' | 'options'>;

/** The request as admission sees it: objects are in the version that is stored. */
export function admissionAttributes(
  scope: RestScope,
  operation: AdmissionOperation,
  dryRun: boolean,
  objects: Objects,
): AdmissionAttributes {
  const { endpoint, namespace, subresource, user, warnings } = scope;
  const { storage } = endpoint;
  return {
    operation,
    group: storage.group,
    version: storage.version,
    resource: endpoint.resource,
    subresource,
    kind: objects.object?.kind ?? storage.kind,
    // A Namespace is in itself (endpoints/handlers/create.go).
    namespace:
      namespace === '' && endpoint.root === '/registry/namespaces' ? ((scope.name || objects.object?.metadata.name) ?? '') : namespace,
    name: scope.name || (objects.object?.metadata.name ?? ''),
    user,
    dryRun,
    ...objects,
    warn: (text) => warnings.add(text),
  };
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
