import type { autoscalingv1, autoscalingv2, Resource } from '#api';
import { formatTime, isConflict, type KubeObject, type LabelSelector, parseLabelSelector, StatusError } from '#apimachinery';
import { setCondition } from '#component-helpers';
import { isFenced, type ReconcileContext } from '#controller-runtime';
import { resourceOf } from '../kinds.js';
import { normalize, rememberScaling } from './behavior.js';
import { type Kept, keptOf } from './memory.js';
import { type Computed, selectedPods, type Uncomputed } from './metric-input.js';
import { computeMetric } from './metrics.js';

type Autoscaler = autoscalingv2.HorizontalPodAutoscaler;
type Condition = autoscalingv2.HorizontalPodAutoscalerCondition;

/** A Scale that was read. */
type Scale = autoscalingv1.Scale & KubeObject;

interface Target {
  resource: Resource;
  scale: Scale;
}

/** What the metrics ask for. */
interface Wanted {
  replicas: number;
  /** The metric that asks for most. */
  name: string;
}

const CONFLICTS = 5;

/** One look at an autoscaler (reconcileAutoscaler): `status` is what is to be written afterwards. */
export class AutoscalerRun {
  status: autoscalingv2.HorizontalPodAutoscalerStatus;
  private readonly now: number;

  constructor(
    private readonly autoscaler: Autoscaler,
    private readonly kept: Kept,
    private readonly ctx: ReconcileContext,
  ) {
    this.status = { desiredReplicas: 0, ...autoscaler.status };
    this.now = ctx.clock.now();
  }

  async run(): Promise<void> {
    const target = await this.readScale();
    if (target === undefined) return;
    const current = target.scale.spec.replicas ?? 0;
    if (this.kept.past.recommendations.length === 0) this.kept.past.recommendations.push({ replicas: current, at: this.now });
    const { minReplicas: min = 1, maxReplicas: max } = this.autoscaler.spec;
    if (current === 0) {
      this.condition('ScalingActive', 'False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero');
      this.withoutScaledToZero();
      return this.setStatus(current, current, []);
    }
    if (current > max) return this.rescale(target, max, 'Current number of replicas above Spec.MaxReplicas', []);
    if (current < min) return this.rescale(target, min, 'Current number of replicas below Spec.MinReplicas', []);
    return this.byMetrics(target, min);
  }

  /** Lets the metrics decide. */
  private async byMetrics(target: Target, min: number): Promise<void> {
    const current = target.scale.spec.replicas ?? 0;
    const { behavior, maxReplicas: max } = this.autoscaler.spec;
    const statuses: autoscalingv2.MetricStatus[] = [];
    const wanted = await this.computeAll(target, statuses);
    if (wanted === undefined) {
      this.setStatus(current, this.status.desiredReplicas, statuses);
      return;
    }
    const window = this.ctx.settings.options.autoscaling.downscaleStabilization / 1000;
    const bounds = { behavior, current, desired: wanted.replicas, min, max, now: this.now, window };
    const { desired, able, limited } = normalize(bounds, this.kept.past);
    this.condition('AbleToScale', 'True', able.reason, able.message);
    this.condition('ScalingLimited', limited.status, limited.reason, limited.message);
    if (desired === current) return this.setStatus(current, current, statuses);
    const reason = wanted.replicas > current ? `${wanted.name} above target` : 'All metrics below target';
    return this.rescale(target, desired, wanted.replicas === current ? '' : reason, statuses);
  }

  /** The most that the metrics ask for; undefined, with the condition and the event, if nothing can be done (computeReplicasForMetrics). */
  private async computeAll({ scale }: Target, statuses: autoscalingv2.MetricStatus[]): Promise<Wanted | undefined> {
    const current = scale.spec.replicas ?? 0;
    const statusReplicas = scale.status?.replicas ?? 0;
    const specs = this.autoscaler.spec.metrics ?? [];
    const selector = this.selectorOf(scale);
    if (typeof selector === 'string') {
      this.warn('FailedComputeMetricsReplicas', selector);
      return undefined;
    }
    const failures: Uncomputed[] = [];
    let most: Computed | undefined;
    for (const spec of specs) {
      const computed = await computeMetric(spec, { autoscaler: this.autoscaler, current, statusReplicas, selector }, this.ctx);
      statuses.push('failure' in computed ? { type: '' } : computed.status);
      if ('failure' in computed) {
        failures.push(computed);
        this.warn(computed.reason, computed.message);
      } else if (most === undefined || computed.replicas > most.replicas) most = computed;
    }
    const [first] = failures;
    if (first !== undefined && (most === undefined || most.replicas < current)) {
      this.condition('ScalingActive', 'False', first.reason, `the HPA was unable to compute the replica count: ${first.message}`);
      const count = `${failures.length} invalid out of ${specs.length}`;
      this.warn('FailedComputeMetricsReplicas', `invalid metrics (${count}), first error is: ${first.failure}`);
      return undefined;
    }
    const { replicas = 0, name = '' } = most ?? {};
    this.condition('ScalingActive', 'True', 'ValidMetricFound', `the HPA was able to successfully calculate a replica count from ${name}`);
    return { replicas, name };
  }

