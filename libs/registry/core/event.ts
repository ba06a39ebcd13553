import type { corev1 } from '#api';
import type { Column, ResourceStrategy } from '#apiserver';
import { age, nameColumn } from '../columns.js';
import { validateEventCreate, validateEventUpdate } from './event-validation.js';

type Event = corev1.Event;

const firstSeen = (event: Event, now: number): string =>
  event.firstTimestamp ? age(event.firstTimestamp, now) : age(event.eventTime, now);

function lastSeen(event: Event, now: number): string {
  if (event.series) return age(event.series.lastObservedTime, now);
  return event.lastTimestamp ? age(event.lastTimestamp, now) : firstSeen(event, now);
}

function source(event: Event): string {
  const component = event.source?.component || event.reportingComponent || '';
  const instance = event.source?.host || event.reportingInstance || '';
  return instance ? `${component}, ${instance}` : component;
}

function target(event: Event): string {
  const kind = (event.involvedObject.kind ?? '').toLowerCase();
  return event.involvedObject.name ? `${kind}/${event.involvedObject.name}` : kind;
}

/** Columns of `kubectl get events` (printers.go printEvent). Events of both API groups are stored and shown in the core form. */
const eventColumns: readonly Column<Event>[] = [
  { name: 'Last Seen', type: 'string', cell: lastSeen },
  { name: 'Type', type: 'string', cell: (event) => event.type ?? '' },
  { name: 'Reason', type: 'string', cell: (event) => event.reason ?? '' },
  { name: 'Object', type: 'string', cell: target },
  { name: 'Subobject', type: 'string', priority: 1, cell: (event) => event.involvedObject.fieldPath ?? '' },
  { name: 'Source', type: 'string', priority: 1, cell: source },
  { name: 'Message', type: 'string', cell: (event) => (event.message ?? '').trim() },
  { name: 'First Seen', type: 'string', priority: 1, cell: firstSeen },
  // A single event of the new API has no count.
  { name: 'Count', type: 'string', priority: 1, cell: (event) => (event.series ? (event.series.count ?? 0) : event.count || 1) },
  { ...nameColumn, priority: 1 },
];

/** Events (pkg/registry/core/event). Requests of events.k8s.io/v1 are converted to this form first and checked more strictly. */
export const event: ResourceStrategy<Event> = {
  group: '',
  resource: 'events',
  garbageCollected: false,
  // kube-apiserver --event-ttl.
  ttl: 3_600_000,
  validate: (object, ctx) => validateEventCreate(object, ctx.apiVersion),
  validateUpdate: (object, old, ctx) => validateEventUpdate(object, old, ctx.apiVersion),
  // The core API does not validate an event's metadata.
  validatesMetadata: (ctx) => ctx.apiVersion !== 'v1',
  createOnUpdate: true,
  fields: {
    'involvedObject.kind': (object) => object.involvedObject.kind ?? '',
    'involvedObject.namespace': (object) => object.involvedObject.namespace ?? '',
    'involvedObject.name': (object) => object.involvedObject.name ?? '',
    'involvedObject.uid': (object) => object.involvedObject.uid ?? '',
    'involvedObject.apiVersion': (object) => object.involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': (object) => object.involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': (object) => object.involvedObject.fieldPath ?? '',
    reason: (object) => object.reason ?? '',
    reportingComponent: (object) => object.reportingComponent ?? '',
    source: (object) => object.source?.component || object.reportingComponent || '',
    type: (object) => object.type ?? '',
  },
  columns: eventColumns,
};
