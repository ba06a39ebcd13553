import { Event } from '#api';
import {
  type Clock,
  formatMicroTime,
  formatTime,
  type Instant,
  isAlreadyExists,
  isNotFound,
  type KubeObject,
  type RandomSource,
} from '#apimachinery';
import type { Client } from '#client';
import { EventCorrelator } from './event-correlator.js';
import { type EventNote, eventName, type Moment, makeEvent, Ordinals } from './event-object.js';

/** Writes core/v1 Events like client-go's tools/record: without delaying the caller, and dropping them rather than retrying. */
export interface EventRecorder {
  /** Returns immediately; the event is written in the background. */
  record(note: EventNote): void;
  normal(about: KubeObject, reason: string, message: string): void;
  warning(about: KubeObject, reason: string, message: string): void;
  /** The same recorder (counts, aggregation) over another client, whose writes have another cause. */
  through(client: Client): CausedRecorder;
}

/** A recorder of events with one cause. */
interface CausedRecorder extends EventRecorder {
  /** Resolves when what is written from now on is stored no earlier than the events that were recorded through this one. */
  queued(): Promise<void>;
}

/** The recorder of a component. */
export interface EventSink extends EventRecorder {
  /** Events that could not be written. */
  readonly dropped: number;
  /** Whether events are being written. */
  readonly busy: boolean;
  /** Resolves when all events that were recorded have been written or dropped. */
  flushed(): Promise<void>;
}

export interface RecorderOptions {
  client: Client;
  clock: Clock;
  /** By how many milliseconds the clock is ahead on the machine where an event is recorded: that of a host, or of the component. */
  skew?(host: string | undefined): number;
  random: RandomSource;
  /** `source.component` and `reportingComponent`, e.g. `deployment-controller`. */
  component: string;
  /** `counted`: client-go tools/record. `series`: tools/events (events.k8s.io), as the scheduler writes them. */
  style?: 'counted' | 'series';
  /** Called for every event that could not be written; it is dropped. */
  onFailure?(note: EventNote, error: unknown): void;
}

/** Maximum names tried for one event. */
const NAME_ATTEMPTS = 5;

/** Where the stored event of a correlator entry is, and its last message. */
interface Place {
  name: string;
  namespace: string | undefined;
  message: string | undefined;
}

/** The stored event of a correlator entry; writes to it are sequential. */
interface Written {
  event?: Place;
  /** How many writes are in progress, and the last of them while there are any. */
  writes: number;
  last?: Promise<void> | undefined;
}

/** What is written of an event; `count` is 0 for a new one. */
interface EventWrite extends Moment {
  note: EventNote;
  message: string;
  count: number;
  queued: (() => void) | undefined;
}

/** Creates the recorder of one component of one cluster. */
export function createRecorder(options: RecorderOptions): EventSink {
  return new BufferedRecorder(options);
}

class BufferedRecorder implements EventSink {
  // Made for the first event: most recorders of an idle cluster have none.
  private correlator: EventCorrelator<Written> | undefined;
  /** Events that are being written, and who waits until there are none. */
  private pending = 0;
  private waiting: Array<() => void> | undefined;
  private readonly ordinals = new Ordinals();
  dropped = 0;

  constructor(private readonly options: RecorderOptions) {}

  record(note: EventNote): void {
    this.recordThrough(this.options.client, note);
  }

  normal(about: KubeObject, reason: string, message: string): void {
    this.record({ about, type: 'Normal', reason, message });
  }

  warning(about: KubeObject, reason: string, message: string): void {
    this.record({ about, type: 'Warning', reason, message });
  }

  through(client: Client): CausedRecorder {
    return new ThroughClient(this, client);
  }

  get busy(): boolean {
    return this.pending > 0;
  }

  async flushed(): Promise<void> {
    if (this.pending === 0) return;
    await new Promise<void>((resolve) => {
      this.waiting ??= [];
      this.waiting.push(resolve);
    });
  }

  /** Begins to write an event; returns whether it is written at all. `queued` is called once, later, for one that is. */
  recordThrough(client: Client, note: EventNote, queued?: () => void): boolean {
    const { clock, skew, style } = this.options;
    this.correlator ??= new EventCorrelator<Written>(clock, () => ({ writes: 0 }), style !== 'series');
    const outcome = this.correlator.correlate(this.identity(note));
    if (outcome.action === 'skip') return false;
    const { state } = outcome;
    const message = style === 'series' ? note.message : outcome.message;
    const at = note.at ?? clock.now() + (skew?.(note.host) ?? 0);
    const count = outcome.action === 'create' ? 0 : outcome.count;
    this.pending += 1;
    state.writes += 1;
    state.last = this.write(client, state, { note, message, count, at, ordinal: this.ordinals.next(at), queued });
    return true;
  }

