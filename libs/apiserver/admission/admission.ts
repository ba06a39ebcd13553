import type { Clock, KubeObject, RandomSource } from '#apimachinery';
import type { Authorizer } from '../authorization/authorizer.js';
import type { WorkTask } from '../flow-control/work-share.js';
import type { ClusterReader } from '../rest/reader.js';
import type { UserInfo } from '../rest/strategy.js';

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
  user: UserInfo;
  dryRun: boolean;
  /** The object of the request; a mutating plugin changes it in place. None for a delete. */
  object?: KubeObject;
  oldObject?: KubeObject;
  options?: Record<string, unknown>;
  /** Adds a Warning header. */
  warn(text: string): void;
}

export interface AdmissionContext {
  reader: ClusterReader;
  clock: Clock;
  random: RandomSource;
  /** Authorizes further actions of the user. */
  authorizer: Authorizer;
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
  admit?(attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void> | void;
  validate?(attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void> | void;
}
