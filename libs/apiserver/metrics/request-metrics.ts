import { type Histogram, histograms, type Labels, METRIC_SERIES, type Value, type Vector, values } from '#component-base';
import type { AuditEvent, PluginCall, RequestObserver } from '../audit/audit-event.js';
import { Stage } from '../audit/audit-event.js';
import { AdmissionMetrics } from './admission-metrics.js';
import { FlowMetrics } from './flow-metrics.js';
import { labelKey, labelsOf } from './request-labels.js';

const DURATION = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const SLI = DURATION.slice(2);
const BYTES = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
const MUTATING = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** The counters of requests with the same labels. */
interface Counted {
  total: Value;
  duration: Histogram;
  /** Not of dry runs. */
  sli?: Histogram;
  /** Of reads. */
  size?: Histogram;
  /** Set if one of them has written. */
  write?: Histogram;
}

/** What is counted about the requests to one cluster in this process (apiserver/pkg/endpoints/metrics). */
export class RequestMetrics implements RequestObserver {
  private readonly total = values('apiserver_request_total', '[STABLE] Requests by verb, resource, scope and response code.');
  private readonly duration = histograms('apiserver_request_duration_seconds', '[STABLE] Seconds until requests were answered.', DURATION);
  private readonly sli = histograms(
    'apiserver_request_sli_duration_seconds',
    '[ALPHA] Seconds until requests were answered, without those of webhooks and in the queues of priority and fairness.',
    SLI,
  );
  private readonly sizes = histograms('apiserver_response_sizes', '[STABLE] Bytes of the responses to reads.', BYTES);
  private readonly open = values('apiserver_longrunning_requests', '[STABLE] Long-running requests that are active.', 'gauge');
  private readonly deprecated = values('apiserver_requested_deprecated_apis', '[STABLE] Deprecated APIs that were requested.', 'gauge');
  private readonly writes = histograms('etcd_request_duration_seconds', '[ALPHA] Seconds of writes to the store.', DURATION);
  private readonly audited = values('apiserver_audit_event_total', '[ALPHA] Audit events.');
  private readonly levels = values('apiserver_audit_level_total', '[ALPHA] Requests by the level of their audit event.');
  private readonly events = {
    all: this.audited.of({}),
    None: this.levels.of({ level: 'None' }),
    Metadata: this.levels.of({ level: 'Metadata' }),
    Request: this.levels.of({ level: 'Request' }),
  };
  private readonly authenticated = values('authentication_attempts', '[ALPHA] Authenticated requests by result.');
  private readonly attempts = {
    success: this.authenticated.of({ result: 'success' }),
    failure: this.authenticated.of({ result: 'failure' }),
  };
  private readonly checks = values('kubernetes_healthcheck', '[STABLE] The last result of each health check: 1 if it passed.', 'gauge');
  private readonly checksTotal = values('kubernetes_healthchecks_total', '[STABLE] Results of health checks.');
  private readonly admission = new AdmissionMetrics();
  private readonly flows = new FlowMetrics();
  private readonly counted = new Map<string, Counted>();
  private readonly running = { mutating: 0, readOnly: 0 };

  /** The metrics of requests. */
  get all(): ReadonlyArray<Vector<Value> | Vector<Histogram>> {
    const { audited, levels, duration, sli, total, sizes, open, deprecated, authenticated, writes } = this;
    const requests = [this.inFlight(), open, duration, sli, total, deprecated, sizes];
    return [...this.admission.all, audited, levels, ...this.flows.all, ...requests, authenticated, writes];
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

  started(event: AuditEvent): void {
    this.running[MUTATING.has(event.attributes?.verb ?? '') ? 'mutating' : 'readOnly'] += 1;
    this.flows.started(event);
  }

  plugin(name: string, call: PluginCall): void {
    this.admission.plugin(name, call);
  }

  passed(...asked: Parameters<RequestObserver['passed']>): readonly Histogram[] {
    return this.admission.passed(...asked);
  }

  webhook(name: string, call: PluginCall): void {
    this.admission.webhook(name, call);
  }

  longRunning(event: AuditEvent): () => void {
    const open = this.open.of(labelsOf(event));
    open.value += 1;
    let ended = false;
    return () => {
      if (!ended) open.value -= 1;
      ended = true;
    };
  }

  ended(event: AuditEvent): void {
    this.events[event.level].value += 1;
    if (event.level !== 'None') this.events.all.value += 1;
    if (event.dispatched) this.running[MUTATING.has(event.attributes?.verb ?? '') ? 'mutating' : 'readOnly'] -= 1;
    this.flows.ended(event);
    this.attempts[event.code === 401 ? 'failure' : 'success'].value += 1;
    const counted = this.countedOf(event);
    if (counted === undefined) return;
    const queue = event.took[Stage.queue] ?? 0;
    counted.total.value += 1;
    counted.duration.observe(event.total / 1000);
    counted.sli?.observe((event.total - queue - event.mutatingWebhooks - event.validatingWebhooks) / 1000);
    if (event.bytes !== undefined) counted.size?.observe(event.bytes);
    if (event.served) this.servedOne(event, counted);
  }

  sized(event: AuditEvent, bytes: number): void {
    this.countedOf(event)?.size?.observe(bytes);
  }

  private servedOne(event: AuditEvent, counted: Counted): void {
    const { attributes, revision, took, deprecated } = event;
    if (attributes === undefined) return;
    this.admission.ended(event);
    const { group, resource, subresource, version } = attributes;
    if (deprecated) this.deprecated.of({ group, removed_release: '', resource, subresource, version }).value = 1;
    if (revision === undefined) return;
    counted.write ??= this.writeOf(attributes);
    counted.write.observe((took[Stage.storage] ?? 0) / 1000);
  }

  private countedOf(event: AuditEvent): Counted | undefined {
    const key = labelKey(event);
    if (key === undefined) return undefined;
    const known = this.counted.get(key);
    if (known !== undefined) return known;
    const counted = this.newCounted(labelsOf(event), event);
    if (this.counted.size < 4 * METRIC_SERIES) this.counted.set(key, counted);
    return counted;
  }

  private newCounted(labels: Labels, { code, dryRun, served }: AuditEvent): Counted {
    const { component = '', ...others } = labels;
    const withDryRun = { component, dry_run: dryRun ? 'All' : '', ...others };
    const reads = served && (labels.verb === 'GET' || labels.verb === 'LIST');
    return {
      total: this.total.of({ code: String(code), ...withDryRun }),
      duration: this.duration.of(withDryRun),
      ...(dryRun ? {} : { sli: this.sli.of(labels) }),
      ...(reads ? { size: this.sizes.of(labels) } : {}),
    };
  }

  private writeOf({ group, resource, verb }: NonNullable<AuditEvent['attributes']>): Histogram {
    const written = verb === 'create' ? 'create' : verb.startsWith('delete') ? 'delete' : 'update';
    return this.writes.of({ group, operation: written, resource });
  }

  private inFlight(): Vector<Value> {
    const found = values('apiserver_current_inflight_requests', '[STABLE] Requests that are running, without watches.', 'gauge');
    for (const kind of ['mutating', 'readOnly'] as const) found.of({ request_kind: kind }).value = this.running[kind];
    return found;
  }
}
