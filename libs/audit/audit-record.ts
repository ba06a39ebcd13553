import type { AuditLevel, Change } from '#apiserver';

/** A user as an event shows it (authentication.k8s.io/v1 UserInfo). */
export interface AuditUser {
  username: string;
  groups: string[];
  uid?: string;
  extra?: Record<string, readonly string[]>;
}

/** What an admission plugin changed, or why it refused the request. */
interface AuditedPlugin {
  plugin: string;
  phase: 'mutating' | 'validating';
  changes?: readonly Change[];
  /** '' where the message is not kept. */
  refused?: string;
  milliseconds: number;
}

/** The end of a request as the client saw it. */
interface AuditedResponse {
  code: number;
  reason?: string;
  message?: string;
}

/** One request, as it is shown; members are named as in an Event of audit.k8s.io/v1 where that has them. */
export interface AuditRecord {
  auditID: string;
  level: AuditLevel;
  /** When the request arrived, in the time of the machine. */
  requestReceivedTimestamp: string;
  /** The same in the time of the cluster. */
  clusterTime: string;
  method: string;
  verb: string;
  requestURI: string;
  /** Who sent the request, and as whom it ran if that is somebody else. */
  user: AuditUser;
  impersonatedUser?: AuditUser;
  sourceIPs: string[];
  userAgent: string;
  objectRef?: { resource: string; namespace?: string; name?: string; apiGroup?: string; apiVersion: string; subresource?: string };
  dryRun: boolean;
  responseStatus: AuditedResponse;
  /** Errors of validation, `field: message`. */
  errors: readonly string[];
  warnings: readonly string[];
  annotations: Readonly<Record<string, string>>;
  flow?: { flowSchema: string; priorityLevel: string };
  admission: readonly AuditedPlugin[];
  /** The revision that the request wrote. */
  revision?: number;
  /** How long each stage took; those that did not occur are left out. */
  stages: ReadonlyArray<{ stage: string; milliseconds: number }>;
  milliseconds: number;
}

/** Selects records. All that is given must match. */
export interface AuditFilter {
  /** The name of the user who sent the request, or as whom it ran. */
  user?: string;
  verb?: string;
  /** `pods`, `deployments`, `pods/exec`. */
  resource?: string;
  namespace?: string;
  name?: string;
  /** The response's code: a number, or a class such as 4xx. */
  code?: string;
  /** Bounds of requestReceivedTimestamp, in milliseconds since 1970; `until` is exclusive. */
  since?: number;
  until?: number;
  id?: string;
}

const codeMatches = (wanted: string, code: number): boolean =>
  /^[1-5]xx$/.test(wanted) ? String(code).startsWith(wanted.slice(0, 1)) : wanted === String(code);

function resourceMatches(wanted: string, { objectRef }: AuditRecord): boolean {
  if (objectRef === undefined) return false;
  const { resource, subresource } = objectRef;
  return wanted === resource || wanted === `${resource}/${subresource ?? ''}`;
}

/** Whether a record is selected. */
export function matches(record: AuditRecord, filter: AuditFilter): boolean {
  const { user, verb, resource, namespace, name, code, since, until, id } = filter;
  const at = Date.parse(record.requestReceivedTimestamp);
  return (
    (id === undefined || record.auditID === id) &&
    (user === undefined || record.user.username === user || record.impersonatedUser?.username === user) &&
    (verb === undefined || record.verb === verb) &&
    (resource === undefined || resourceMatches(resource, record)) &&
    (namespace === undefined || record.objectRef?.namespace === namespace) &&
    (name === undefined || record.objectRef?.name === name) &&
    (code === undefined || codeMatches(code, record.responseStatus.code)) &&
    (since === undefined || at >= since) &&
    (until === undefined || at < until)
  );
}
