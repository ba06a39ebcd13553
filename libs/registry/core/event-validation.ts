import type { corev1 } from '#api';
import { append, deepEqual, type FieldError, invalidValue, isDNS1123Subdomain, isQualifiedName, required } from '#apimachinery';
import { immutable, invalidName } from './checks.js';

type Event = corev1.Event;

const LIMITS = { reportingInstance: 128, action: 128, reason: 128, message: 1024 } as const;
const MISMATCH = 'does not match event.namespace';

function tooLongFor(field: keyof typeof LIMITS, value: string | undefined): FieldError[] {
  const limit = LIMITS[field];
  return Buffer.byteLength(value ?? '') > limit ? [invalidValue(field, '', `can have at most ${limit} characters`)] : [];
}

function validateNewForm(event: Event, namespace: string, controllerField: string): FieldError[] {
  const errors: FieldError[] = [];
  const own = event.involvedObject.namespace ?? '';
  if (own === '' && namespace !== 'default' && namespace !== 'kube-system')
    errors.push(invalidValue('involvedObject.namespace', own, MISMATCH));
  const controller = event.reportingComponent ?? '';
  if (controller === '') errors.push(required(controllerField));
  append(errors, invalidName(controllerField, controller, isQualifiedName(controller)));
  for (const field of ['reportingInstance', 'action', 'reason'] as const) {
    if (!event[field]) errors.push(required(field));
    append(errors, tooLongFor(field, event[field]));
  }
  return [...errors, ...tooLongFor('message', event.message)];
}

/** Rules for events of every API version (core validation/events.go legacyValidateEvent). */
function validateLegacy(event: Event, apiVersion: string): FieldError[] {
  const namespace = event.metadata.namespace ?? '';
  const own = event.involvedObject.namespace ?? '';
  const errors: FieldError[] = [];
  if (event.eventTime)
    append(errors, validateNewForm(event, namespace, apiVersion === 'v1' ? 'reportingComponent' : 'reportingController'));
  else if (own === '' ? namespace !== '' && namespace !== 'default' : own !== namespace) {
    errors.push(invalidValue('involvedObject.namespace', own, MISMATCH));
  }
  return [...errors, ...invalidName('namespace', namespace, isDNS1123Subdomain(namespace))];
}

function validateSeries(event: Event): FieldError[] {
  if (!event.series) return [];
  const errors: FieldError[] = [];
  if ((event.series.count ?? 0) < 2) errors.push(invalidValue('series.count', '', 'should be at least 2'));
  if (!event.series.lastObservedTime) errors.push(required('series.lastObservedTime'));
  return errors;
}

/** A new event: strict if it was created through events.k8s.io/v1 (ValidateEventCreate). */
export function validateEventCreate(event: Event, apiVersion: string): FieldError[] {
  const errors = validateLegacy(event, apiVersion);
  if (apiVersion === 'v1') return errors;
  append(errors, validateSeries(event));
  if (!event.eventTime) errors.push(required('eventTime'));
  if (event.type !== 'Normal' && event.type !== 'Warning') errors.push(invalidValue('type', '', `has invalid value: ${event.type ?? ''}`));
  if (event.firstTimestamp) errors.push(invalidValue('firstTimestamp', '', 'needs to be unset'));
  if (event.lastTimestamp) errors.push(invalidValue('lastTimestamp', '', 'needs to be unset'));
  if (event.count) errors.push(invalidValue('count', '', 'needs to be unset'));
  if (event.source?.component || event.source?.host) errors.push(invalidValue('source', '', 'needs to be unset'));
  return errors;
}

/** Through events.k8s.io/v1 nothing but the series of an event may change (ValidateEventUpdate). */
export function validateEventUpdate(event: Event, old: Event, apiVersion: string): FieldError[] {
  const errors = validateLegacy(event, apiVersion);
  if (apiVersion === 'v1') return errors;
  if (!deepEqual(event.series, old.series)) append(errors, validateSeries(event));
  const frozen = [
    ['involvedObject', event.involvedObject, old.involvedObject],
    ['reason', event.reason, old.reason],
    ['message', event.message, old.message],
    ['source', event.source, old.source],
    ['firstTimestamp', event.firstTimestamp, old.firstTimestamp],
    ['lastTimestamp', event.lastTimestamp, old.lastTimestamp],
    ['count', event.count, old.count],
    ['reason', event.reason, old.reason],
    ['type', event.type, old.type],
    ['eventTime', event.eventTime, old.eventTime],
    ['action', event.action, old.action],
    ['related', event.related, old.related],
    ['reportingController', event.reportingComponent, old.reportingComponent],
    ['reportingInstance', event.reportingInstance, old.reportingInstance],
  ] as const;
  return [...errors, ...frozen.flatMap(([field, value, before]) => immutable(value, before, field))];
}
