import type { Clock, KubeObject, RandomSource } from '#apimachinery';
import type { CausalClient } from '#client';
import type { AuditEvent } from '../audit/audit-event.js';
import type { Authorizer } from '../authorization/authorizer.js';
import type { WorkTask } from '../flow-control/work-share.js';
import type { APIResource } from '../rest/api-resource.js';
import type { ClusterReader } from '../rest/reader.js';
import type { UserInfo } from '../rest/strategy.js';
import type { ConfigurationType } from '../settings/configuration-type.js';
import type { Flags } from '../settings/flags.js';
import type { StorageMap } from '../storage-map.js';
import type { WebhookCaller } from '../webhooks/webhook-caller.js';
import type { Reinvocation } from './reinvocation.js';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** One request as admission sees it (apiserver/pkg/admission Attributes). */
export interface AdmissionAttributes {
  operation: AdmissionOperation;
  group: string;
  version: string;
  resource: string;
  subresource: string;
  kind: string;
  namespace: string;
  name: string;
  /** The resource of the request, in its version, and the kind of its object: `Scale` for deployments/scale. */
  requested: APIResource;
  shape: APIResource;
  user: UserInfo;
  dryRun: boolean;
  /** The same creation was validated before: its name was taken, or what it was written with. */
  repeated?: boolean;
  /** The object of the request; a mutating plugin changes it in place. None for a delete. */
  object?: KubeObject;
  oldObject?: KubeObject;
  options?: Record<string, unknown>;
  /** Adds a Warning header. */
  warn(text: string): void;
  /** What the mutating webhooks and policies have done so far; made by the first that has something to remember. */
  reinvocation?: Reinvocation;
  /** The request's audit event; unset for requests of components, which are not audited. Plugins only call `annotate`. */
  audit?: AuditEvent;
}

export interface AdmissionContext {
  reader: ClusterReader;
  /** What the cluster serves: for the other versions of a resource, and the kinds of parameters. */
  storages: StorageMap;
  webhooks: WebhookCaller;
  clock: Clock;
  random: RandomSource;
  /** Authorizes further actions of the user. */
  authorizer: Authorizer;
  /** The API server's own client (system:apiserver), whose requests take no seats. */
  loopback(): CausalClient;
  /** Set where the store is thrown away afterwards: what a dry run would write is written to it. */
  trial?: true;
  /** The request's work: long work yields to other tenants. */
  work: Pick<WorkTask, 'pause'>;
  /** Waits, in machine time, for something that is about to happen; unset for requests that must not wait. */
  pause?(milliseconds: number): Promise<void>;
}

/** One admission plugin, one file. A plugin rejects a request by throwing a StatusError (usually forbidden()). */
export interface AdmissionPlugin {
  readonly name: string;
  readonly operations: readonly AdmissionOperation[];
  /** The resources it handles, subresources included: `pods`, `deployments.apps`. Unset: all resources. */
  readonly resources?: readonly string[];
  /** It runs only if --enable-admission-plugins names it (DefaultOffAdmissionPlugins). */
  readonly defaultOff?: true;
  /** False: its `admit` only refuses, so that no change has to be looked for. */
  readonly mutates?: false;
  /** Whether it has nothing to do in this cluster at present: then it is not called. */
  isIdle?(ctx: AdmissionContext): boolean;
  /** The type of its configuration; unset: it has none, or one without a version. */
  readonly configuration?: ConfigurationType;
  /**
   * The plugin with its part of --admission-control-config-file, undefined if that has none. Throws an Error with the message with which the
   * server ends.
   */
  configured?(configuration: unknown): AdmissionPlugin;
  /** The plugin as flags of its own change it; undefined: they say nothing. Throws StartFailure. */
  flagged?(flags: Flags): AdmissionPlugin | undefined;
  admit?(attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void> | void;
  validate?(attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void> | void;
}
