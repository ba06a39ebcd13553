import { type Histogram, histograms } from '#component-base';
import type { AuditEvent, PluginCall } from '../audit/audit-event.js';
import { Stage } from '../audit/audit-event.js';

const SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5];
/** Webhooks may take as long as their timeout. */
const WEBHOOK_SECONDS = [...SECONDS, 10, 25];

/** What is counted about admission (apiserver/pkg/admission/metrics). */
export class AdmissionMetrics {
  private readonly steps = histograms(
    'apiserver_admission_step_admission_duration_seconds',
    '[STABLE] Seconds of admission by step.',
    SECONDS,
  );
  private readonly plugins = histograms(
    'apiserver_admission_controller_admission_duration_seconds',
    '[STABLE] Seconds of each admission plugin.',
    SECONDS,
  );
  private readonly webhooks = histograms(
    'apiserver_admission_webhook_admission_duration_seconds',
    '[STABLE] Seconds of each admission webhook.',
    WEBHOOK_SECONDS,
  );
  /** Those of the plugins that each write calls. */
  private readonly ofLists = new WeakMap<object, readonly Histogram[]>();
  private readonly known = new Map<string, Histogram>();

  get all() {
    return [this.plugins, this.steps, this.webhooks];
  }

  plugin(name: string, { type, operation, rejected, milliseconds }: PluginCall): void {
    this.plugins.of({ name, operation, rejected: String(rejected), type }).observe(milliseconds / 1000);
  }

  passed(plugins: ReadonlyArray<{ name: string }>, type: PluginCall['type'], operation: string): readonly Histogram[] {
    const known = this.ofLists.get(plugins);
    if (known !== undefined) return known;
    const found = plugins.map(({ name }) => this.plugins.of({ name, operation, rejected: 'false', type }));
    this.ofLists.set(plugins, found);
    return found;
  }

  webhook(name: string, { type, operation, rejected, milliseconds }: PluginCall): void {
    const labels = { name, operation, rejected: String(rejected), type: type === 'admit' ? 'admit' : 'validating' };
    this.webhooks.of(labels).observe(milliseconds / 1000);
  }

  ended({ operation, took, refusedBy }: AuditEvent): void {
    if (operation === undefined) return;
    this.step(operation, 'admit', refusedBy === 'admit').observe((took[Stage.mutating] ?? 0) / 1000);
    // It is not reached if the object is refused before.
    const validating = took[Stage.validating] ?? 0;
    if (validating > 0) this.step(operation, 'validate', refusedBy === 'validate').observe(validating / 1000);
  }

  private step(operation: string, type: PluginCall['type'], rejected: boolean): Histogram {
    const key = `${operation} ${type} ${rejected}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const step = this.steps.of({ operation, rejected: String(rejected), type });
    this.known.set(key, step);
    return step;
  }
}
