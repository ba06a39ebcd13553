import type { Instant, Status } from '#apimachinery';
import type { AuthorizationAttributes } from '../authorization/authorization.js';
import type { Flow } from '../flow-control/priority-levels.js';
import { AUDIT_LIMITS } from '../limits.js';
import type { UserInfo } from '../rest/strategy.js';
import type { AuditLevel } from './audit-level.js';
import type { Change } from './object-changes.js';

/** The stages of a request, in order. `request`: its body is read, decoded and patched in; `strategy`: defaults and validation. */
export const STAGES = [
  'authentication',
  'queue',
  'authorization',
  'request',
  'mutating',
  'strategy',
  'validating',
  'storage',
  'response',
] as const;

/** The index of each stage, for `AuditEvent.mark`. */
export const Stage = {
  authentication: 0,
  queue: 1,
  authorization: 2,
  request: 3,
  mutating: 4,
  strategy: 5,
  validating: 6,
  storage: 7,
  response: 8,
} as const;
type StageIndex = (typeof Stage)[keyof typeof Stage];

/** Adds annotations to the audit event of a request. */
export interface AuditAnnotations {
  /**
   * `level`: the lowest level at which the annotation is kept (apiserver/pkg/admission AddAnnotationWithLevel). The key has a prefix and a
   * name; the first value of a key stays.
   */
  annotate(key: string, value: string, level?: 'Metadata' | 'Request'): void;
}

/** What one admission plugin did to a request: changed its object, or refused it. */
export interface PluginOutcome {
  plugin: string;
  phase: 'mutating' | 'validating';
  /** Unset where it is not kept: for secrets, and for objects that are too large to be compared. */
  changes?: readonly Change[];
  /** The message of the refusal. */
  refused?: string;
  /** Milliseconds. */
  took: number;
}

/** Where a request came from. */
export interface Origin {
  id: string;
  method: string;
  /** Path and query; '' for requests that were not sent over HTTP. */
  uri: string;
  userAgent: string;
  /** The addresses that it passed, separated by commas. */
  address: string;
}

/** A call of an admission plugin or of a webhook. */
export interface PluginCall {
  type: 'admit' | 'validate';
  operation: string;
  rejected: boolean;
  milliseconds: number;
}

/** Takes measurements. */
interface Measure {
  observe(value: number): void;
}

/** Measures requests. */
export interface RequestObserver {
  /** The request has its seats. */
  started(event: AuditEvent): void;
  ended(event: AuditEvent): void;
  /** The size of a long response is known, after it has ended. */
  sized(event: AuditEvent, bytes: number): void;
  /** Its response goes on, until the returned function is called. */
  longRunning(event: AuditEvent): () => void;
  plugin(name: string, call: PluginCall): void;
  /** What measures, in seconds, the calls of plugins that do not refuse: one for each of the list, which stays the same for an operation. */
  passed(plugins: ReadonlyArray<{ name: string }>, type: PluginCall['type'], operation: string): ReadonlyArray<Measure>;
  webhook(name: string, call: PluginCall): void;
}

/** The beginning of a text, as a copy: a part of a string keeps all of it in memory. */
const owned = (text: string, most: number): string => Buffer.from(text.slice(0, most), 'utf8').toString('utf8');

const bounded = (text: string, most: number): string => (text.length <= most ? text : owned(text, most));

/** Attributes of a long path, whose parts would keep it in memory. */
function boundedAttributes(attributes: AuthorizationAttributes): AuthorizationAttributes {
  const names = ['path', 'verb', 'group', 'version', 'resource', 'subresource', 'namespace', 'name'] as const;
  const cut = names.map((name) => [name, owned(attributes[name], AUDIT_LIMITS.name)]);
  return { ...attributes, ...(Object.fromEntries(cut) as Pick<AuthorizationAttributes, (typeof names)[number]>) };
}

