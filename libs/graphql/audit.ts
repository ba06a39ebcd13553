/** Selects events. All that is given must match; times in milliseconds since 1970. */
export interface AuditSelection {
  user?: string;
  verb?: string;
  resource?: string;
  namespace?: string;
  name?: string;
  code?: string;
  since?: number;
  until?: number;
  id?: string;
}

/** A user as an event shows it. */
interface EventUser {
  username: string;
  groups: readonly string[];
  uid?: string;
  extra?: Readonly<Record<string, readonly string[]>>;
}

/** One request to the cluster, and what happened to it. */
export interface AuditedRequest {
  auditID: string;
  level: string;
  requestReceivedTimestamp: string;
  clusterTime: string;
  method: string;
  verb: string;
  requestURI: string;
  user: EventUser;
  impersonatedUser?: EventUser;
  sourceIPs: readonly string[];
  userAgent: string;
  objectRef?: { resource: string; namespace?: string; name?: string; apiGroup?: string; subresource?: string };
  dryRun: boolean;
  responseStatus: { code: number; reason?: string; message?: string };
  errors: readonly string[];
  warnings: readonly string[];
  annotations: Readonly<Record<string, string>>;
  flow?: { flowSchema: string; priorityLevel: string };
  admission: readonly object[];
  revision?: number;
  stages: ReadonlyArray<{ stage: string; milliseconds: number }>;
  milliseconds: number;
}

/** The audit log of the cluster. */
export interface GraphAudit {
  /** Events, newest first. Calls `giveWay` between pieces of work. */
  page(
    selection: AuditSelection,
    page: { limit: number; continue?: string; giveWay(): Promise<void> | undefined },
  ): Promise<{ items: AuditedRequest[]; continue?: string }>;
  /** Each event from now on, of all processes. */
  follow(selection: AuditSelection, on: { record(event: AuditedRequest): void; error(error: unknown): void }): Promise<() => void>;
}
