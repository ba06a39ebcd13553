import type { autoscalingv2 } from '#api';
import { append, type FieldError, fieldForbidden, invalidValue, notSupported, parseQuantity, required } from '#apimachinery';
import { metricErrors, objectReference, type ReferenceOptions } from './metric-validation.js';

const MAX_PERIOD = 1800;
const MAX_WINDOW = 3600;

type HPA = autoscalingv2.HorizontalPodAutoscaler;

interface SpecOptions {
  minReplicasLowerBound: number;
  scaleTarget: ReferenceOptions;
  objectMetrics: ReferenceOptions;
}

function policyErrors(path: string, { type = '', value = 0, periodSeconds = 0 }: autoscalingv2.HPAScalingPolicy): FieldError[] {
  const errors: FieldError[] = [];
  if (type !== 'Pods' && type !== 'Percent') errors.push(notSupported(`${path}.type`, type, ['Percent', 'Pods']));
  if (value <= 0) errors.push(invalidValue(`${path}.value`, value, 'must be greater than zero'));
  if (periodSeconds <= 0) errors.push(invalidValue(`${path}.periodSeconds`, periodSeconds, 'must be greater than zero'));
  if (periodSeconds > MAX_PERIOD)
    errors.push(invalidValue(`${path}.periodSeconds`, periodSeconds, `must be less than or equal to ${MAX_PERIOD}`));
  return errors;
}

function rulesErrors(path: string, rules: autoscalingv2.HPAScalingRules | undefined): FieldError[] {
  if (!rules) return [];
  const errors: FieldError[] = [];
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  if (window !== undefined && window < 0)
    errors.push(invalidValue(`${path}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero'));
  if (window !== undefined && window > MAX_WINDOW)
    errors.push(invalidValue(`${path}.stabilizationWindowSeconds`, window, `must be less than or equal to ${MAX_WINDOW}`));
  if (selectPolicy !== undefined && !['Disabled', 'Max', 'Min'].includes(selectPolicy))
    errors.push(notSupported(`${path}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min']));
  if (policies.length === 0) errors.push(required(`${path}.policies`, 'must specify at least one Policy'));
  policies.forEach((policy, index) => {
    append(errors, policyErrors(`${path}.policies[${index}]`, policy));
  });
  if (tolerance !== undefined && parseQuantity(tolerance).sign < 0)
    errors.push(invalidValue(`${path}.tolerance`, tolerance, 'must be greater than or equal to 0'));
  return errors;
}

function metricsErrors(spec: Partial<autoscalingv2.HorizontalPodAutoscalerSpec>, options: SpecOptions): FieldError[] {
  const { metrics = [], minReplicas } = spec;
  const errors = metrics.flatMap((metric, index) => metricErrors(`spec.metrics[${index}]`, metric, options.objectMetrics));
  const wakes = metrics.some(({ type }) => type === 'Object' || type === 'External');
  if (minReplicas !== 0 || wakes) return errors;
  return [
    ...errors,
    fieldForbidden('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas'),
  ];
}

function specErrors(object: HPA, options: SpecOptions): FieldError[] {
  const spec: Partial<autoscalingv2.HorizontalPodAutoscalerSpec> = object.spec ?? {};
  const { minReplicas, maxReplicas = 0, behavior } = spec;
  const errors: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < options.minReplicasLowerBound)
    errors.push(invalidValue('spec.minReplicas', minReplicas, `must be greater than or equal to ${options.minReplicasLowerBound}`));
  if (maxReplicas === 0) errors.push(required('spec.maxReplicas', 'must be set and greater than 0'));
  else if (maxReplicas < 0) errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1'));
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  append(errors, objectReference('spec.scaleTargetRef', spec.scaleTargetRef, options.scaleTarget));
  append(errors, metricsErrors(spec, options));
  append(errors, rulesErrors('spec.behavior.scaleUp', behavior?.scaleUp), rulesErrors('spec.behavior.scaleDown', behavior?.scaleDown));
  return errors;
}

/** ValidateHorizontalPodAutoscaler and its update: existing values are validated less strictly. */
export function validateAutoscaler(object: HPA, old?: HPA): FieldError[] {
  const now = object.spec?.scaleTargetRef;
  const was = old?.spec?.scaleTargetRef;
  const kept = was !== undefined && was.apiVersion === now?.apiVersion && was.kind === now?.kind;
  const objectMetrics = { allowEmptyGroup: true, allowInvalidVersion: false };
  const broken = (old?.spec?.metrics ?? []).some(
    ({ object: source }) => source && (source.describedObject?.apiVersion ?? '').split('/').length > 2,
  );
  return specErrors(object, {
    // HPAScaleToZero is alpha: zero is only valid if it was set before.
    minReplicasLowerBound: old?.spec?.minReplicas === 0 ? 0 : 1,
    scaleTarget: { allowInvalidVersion: kept, allowEmptyGroup: !kept && now?.kind === 'ReplicationController' },
    objectMetrics: broken ? { ...objectMetrics, allowInvalidVersion: true } : objectMetrics,
  });
}