/** A user that a client has described: as much of it as is kept. */
function boundedUser({ name, uid, groups, extra }: UserInfo): UserInfo {
  const own = (text: string): string => owned(text, AUDIT_LIMITS.name);
  const some = (texts: readonly string[]): string[] => texts.slice(0, AUDIT_LIMITS.extras).map(own);
  const extras = Object.entries(extra ?? {}).slice(0, AUDIT_LIMITS.extras);
  return {
    name: own(name),
    groups: groups.slice(0, AUDIT_LIMITS.groups).map(own),
    ...(uid === undefined ? {} : { uid: own(uid) }),
    ...(extras.length === 0 ? {} : { extra: Object.fromEntries(extras.map(([key, values]) => [own(key), some(values)])) }),
  };
}

/** The user agent as upstream keeps it (apiserver/pkg/audit/request.go maybeTruncateUserAgent). */
function boundedAgent(text: string): string {
  return text.length <= AUDIT_LIMITS.userAgent ? text : `${bounded(text, AUDIT_LIMITS.userAgent)}...TRUNCATED`;
}

/**
 * What happened to one request, stage by stage. Filled in while the request runs, at the cost of a few assignments; encoded later, off the
 * path of the request.
 */
export class AuditEvent implements AuditAnnotations {
  readonly id: string;
  readonly method: string;
  readonly uri: string;
  readonly userAgent: string;
  readonly address: string;
  /** Milliseconds of each stage, in the order of STAGES. */
  readonly took = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  level: AuditLevel = 'Metadata';
  /** What is asked for, by the user as whom the request runs. */
  attributes: AuthorizationAttributes | undefined;
  /** The name of the object, where the path does not have it. */
  objectName = '';
  /** Who sent the request, if it impersonates. */
  impersonator: UserInfo | undefined;
  flow: Flow | undefined;
  decision: 'allow' | 'forbid' | undefined;
  reason = '';
  dryRun = false;
  /** The admission operation of a write; unset if it did not come that far. */
  operation: string | undefined;
  /** Its resource is served; not so for requests that were refused before. */
  served = false;
  /** Its API is deprecated. */
  deprecated = false;
  /** It is a server-side apply. */
  applies = false;
  /** It has had its seats. */
  dispatched = false;
  /** How many. */
  seats = 0;
  /** Why it got none. */
  rejection: string | undefined;
  /** The step of admission that refused it. */
  refusedBy: 'admit' | 'validate' | undefined;
  /** Milliseconds of its webhooks: of those that mutate together, of those that validate, which run side by side, the longest. */
  mutatingWebhooks = 0;
  validatingWebhooks = 0;
  outcomes: PluginOutcome[] | undefined;
  annotations: Map<string, string> | undefined;
  /** The revision that the request wrote. */
  revision: number | undefined;
  code = 0;
  /** Bytes of the response to a read, if they are known when it ends. */
  bytes: number | undefined;
  /** Why the request failed. The message, which may quote a body, is kept at the level Request, and for paths that are no resources. */
  failure: { reason: string; message: string; errors: readonly string[] } | undefined;
  warnings: readonly string[] = [];
  /** The milliseconds from the first to the last stage. */
  total = 0;
  private last: number;
  /** About how many characters of changes, refusals and annotations it has. */
  private size = 0;

  /** Milliseconds of the machine, with an arbitrary origin. */
  readonly now: () => number;
  /** When the request arrived, in the time of the cluster. */
  readonly clusterTime: Instant;
  readonly observer: RequestObserver | undefined;

  constructor(origin: Origin, { now, clusterTime, observer }: Pick<AuditEvent, 'now' | 'clusterTime' | 'observer'>) {
    this.id = origin.id;
    this.method = origin.method;
    this.uri = bounded(origin.uri, AUDIT_LIMITS.uri);
    this.userAgent = boundedAgent(origin.userAgent);
    this.address = origin.address;
    this.now = now;
    this.clusterTime = clusterTime;
    this.observer = observer;
    this.last = now();
  }

