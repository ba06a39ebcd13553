import type { YamlDecoder } from '#api/yaml';
import { type Clock, nthRandom, type RandomSource } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import type { CausalClient } from '#client';
import type { Cause, Fence, WriteResult } from '#storage';
import type { AdmissionAttributes, AdmissionContext, AdmissionOperation } from '../admission/admission.js';
import type { AdmissionChain } from '../admission/admission-chain.js';
import { type AuditEvent, Stage } from '../audit/audit-event.js';
import type { ServiceAccountTokens } from '../authentication/service-account/tokens.js';
import type { Authorizer } from '../authorization/authorizer.js';
import type { RuleResolver } from '../authorization/rbac.js';
import type { ControlPlane } from '../control-plane.js';
import type { WorkShare, WorkTask } from '../flow-control/work-share.js';
import type { Limits } from '../limits.js';
import type { WriteOptions } from '../request/options.js';
import type { ServerSettings } from '../settings/server-settings.js';
import type { StorageMap } from '../storage-map.js';
import type { Timers } from '../watch/timers.js';
import type { WebhookCaller } from '../webhooks/webhook-caller.js';
import type { APIResource } from './api-resource.js';
import { requestNamespace } from './keys.js';
import type { Ordinals } from './ordinals.js';
import type { ClusterReader } from './reader.js';
import type { RestStorage } from './storage.js';
import type { StrategyContext, UserInfo } from './strategy.js';
import type { Warnings } from './warnings.js';

/** One cluster, as the pipeline sees it. Small: everything in it except the store is shared. */
export interface ClusterScope {
  readonly store: ClusterStore;
  /** Set where the store is thrown away afterwards: it takes what dry runs write, so that later ones stand on it. */
  readonly trial?: true;
  readonly storages: StorageMap;
  readonly admission: AdmissionChain;
  /** What the flags of the API server decide. Throws 503 while it is down. */
  readonly settings: ServerSettings;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Creations with generateName that are in progress. */
  readonly generating: Ordinals;
  readonly timers: Timers;
  /** Lets long work yield to other tenants. */
  readonly share: Pick<WorkShare, 'task'>;
  /** Converts YAML bodies to JSON. */
  readonly yaml: YamlDecoder;
  readonly limits: Limits;
  readonly reader: ClusterReader;
  /** Authorizes, for the resources that review access. */
  readonly access: Authorizer;
  /** Resolves the rules of roles, for writes of roles. */
  readonly rules: RuleResolver;
  /** Calls webhooks. */
  readonly webhooks: WebhookCaller;
  /** The API server's own client, for what plugins write. */
  readonly loopback: () => CausalClient;
  /** Kinds, `resource.group`, that no controller works on. */
  readonly unworked: ReadonlySet<string>;
  /** The parts of the control plane that may fail. */
  readonly controlPlane: ControlPlane;
  /** Issues ServiceAccount tokens. */
  readonly tokens: Pick<ServiceAccountTokens, 'issue' | 'keySet'>;
}

/** One request for a resource, from any caller. */
export interface RestScope {
  readonly cluster: ClusterScope;
  readonly storage: RestStorage;
  /** The storage's resource, in the version of the request. */
  readonly resource: APIResource;
  /** '' for cluster-scoped resources and for lists over all namespaces. */
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly verb: string;
  readonly user: UserInfo;
  readonly requestId: string;
  readonly warnings: Warnings;
  /** What happens to the request; unset for requests that are not audited. */
  readonly audit?: AuditEvent;
  /** The request's work: long steps yield to other tenants. */
  readonly work: WorkTask;
  /** The field manager of the write; '' leaves managed fields unchanged. */
  readonly manager: string;
  readonly component?: string;
  readonly wokenBy?: number;
  readonly decision?: Cause['decision'];
  readonly fence?: Fence;
  /** Called when the store has been given the object of a creation: what is given to it later is stored no earlier. */
  readonly queued?: () => void;
  /** Set if the request must draw other values than similar ones at the same moment; default the cluster's. */
  readonly random?: RandomSource;
}

