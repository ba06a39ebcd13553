import type { corev1 } from '#api';
import { formatMicroTime, formatTime, type Instant, type KubeObject, type Random } from '#apimachinery';

/** The content of an event. */
export interface EventNote {
  /** The object it is about. */
  about: KubeObject;
  /** A part of the object, e.g. `spec.containers{web}`. */
  fieldPath?: string;
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** The source, if it is not the recorder's component: a program in a pod, whose name is not known beforehand. */
  source?: string;
  /** The host it comes from, e.g. a kubelet's node. */
  host?: string;
  /** The action; events.k8s.io style only, e.g. `Binding`. */
  action?: string;
  /** Another object that has to do with it, e.g. the pod that another one is evicted for. */
  related?: KubeObject;
  /** When it happened, if that was before it could be told. */
  at?: Instant;
}

/** When and how an event is recorded. */
interface Recorded {
  at: Instant;
  /** The recorder's component. */
  component: string;
  style: 'counted' | 'series' | undefined;
}

/** The object of an event. */
export function makeEvent(note: EventNote, name: string, { at, component: recorder, style }: Recorded): corev1.Event {
  const { about, host, source: component = recorder } = note;
  const namespace = about.metadata.namespace || 'default';
  const common = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: reference(about, note.fieldPath),
    reason: note.reason,
    message: note.message,
    type: note.type,
    reportingComponent: component,
    ...(note.action === undefined ? {} : { action: note.action }),
    ...(note.related === undefined ? {} : { related: reference(note.related, undefined) }),
  };
  if (style === 'series') {
    return { ...common, eventTime: formatMicroTime(at), reportingInstance: host ?? component, source: {} };
  }
  const time = formatTime(at);
  return {
    ...common,
    reportingInstance: host ?? '',
    source: { component, ...(host === undefined ? {} : { host }) },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}

/** An object reference as used in events (client-go tools/reference GetReference). */
function reference(object: KubeObject, fieldPath: string | undefined): corev1.ObjectReference {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  return {
    kind: object.kind,
    ...(namespace ? { namespace } : {}),
    name,
    uid,
    apiVersion: object.apiVersion,
    resourceVersion,
    ...(fieldPath === undefined ? {} : { fieldPath }),
  };
}

/** When an event was recorded: the clock's time, and its place among the events of the same millisecond. */
export interface Moment {
  at: Instant;
  ordinal: number;
}

/** Counts the events of each millisecond. */
export class Ordinals {
  private at: Instant | undefined;
  private count = 0;

  next(at: Instant): number {
    this.count = at === this.at ? this.count + 1 : 0;
    this.at = at;
    return this.count;
  }
}

/**
 * `<name>.<16 hex>`: nanoseconds since the epoch (client-go tools/record/util GenerateEventName). The clock has milliseconds; the digits
 * below keep events of one instant in order, as kubectl lists them by name, and distinguish those of different components.
 */
export function eventName(name: string, { at, ordinal }: Moment, random: Random): string {
  const below = Math.min(ordinal, 999) * 1_000 + Math.floor(random.next() * 1_000);
  const made = `${name}.${(BigInt(at) * 1_000_000n + BigInt(below)).toString(16)}`;
  return made.length <= 253 ? made : random.uuid();
}