  /** The stage has ended. One that is repeated adds up. */
  mark(stage: StageIndex): void {
    const now = this.now();
    this.took[stage] = (this.took[stage] ?? 0) + now - this.last;
    this.total += now - this.last;
    this.last = now;
  }

  /** The request has its seats. */
  dispatch(): void {
    this.dispatched = true;
    this.observer?.started(this);
    this.mark(Stage.queue);
  }

  authorized(allowed: boolean, reason: string | undefined): void {
    this.decision = allowed ? 'allow' : 'forbid';
    this.reason = bounded(reason ?? '', AUDIT_LIMITS.message);
    this.mark(Stage.authorization);
  }

  annotate(key: string, value: string, level: 'Metadata' | 'Request' = 'Metadata'): void {
    if (this.level === 'None' || (level === 'Request' && this.level !== 'Request')) return;
    this.annotations ??= new Map();
    const { annotations } = this;
    if (annotations.has(key) || annotations.size >= AUDIT_LIMITS.annotations) return;
    annotations.set(owned(key, AUDIT_LIMITS.annotationKey), owned(value, AUDIT_LIMITS.annotation));
    this.size += key.length + Math.min(value.length, AUDIT_LIMITS.annotation);
  }

  /** What a plugin did; plugins that neither changed nor refused anything are not listed. */
  plugin(outcome: PluginOutcome): void {
    this.outcomes ??= [];
    if (this.outcomes.length >= AUDIT_LIMITS.outcomes || this.size > AUDIT_LIMITS.event) return;
    const { refused, changes = [] } = outcome;
    // A refusal may quote the object.
    const kept = this.level === 'Request' ? owned(refused ?? '', AUDIT_LIMITS.message) : '';
    this.outcomes.push(refused === undefined ? outcome : { ...outcome, refused: kept });
    this.size += 100 + kept.length;
    for (const { path, value = '' } of changes) this.size += 50 + path.length + value.length;
  }

  /** A step of admission refused the request: the stage ends here. */
  refused(by: 'admit' | 'validate'): void {
    this.refusedBy = by;
    this.mark(by === 'admit' ? Stage.mutating : Stage.validating);
  }

  /** A webhook was called. */
  webhook(name: string, call: PluginCall): void {
    this.observer?.webhook(name, call);
    if (call.type === 'admit') this.mutatingWebhooks += call.milliseconds;
    else this.validatingWebhooks = Math.max(this.validatingWebhooks, call.milliseconds);
  }

  /** The write is attempted again: what plugins did in the last attempt does not count. */
  again(): void {
    this.outcomes = undefined;
  }

  /** The request has been answered. */
  end(code: number, failure: Status | undefined, warnings: readonly string[]): void {
    this.mark(Stage.response);
    this.code = code;
    if (this.level === 'Request') this.warnings = warnings;
    if (failure) this.failure = this.failureOf(failure);
    const { attributes } = this;
    // What is impersonated stands in headers, which may be long.
    if (attributes && this.impersonator) this.attributes = { ...attributes, user: boundedUser(attributes.user) };
    if (this.attributes && this.attributes.path.length > AUDIT_LIMITS.uri) this.attributes = boundedAttributes(this.attributes);
    this.objectName = bounded(this.objectName, AUDIT_LIMITS.name);
  }

  private failureOf({ reason, message = '', details }: Status): AuditEvent['failure'] {
    if (this.level === 'Metadata' && this.attributes?.isResource) return { reason: reason ?? '', message: '', errors: [] };
    const causes = details?.causes?.slice(0, AUDIT_LIMITS.errors) ?? [];
    const errors = causes.map(({ field = '', message: text = '' }) =>
      owned(field === '' ? text : `${field}: ${text}`, AUDIT_LIMITS.message),
    );
    return { reason: reason ?? '', message: owned(message, AUDIT_LIMITS.message), errors };
  }
}
