import type { autoscalingv2 } from '#api';
import {
  append,
  type FieldError,
  fieldForbidden,
  getOwn,
  invalidValue,
  isDNS1123Label,
  notSupported,
  parseQuantity,
  required,
} from '#apimachinery';
import { eachInvalid, requiredPathSegment } from '../rules/text.js';

const METRIC_TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];
/** In the order in which upstream checks them. */
const SOURCES = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;
const SOURCE_OF_TYPE: Readonly<Record<string, (typeof SOURCES)[number]>> = {
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
  External: 'external',
  ContainerResource: 'containerResource',
};

/** Whether references may be invalid because they existed before, or may have no group. */
export interface ReferenceOptions {
  allowEmptyGroup: boolean;
  allowInvalidVersion: boolean;
}

function versionTrouble(apiVersion: string, { allowEmptyGroup, allowInvalidVersion }: ReferenceOptions): string | undefined {
  if (allowInvalidVersion) return undefined;
  const parts = apiVersion.split('/');
  if (parts.length > 2) return `unexpected GroupVersion string: ${apiVersion}`;
  const group = parts.length === 2 ? parts[0] : '';
  return group === '' && !allowEmptyGroup ? 'apiVersion must specify API group' : undefined;
}

/** A reference to an object of any kind (autoscaling/validation ValidateCrossVersionObjectReference). */
export function objectReference(
  path: string,
  reference: Partial<autoscalingv2.CrossVersionObjectReference> = {},
  options: ReferenceOptions,
): FieldError[] {
  const { kind, name, apiVersion = '' } = reference;
  const errors = [...requiredPathSegment(`${path}.kind`, kind), ...requiredPathSegment(`${path}.name`, name)];
  const trouble = versionTrouble(apiVersion, options);
  return trouble === undefined ? errors : [...errors, invalidValue(`${path}.apiVersion`, apiVersion, trouble)];
}

const metricName = (path: string, metric: Partial<autoscalingv2.MetricIdentifier> = {}): FieldError[] =>
  metric.name ? requiredPathSegment(`${path}.name`, metric.name) : [required(`${path}.name`, 'must specify a metric name')];

function targetErrors(path: string, target: Partial<autoscalingv2.MetricTarget> = {}): FieldError[] {
  const { type = '', value, averageValue, averageUtilization } = target;
  const errors: FieldError[] = [];
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric target type'));
  if (!TARGET_TYPES.includes(type)) errors.push(invalidValue(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  if (value !== undefined && parseQuantity(value).sign !== 1) errors.push(invalidValue(`${path}.value`, value, 'must be positive'));
  if (averageValue !== undefined && parseQuantity(averageValue).sign !== 1)
    errors.push(invalidValue(`${path}.averageValue`, averageValue, 'must be positive'));
  if (averageUtilization !== undefined && averageUtilization < 1)
    errors.push(invalidValue(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0'));
  return errors;
}

function objectSource(path: string, source: autoscalingv2.ObjectMetricSource, options: ReferenceOptions): FieldError[] {
  const errors = [
    ...objectReference(`${path}.describedObject`, source.describedObject, options),
    ...metricName(`${path}.metric`, source.metric),
    ...targetErrors(`${path}.target`, source.target),
  ];
  if (source.target?.value === undefined && source.target?.averageValue === undefined)
    errors.push(required(`${path}.target.averageValue`, 'must set either a target value or averageValue'));
  return errors;
}

function externalSource(path: string, source: autoscalingv2.ExternalMetricSource): FieldError[] {
  const errors = [...metricName(`${path}.metric`, source.metric), ...targetErrors(`${path}.target`, source.target)];
  const { value, averageValue } = source.target ?? {};
  if (value === undefined && averageValue === undefined)
    errors.push(required(`${path}.target.averageValue`, 'must set either a target value for metric or a per-pod target'));
  if (value !== undefined && averageValue !== undefined)
    errors.push(fieldForbidden(`${path}.target.value`, 'may not set both a target value for metric and a per-pod target'));
  return errors;
}

function podsSource(path: string, source: autoscalingv2.PodsMetricSource): FieldError[] {
  const errors = [...metricName(`${path}.metric`, source.metric), ...targetErrors(`${path}.target`, source.target)];
  if (source.target?.averageValue === undefined)
    errors.push(required(`${path}.target.averageValue`, 'must specify a positive target averageValue'));
  return errors;
}

function resourceTarget(path: string, target: Partial<autoscalingv2.MetricTarget> = {}): FieldError[] {
  const errors = targetErrors(path, target);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined)
    errors.push(required(`${path}.averageUtilization`, 'must set either a target raw value or a target utilization'));
  if (averageUtilization !== undefined && averageValue !== undefined)
    errors.push(fieldForbidden(`${path}.averageValue`, 'may not set both a target raw value and a target utilization'));
  return errors;
}

function containerSource(path: string, source: autoscalingv2.ContainerResourceMetricSource): FieldError[] {
  const errors: FieldError[] = source.name ? [] : [required(`${path}.name`, 'must specify a resource name')];
  if (!source.container) errors.push(required(`${path}.container`, 'must specify a container'));
  else append(errors, eachInvalid(`${path}.container`, source.container, isDNS1123Label(source.container)));
  return [...errors, ...resourceTarget(`${path}.target`, source.target)];
}

function sourceErrors(
  path: string,
  spec: autoscalingv2.MetricSpec,
  source: (typeof SOURCES)[number],
  options: ReferenceOptions,
): FieldError[] {
  const at = `${path}.${source}`;
  if (source === 'object' && spec.object) return objectSource(at, spec.object, options);
  if (source === 'external' && spec.external) return externalSource(at, spec.external);
  if (source === 'pods' && spec.pods) return podsSource(at, spec.pods);
  if (source === 'containerResource' && spec.containerResource) return containerSource(at, spec.containerResource);
  const named = spec.resource?.name ? [] : [required(`${at}.name`, 'must specify a resource name')];
  return [...named, ...resourceTarget(`${at}.target`, spec.resource?.target)];
}

/** One metric of an autoscaler (validateMetricSpec). Of several sources only the first is validated. */
export function metricErrors(path: string, spec: autoscalingv2.MetricSpec, options: ReferenceOptions): FieldError[] {
  const type = spec.type ?? '';
  const unknown = notSupported(`${path}.type`, type, METRIC_TYPES);
  const errors: FieldError[] = type === '' ? [required(`${path}.type`, 'must specify a metric source type')] : [];
  if (!METRIC_TYPES.includes(type)) errors.push(unknown);
  const present = SOURCES.filter((source) => spec[source] !== undefined);
  const [first] = present;
  if (first) append(errors, sourceErrors(path, spec, first, options));
  const expected = getOwn(SOURCE_OF_TYPE, type);
  if (!expected) errors.push(unknown);
  else if (!present.includes(expected))
    errors.push(required(`${path}.${expected}`, 'must populate information for the given metric source'));
  if (present.length === 1) return errors;
  const others = present.filter((source) => source !== expected);
  return [...errors, ...others.map((source) => fieldForbidden(`${path}.${source}`, 'must populate the given metric source only'))];
}