  /** Writes an event after those before it with the same state. Never throws. */
  private async write(client: Client, state: Written, event: EventWrite): Promise<void> {
    const { note, message, count, at } = event;
    let told = false;
    const queued = () => {
      if (!told) event.queued?.();
      told = true;
    };
    const before = state.last;
    try {
      // The caller goes on first, also where there is nothing to wait for.
      await before;
      const counted = count === 0 ? undefined : await this.countUp(client, state.event, { message, count, at });
      state.event = counted ?? (await this.create(client, { ...event, queued }));
    } catch (error) {
      this.dropped += 1;
      this.options.onFailure?.(note, error);
    } finally {
      queued();
      this.ended(state);
    }
  }

  private ended(state: Written): void {
    state.writes -= 1;
    if (state.writes === 0) state.last = undefined;
    this.pending -= 1;
    const { waiting } = this;
    if (this.pending > 0 || waiting === undefined) return;
    this.waiting = undefined;
    for (const resume of waiting) resume();
  }

  private async create(client: Client, { note, message, at, ordinal, queued }: EventWrite): Promise<Place> {
    const { component, random, style } = this.options;
    const { name, namespace = '' } = note.about.metadata;
    const about = [component, namespace, name, note.fieldPath ?? '', note.reason, message];
    for (let attempt = 1; ; attempt += 1) {
      const unique = eventName(name, { at, ordinal }, about, attempt) ?? random.draw('event', `${attempt} ${about.join('\0')}`).uuid();
      const event = makeEvent(note, { name: unique, message, at, component, style });
      try {
        await client.createOnly(Event, event, queued);
        return { name: event.metadata.name, namespace: event.metadata.namespace, message: event.message };
      } catch (error) {
        if (attempt === NAME_ATTEMPTS || !isAlreadyExists(error)) throw error;
      }
    }
  }

  /** Patches the counted event; undefined if it no longer exists (expired), so that a new one is created. */
  private async countUp(
    client: Client,
    event: Place | undefined,
    { message, count, at }: { message: string; count: number; at: Instant },
  ): Promise<Place | undefined> {
    if (event === undefined) return undefined;
    const patch =
      this.options.style === 'series'
        ? { series: { count, lastObservedTime: formatMicroTime(at) } }
        : { count, lastTimestamp: formatTime(at), ...(message === event.message ? {} : { message }) };
    try {
      await client.patch(Event, event.name, event.namespace, 'strategic', patch);
      return this.options.style === 'series' ? event : { ...event, message };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  private identity({ about, fieldPath = '', type, reason, message, source, host = '', action = '' }: EventNote) {
    const { name, namespace = '', uid = '', resourceVersion = '' } = about.metadata;
    const component = source ?? this.options.component;
    const subject = `${component}/${host}/${about.apiVersion}/${about.kind}/${namespace}/${name}/${uid}`;
    // A series is identified by its fields without the message (client-go tools/events getKey).
    if (this.options.style === 'series')
      return { subject: `${subject}/${resourceVersion}/${action}`, fieldPath, type, reason, message: '' };
    return { subject, fieldPath, type, reason, message };
  }
}

/** The recorder over another client. Every reconcile gets one, and most record nothing. */
class ThroughClient implements CausedRecorder {
  private unqueued = 0;
  private resume: (() => void) | undefined;

  constructor(
    private readonly recorder: BufferedRecorder,
    private readonly client: Client,
  ) {}

  record(note: EventNote): void {
    if (this.recorder.recordThrough(this.client, note, () => this.isQueued())) this.unqueued += 1;
  }

  private isQueued(): void {
    this.unqueued -= 1;
    if (this.unqueued === 0) this.resume?.();
  }

  async queued(): Promise<void> {
    if (this.unqueued === 0) return;
    await new Promise<void>((resolve) => {
      this.resume = resolve;
    });
  }

  normal(about: KubeObject, reason: string, message: string): void {
    this.record({ about, type: 'Normal', reason, message });
  }

  warning(about: KubeObject, reason: string, message: string): void {
    this.record({ about, type: 'Warning', reason, message });
  }

  through(client: Client): CausedRecorder {
    return this.recorder.through(client);
  }
}
