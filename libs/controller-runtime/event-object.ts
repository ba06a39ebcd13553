import type { corev1 } from '#api';
import { formatMicroTime, formatTime, type Instant, type KubeObject } from '#apimachinery';

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

/** What is written of an event besides its note: the message may be another one. */
interface Recorded {
  name: string;
  message: string;
  at: Instant;
  /** The recorder's component. */
  component: string;
  style: 'counted' | 'series' | undefined;
}

/** The object of an event. */
export function makeEvent(note: EventNote, { name, message, at, component: recorder, style }: Recorded): corev1.Event {
  const { about, host, source: component = recorder, reason, type } = note;
  const namespace = about.metadata.namespace || 'default';
  const event: corev1.Event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: reference(about, note.fieldPath),
    reason,
    message,
    type,
    reportingComponent: component,
  };
  if (note.action !== undefined) event.action = note.action;
  if (note.related !== undefined) event.related = reference(note.related, undefined);
  if (style === 'series') {
    event.eventTime = formatMicroTime(at);
    event.reportingInstance = host ?? component;
    event.source = {};
    return event;
  }
  const time = formatTime(at);
  event.reportingInstance = host ?? '';
  event.source = host === undefined ? { component } : { component, host };
  event.firstTimestamp = time;
  event.lastTimestamp = time;
  event.count = 1;
  return event;
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

/** FNV-1a over the characters of texts, which is enough to keep names apart. */
function textHash(texts: readonly string[]): number {
  let hash = 0x811c9dc5;
  for (const text of texts) {
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    hash = Math.imul(hash ^ 0x10000, 0x01000193);
  }
  return hash >>> 0;
}

/** 24 bits, of which numbers are put together that are greater than what can be counted exactly. */
const WORD = 2 ** 24;

/** Nanoseconds since the epoch as hexadecimal digits. */
function nanosecondsInHex(milliseconds: number, below: number): string {
  const low = (milliseconds % WORD) * 1_000_000 + below;
  const high = Math.floor(milliseconds / WORD) * 1_000_000 + Math.floor(low / WORD);
  return `${high.toString(16)}${(low % WORD).toString(16).padStart(6, '0')}`;
}

/**
 * `<name>.<16 hex>`: nanoseconds since the epoch (client-go tools/record/util GenerateEventName). The clock has milliseconds; the digits
 * below keep events of one instant in order, as kubectl lists them by name, and distinguish those about different things (`about`), of
 * which the next `attempt` takes the next one. Undefined if the name would be too long.
 */
export function eventName(name: string, { at, ordinal }: Moment, about: readonly string[], attempt: number): string | undefined {
  const below = Math.min(ordinal, 999) * 1_000 + ((textHash(about) + attempt) % 1_000);
  const made = `${name}.${nanosecondsInHex(at, below)}`;
  return made.length <= 253 ? made : undefined;
}