  /** The target's selector; an error message, with the condition and the event, if it cannot be used (validateAndParseSelector). */
  private selectorOf({ status }: Scale): LabelSelector | string {
    const text = status?.selector ?? '';
    if (text === '') {
      this.warn('SelectorRequired', 'selector is required');
      this.condition('ScalingActive', 'False', 'InvalidSelector', "the HPA target's scale is missing a selector");
      return 'selector is required';
    }
    let selector: LabelSelector;
    try {
      selector = parseLabelSelector(text);
    } catch (error) {
      return this.invalid(
        'InvalidSelector',
        `couldn't convert selector into a corresponding internal selector object: ${messageOf(error)}`,
      );
    }
    this.kept.selector = selector;
    const pods = selectedPods(selector, this.kept.namespace, this.ctx);
    const rivals = [...keptOf(this.ctx.informers).values()].filter(
      (one) =>
        one !== this.kept && one.namespace === this.kept.namespace && pods.some(({ metadata }) => one.selector?.matches(metadata.labels)),
    );
    if (rivals.length === 0) return selector;
    const keys = [this.kept, ...rivals].map(({ name, namespace }) => `{${name} ${namespace}}`).sort();
    return this.invalid('AmbiguousSelector', `pods by selector ${text} are controlled by multiple HPAs: [${keys.join(' ')}]`);
  }

  private invalid(reason: string, message: string): string {
    this.warn(reason, message);
    this.condition('ScalingActive', 'False', reason, message);
    return message;
  }

  /** The target's scale; undefined, with the condition and the event, if it cannot be read. */
  private async readScale(): Promise<Target | undefined> {
    const { scaleTargetRef } = this.autoscaler.spec;
    const { apiVersion = '', kind, name } = scaleTargetRef;
    try {
      if (apiVersion.split('/').length > 2) throw new Error(`unexpected GroupVersion string: ${apiVersion}`);
      const resource = resourceOf({ apiVersion, kind }, this.ctx.informers.served());
      const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
      if (resource === undefined) throw new Error(`no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(group)}`);
      const scale = await this.scaleOf(resource, name);
      this.condition('AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
      return { resource, scale };
    } catch (error) {
      if (isFenced(error)) throw error;
      const message = messageOf(error);
      this.warn('FailedGetScale', message);
      this.condition(
        'AbleToScale',
        'False',
        'FailedGetScale',
        `the HPA controller was unable to get the target's current scale: ${message}`,
      );
      return undefined;
    }
  }

  private async scaleOf(resource: Resource, name: string): Promise<Scale> {
    return (await this.ctx.client.get(resource, name, this.autoscaler.metadata.namespace, { subresource: 'scale' })) as Scale;
  }

  private async rescale(target: Target, desired: number, reason: string, statuses: autoscalingv2.MetricStatus[]): Promise<void> {
    const current = target.scale.spec.replicas ?? 0;
    const { recorder } = this.ctx;
    try {
      await this.writeScale(target, desired);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const { message } = error;
      this.warn('FailedRescale', `New size: ${desired}; reason: ${reason}; error: ${message}`);
      this.condition('AbleToScale', 'False', 'FailedUpdateScale', `the HPA controller was unable to update the target scale: ${message}`);
      this.setStatus(current, this.status.desiredReplicas, statuses);
      return;
    }
    const done = `the HPA controller was able to update the target scale to ${desired}`;
    this.condition('AbleToScale', 'True', 'SucceededRescale', done);
    recorder.normal(this.autoscaler, 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
    rememberScaling({ behavior: this.autoscaler.spec.behavior, now: this.now }, current, desired, this.kept.past);
    this.withoutScaledToZero();
    this.status.lastScaleTime = formatTime(this.now);
    this.setStatus(current, desired, statuses);
  }

  /** Writes the scale; after a conflict, the one as of now (retry.RetryOnConflict). */
  private async writeScale({ resource, scale }: Target, replicas: number): Promise<void> {
    let latest = scale;
    for (let attempt = 1; ; attempt++) {
      try {
        // The Scale is sent to the resource's subresource, whose objects it is not.
        const wanted: Scale = { ...latest, spec: { ...latest.spec, replicas } };
        await this.ctx.client.update<KubeObject>(resource, wanted, { subresource: 'scale' });
        return;
      } catch (error) {
        if (!isConflict(error) || attempt === CONFLICTS) throw error;
        latest = await this.scaleOf(resource, scale.metadata.name);
      }
    }
  }

  private setStatus(current: number, desired: number, statuses: autoscalingv2.MetricStatus[]): void {
    const { lastScaleTime, conditions } = this.status;
    this.status = {
      ...(current === 0 ? {} : { currentReplicas: current }),
      desiredReplicas: desired,
      ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
      ...(statuses.length === 0 ? {} : { currentMetrics: statuses }),
      ...(conditions === undefined ? {} : { conditions }),
    };
  }

  /** The condition exists only with the feature gate HPAScaleToZero, which is off. */
  private withoutScaledToZero(): void {
    const { conditions } = this.status;
    if (conditions?.some(({ type }) => type === 'ScaledToZero'))
      this.status.conditions = conditions.filter(({ type }) => type !== 'ScaledToZero');
  }

  private condition(type: string, status: string, reason: string, message: string): void {
    const next: Condition = { type, status, reason, message };
    this.status.conditions = setCondition(this.status.conditions, next, formatTime(this.now));
  }

  private warn(reason: string, message: string): void {
    this.ctx.recorder.warning(this.autoscaler, reason, message);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
