import type { corev1, eventsv1 } from '#api';
import type { Conversion } from '#apiserver';

/** Sets a field unless the value is undefined. */
function put<T extends object, K extends keyof T>(object: T, key: K, value: T[K] | undefined): void {
  if (value !== undefined) object[key] = value;
}

/** events.k8s.io/v1 → v1 (pkg/apis/events/v1/conversion.go). */
export function eventToCore(event: eventsv1.Event): corev1.Event {
  const {
    regarding,
    note,
    deprecatedSource,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    deprecatedCount,
    reportingController,
    ...same
  } = event;
  const result = { ...same, apiVersion: 'v1', involvedObject: regarding ?? {} } as corev1.Event;
  put(result, 'message', note);
  put(result, 'source', deprecatedSource);
  put(result, 'firstTimestamp', deprecatedFirstTimestamp);
  put(result, 'lastTimestamp', deprecatedLastTimestamp);
  put(result, 'count', deprecatedCount);
  put(result, 'reportingComponent', reportingController);
  return result;
}

/** v1 → events.k8s.io/v1. */
export function eventFromCore(event: corev1.Event): eventsv1.Event {
  const { involvedObject, message, source, firstTimestamp, lastTimestamp, count, reportingComponent, reportingInstance, ...same } = event;
  const result = { ...same, apiVersion: 'events.k8s.io/v1', regarding: involvedObject ?? {} } as eventsv1.Event;
  put(result, 'note', message);
  put(result, 'deprecatedSource', source);
  put(result, 'deprecatedFirstTimestamp', firstTimestamp);
  put(result, 'deprecatedLastTimestamp', lastTimestamp);
  put(result, 'deprecatedCount', count);
  // Always set in v1; omitted here if empty.
  put(result, 'reportingController', reportingComponent || undefined);
  put(result, 'reportingInstance', reportingInstance || undefined);
  return result;
}

/** Events are stored as v1. */
export const eventConversion: Conversion = {
  group: 'events.k8s.io',
  version: 'v1',
  resource: 'events',
  toStorage: (object) => eventToCore(object as eventsv1.Event),
  fromStorage: (object) => eventFromCore(object as corev1.Event),
};