/** The source of a request's random values. */
export function randomOf({ random, cluster }: RestScope): RandomSource {
  return random ?? cluster.random;
}

/** The scope for another attempt, which draws other random values. */
export function retried(scope: RestScope, attempt: number): RestScope {
  return attempt === 0 ? scope : { ...scope, random: nthRandom(randomOf(scope), attempt) };
}

/** Whether a write is given to no store. */
export const isOnlyTried = ({ cluster }: RestScope, dryRun: boolean): boolean => dryRun && !cluster.trial;

/** The context that a strategy gets. */
export function strategyContext(scope: RestScope, dryRun: boolean): StrategyContext {
  const { cluster: server, user, namespace, name, resource, work } = scope;
  const { clock, reader, access: authorizer, rules } = server;
  const base = { clock, random: randomOf(scope), reader, user, namespace, name, apiVersion: resource.apiVersion };
  return { ...base, dryRun: isOnlyTried(scope, dryRun), authorizer, rules, server, work };
}

/** What admission gets besides the request. Components retry by themselves, so only clients' requests wait. */
export function admissionContext(scope: RestScope): AdmissionContext {
  const { cluster, component, work } = scope;
  const { reader, clock, access: authorizer, timers, storages, webhooks, loopback } = cluster;
  const random = randomOf(scope);
  const pause = (milliseconds: number) => new Promise<void>((resolve) => timers.after(milliseconds, resolve));
  const base = { reader, loopback, storages, webhooks, clock, random, authorizer, work };
  return { ...base, ...(cluster.trial && { trial: true }), ...(component === undefined ? { pause } : {}) };
}

type Objects = Pick<AdmissionAttributes, 'object' | 'oldObject' | 'options'>;

/** The request as admission sees it: objects are in the stored version. */
export function admissionAttributes(
  scope: RestScope,
  operation: AdmissionOperation,
  dryRun: boolean,
  objects: Objects,
): AdmissionAttributes {
  const { resource, namespace, subresource, user, warnings, storage, audit } = scope;
  const { stored } = resource;
  const name = scope.name || (objects.object?.metadata.name ?? '');
  if (audit) {
    audit.dryRun = dryRun;
    audit.operation = operation;
    audit.objectName = name;
  }
  return {
    operation,
    group: stored.group,
    version: stored.version,
    resource: resource.resource,
    subresource,
    kind: objects.object?.kind ?? stored.kind,
    namespace: requestNamespace({ group: resource.group, resource: resource.resource, namespace, name }),
    name,
    requested: resource,
    shape: storage.shape,
    user,
    dryRun,
    ...objects,
    warn: (text) => warnings.add(text),
    ...(audit && { audit }),
  };
}

/** The options in the form in which webhooks and policies see them. */
export function admissionOptions(options: WriteOptions): Record<string, unknown> {
  return { fieldManager: options.fieldManager, fieldValidation: options.fieldValidation, ...(options.dryRun ? { dryRun: ['All'] } : {}) };
}

/** Notes the end of a write of the request's object. */
export function noteWrite({ audit, cluster }: RestScope, result: WriteResult | undefined): void {
  if (audit === undefined) return;
  audit.mark(Stage.storage);
  if (result?.ok && !cluster.trial) audit.revision = result.entry.revision;
}

/** The cause that is stored with a write. */
export function causeOf({ requestId, user, component, wokenBy, verb, subresource, decision }: RestScope): Cause {
  const cause: Cause = { requestId, user: user.name, verb };
  if (subresource !== '') cause.subresource = subresource;
  if (component !== undefined) cause.component = component;
  if (wokenBy !== undefined) cause.wokenBy = wokenBy;
  if (decision !== undefined) cause.decision = decision;
  return cause;
}
