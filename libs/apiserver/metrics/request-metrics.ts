import type { AuditEvent, RequestObserver } from '../audit/audit-event.js';
import { Stage } from '../audit/audit-event.js';
import { METRIC_SERIES } from '../limits.js';
import { type Histogram, histograms, type Labels, type Value, type Vector, values } from './vectors.js';

const DURATION = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const SLI = DURATION.slice(2);
const ADMISSION = [0.005, 0.025, 0.1, 0.5, 1, 2.5];
/** apiserver/pkg/util/flowcontrol/metrics requestDurationSecondsBuckets. */
const WAIT = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
const MUTATING = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Subresources of which the verb is counted as CONNECT. */
const CONNECTS = new Set(['log', 'exec', 'portforward', 'attach', 'proxy']);

/** Paths that are counted by themselves. */
const OWN_PATHS = /^\/(healthz|livez|readyz|metrics|version)$/;

/** The counters of requests with the same labels. */
interface Counted {
  total: Value;
  duration: Histogram;
  sli: Histogram;
  /** Set if one of them has written. */
  write?: Histogram;
}

/** The resource of a request as labels: empty unless it is served, so that clients cannot invent values. */
function resourceLabels({ attributes, served }: AuditEvent): Labels {
  const { group = '', version = '', resource = '', subresource = '', path = '', isResource = false } = attributes ?? {};
  if (!isResource) return { group: '', resource: '', subresource: OWN_PATHS.test(path) ? path : '', version: '' };
  return served ? { group, resource, subresource, version } : { group: '', resource: '', subresource: '', version: '' };
}

/** apiserver/pkg/endpoints/metrics CleanScope. */
function scopeOf({ attributes }: AuditEvent): string {
  if (!attributes?.isResource) return '';
  if (attributes.name !== '' || attributes.verb === 'create') return 'resource';
  return attributes.namespace === '' ? 'cluster' : 'namespace';
}

const VERBS: Readonly<Record<string, string>> = {
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  create: 'POST',
  post: 'POST',
  update: 'PUT',
  put: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
};

/** apiserver/pkg/endpoints/metrics cleanVerb. */
function verbOf({ attributes, applies }: AuditEvent): string {
  const { verb = '', subresource = '' } = attributes ?? {};
  if (CONNECTS.has(subresource)) return 'CONNECT';
  if (applies) return 'APPLY';
  return Object.hasOwn(VERBS, verb) ? (VERBS[verb] ?? 'other') : 'other';
}

/** What is counted about the requests to one cluster in this process (apiserver/pkg/endpoints/metrics, admission/metrics, util/flowcontrol). */
export class RequestMetrics implements RequestObserver {
  private readonly total = values('apiserver_request_total', 'Requests by verb, resource, scope and response code.');
  private readonly duration = histograms('apiserver_request_duration_seconds', 'Seconds until requests were answered.', DURATION);
  private readonly sli = histograms(
    'apiserver_request_sli_duration_seconds',
    'Seconds until requests were answered, without those in the queues of priority and fairness.',
    SLI,
  );
  private readonly deprecated = values('apiserver_requested_deprecated_apis', 'Deprecated APIs that were requested.', 'gauge');
  private readonly steps = histograms('apiserver_admission_step_admission_duration_seconds', 'Seconds of admission by step.', ADMISSION);
  private readonly plugins = histograms(
    'apiserver_admission_controller_admission_duration_seconds',
    'Seconds of each admission plugin.',
    ADMISSION,
  );
  private readonly writes = histograms('etcd_request_duration_seconds', 'Seconds of writes to the store.', DURATION);
  private readonly dispatched = values('apiserver_flowcontrol_dispatched_requests_total', 'Requests that got their seats.');
  private readonly rejected = values('apiserver_flowcontrol_rejected_requests_total', 'Requests that got no seats.');
  private readonly waits = histograms(
    'apiserver_flowcontrol_request_wait_duration_seconds',
    'Seconds that requests waited for seats.',
    WAIT,
  );
  private readonly audited = values('apiserver_audit_event_total', 'Audit events.');
  private readonly events = this.audited.of({});
  private readonly authenticated = values('authentication_attempts', 'Authenticated requests by result.');
  private readonly attempts = {
    success: this.authenticated.of({ result: 'success' }),
    failure: this.authenticated.of({ result: 'failure' }),
  };
  private readonly checks = values('kubernetes_healthcheck', 'The last result of each health check: 1 if it passed.', 'gauge');
  private readonly checksTotal = values('kubernetes_healthchecks_total', 'Results of health checks.');
  /** By plugin and operation: what almost every request of a kind counts. */
  private readonly passed = { admit: new Map<string, Map<string, Histogram>>(), validate: new Map<string, Map<string, Histogram>>() };
  private readonly admitted = new Map<string, { admit: Histogram; validate: Histogram }>();
  private readonly flows = new Map<string, { dispatched: Value; waited: Histogram }>();
  private readonly counted = new Map<string, Counted>();
  private readonly running = { mutating: 0, readOnly: 0 };

  /** The metrics, in the order of their names. */
  get all(): ReadonlyArray<Vector<Value> | Vector<Histogram>> {
    const { plugins, steps, audited, dispatched, rejected, waits, duration, sli, total, deprecated, authenticated, writes } = this;
    return [plugins, steps, audited, this.inFlight(), dispatched, rejected, waits, duration, sli, total, deprecated, authenticated, writes];
  }

  /** What is known about health checks. */
  get health(): ReadonlyArray<Vector<Value>> {
    return [this.checks, this.checksTotal];
  }

  /** A health check was done for one of /healthz, /livez and /readyz. */
  checked(type: string, name: string, passed: boolean): void {
    this.checks.of({ name, type }).value = passed ? 1 : 0;
    this.checksTotal.of({ name, status: passed ? 'success' : 'error', type }).value += 1;
  }

  /** A request has its seats. */
  started({ attributes }: AuditEvent): void {
    this.running[MUTATING.has(attributes?.verb ?? '') ? 'mutating' : 'readOnly'] += 1;
  }

  plugin(name: string, type: 'admit' | 'validate', did: Parameters<RequestObserver['plugin']>[2]): void {
    const { operation, rejected, milliseconds } = did;
    const known = rejected ? undefined : this.passed[type].get(name)?.get(operation);
    const counted = known ?? this.plugins.of({ name, operation, rejected: String(rejected), type });
    counted.observe(milliseconds / 1000);
    if (known !== undefined || rejected) return;
    const byOperation = this.passed[type].get(name) ?? new Map<string, Histogram>();
    this.passed[type].set(name, byOperation.set(operation, counted));
  }

  ended(event: AuditEvent): void {
    const counted = this.countedOf(event);
    const { total, duration, sli } = counted;
    const queue = event.took[Stage.queue] ?? 0;
    total.value += 1;
    duration.observe(event.total / 1000);
    sli.observe((event.total - queue) / 1000);
    if (event.level !== 'None') this.events.value += 1;
    if (event.dispatched) this.running[MUTATING.has(event.attributes?.verb ?? '') ? 'mutating' : 'readOnly'] -= 1;
    this.flow(event, queue);
    this.stages(event, counted);
    this.attempts[event.code === 401 ? 'failure' : 'success'].value += 1;
    if (event.deprecated && event.served) {
      const { group = '', resource = '', subresource = '', version = '' } = event.attributes ?? {};
      this.deprecated.of({ group, removed_release: '', resource, subresource, version }).value = 1;
    }
  }

  private countedOf(event: AuditEvent): Counted {
    const { attributes, served, code, dryRun, applies } = event;
    const { group = '', version = '', resource = '', subresource = '', path = '', verb = '', isResource = false } = attributes ?? {};
    const scope = scopeOf(event);
    const what = isResource ? (served ? `${group}/${version}/${resource}/${subresource}` : '-') : OWN_PATHS.test(path) ? path : '';
    const key = `${what} ${verb} ${scope} ${code} ${dryRun ? 1 : 0}${applies ? 1 : 0}`;
    const known = this.counted.get(key);
    if (known !== undefined) return known;
    const { group: g = '', resource: r = '', subresource: s = '', version: v = '' } = resourceLabels(event);
    const labels = { component: 'apiserver', dry_run: dryRun ? 'All' : '', group: g, resource: r, scope, subresource: s };
    const others = { ...labels, verb: verbOf(event), version: v };
    const { dry_run: _dryRun, ...slis } = others;
    const counted: Counted = {
      total: this.total.of({ code: String(code), ...others }),
      duration: this.duration.of(others),
      sli: this.sli.of(slis),
    };
    if (this.counted.size < 4 * METRIC_SERIES) this.counted.set(key, counted);
    return counted;
  }

  private flow({ flow, code, dispatched }: AuditEvent, queue: number): void {
    if (flow === undefined) return;
    if (!dispatched) {
      const labels = { flow_schema: flow.schema, priority_level: flow.level.name, reason: 'queue-full' };
      if (code === 429) this.rejected.of(labels).value += 1;
      return;
    }
    const counted = this.flowOf(flow.schema, flow.level.name);
    counted.dispatched.value += 1;
    counted.waited.observe(queue / 1000);
  }

  private flowOf(schema: string, level: string): { dispatched: Value; waited: Histogram } {
    const key = `${schema} ${level}`;
    const known = this.flows.get(key);
    if (known !== undefined) return known;
    const labels = { flow_schema: schema, priority_level: level };
    const counted = { dispatched: this.dispatched.of(labels), waited: this.waits.of({ execute: 'true', ...labels }) };
    if (this.flows.size < METRIC_SERIES) this.flows.set(key, counted);
    return counted;
  }

  private stages({ took, attributes, served, operation, revision }: AuditEvent, counted: Counted): void {
    if (attributes === undefined || !served) return;
    if (operation !== undefined) {
      const { admit, validate } = this.stepsOf(operation);
      admit.observe((took[Stage.mutating] ?? 0) / 1000);
      validate.observe((took[Stage.validating] ?? 0) / 1000);
    }
    if (revision === undefined) return;
    counted.write ??= this.writeOf(attributes);
    counted.write.observe((took[Stage.storage] ?? 0) / 1000);
  }

  private stepsOf(operation: string): { admit: Histogram; validate: Histogram } {
    const known = this.admitted.get(operation);
    if (known !== undefined) return known;
    const labels = { operation, rejected: 'false' };
    const steps = { admit: this.steps.of({ ...labels, type: 'admit' }), validate: this.steps.of({ ...labels, type: 'validate' }) };
    this.admitted.set(operation, steps);
    return steps;
  }

  private writeOf({ group, resource, verb }: NonNullable<AuditEvent['attributes']>): Histogram {
    const written = verb === 'create' ? 'create' : verb.startsWith('delete') ? 'delete' : 'update';
    return this.writes.of({ group, operation: written, resource });
  }

  private inFlight(): Vector<Value> {
    const found = values('apiserver_current_inflight_requests', 'Requests that are running, without watches.', 'gauge');
    for (const kind of ['mutating', 'readOnly'] as const) found.of({ request_kind: kind }).value = this.running[kind];
    return found;
  }
}
