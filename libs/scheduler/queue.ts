import TinyQueue from 'tinyqueue';
import type { corev1 } from '#api';
import type { Clock, Instant } from '#apimachinery';
import { podPriority } from '#component-helpers';
import { TimerHeap } from '#controller-runtime';

/** Back-off of an unschedulable pod: 1 s, doubled by each attempt, at most 10 s (scheduler defaults). */
const INITIAL_BACKOFF = 1_000;
const LONGEST_BACKOFF = 10_000;
/** After this time an unschedulable pod is retried in any case (DefaultPodMaxInUnschedulablePodsDuration). */
const LONGEST_WAIT = 5 * 60_000;

/** A pod in the queue. */
export interface Waiting {
  readonly key: string;
  pod: corev1.Pod;
  /** When it was added: used to order pods of the same priority. */
  readonly order: number;
  attempts: number;
  /** The revision of the event that added or moved it. */
  wokenBy: number | undefined;
}

type Place = 'active' | 'backoff' | 'unschedulable' | 'out';

interface Entry extends Waiting {
  place: Place;
  backoffUntil: Instant;
}

/** An entry of the active queue. If the pod has left the queue by other means, it is skipped. */
interface Stay {
  entry: Entry;
  priority: number;
  ended: boolean;
}

/**
 * The scheduling queue, as upstream: active pods (ordered by priority, then age), pods in back-off after a failure, and unschedulable ones
 * (until something changes).
 */
export class SchedulingQueue {
  private readonly entries = new Map<string, Entry>();
  private readonly unschedulable = new Map<string, Entry>();
  private readonly active = new TinyQueue<Stay>([], (a, b) => b.priority - a.priority || a.entry.order - b.entry.order);
  private readonly stays = new Map<string, Stay>();
  private readonly timers = new TimerHeap<string>();
  private arrivals = 0;

  constructor(private readonly clock: Clock) {}

  /** Whether there is a pod to be scheduled now. */
  get ready(): boolean {
    this.flush();
    return this.stays.size > 0;
  }

  /** Adds a pod that is new, or has changed so that it may fit now. */
  add(key: string, pod: corev1.Pod, revision: number): void {
    const known = this.entries.get(key);
    if (known) {
      known.pod = pod;
      if (known.place === 'active') return;
      known.wokenBy = revision;
      if (known.place !== 'out') this.activate(known);
      return;
    }
    const entry: Entry = { key, pod, order: this.arrivals++, attempts: 0, wokenBy: revision, place: 'out', backoffUntil: 0 };
    this.entries.set(key, entry);
    this.activate(entry);
  }

  /** The pod has changed in a way that cannot make it fit: only updates the object. */
  renew(key: string, pod: corev1.Pod): void {
    const known = this.entries.get(key);
    if (known) known.pod = pod;
  }

  remove(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    this.leave(entry);
  }

  /** Takes the next pod; it is out of the queue until fail() or remove(). */
  take(): Waiting | undefined {
    this.flush();
    for (let stay = this.active.pop(); stay; stay = this.active.pop()) {
      if (stay.ended) continue;
      const { entry } = stay;
      this.leave(entry);
      entry.attempts += 1;
      return entry;
    }
    return undefined;
  }

  /** The pod did not fit: it waits for a change, or with `retry` for its back-off. */
  fail(key: string, retry: boolean): void {
    const entry = this.entries.get(key);
    if (entry?.place !== 'out') return;
    const now = this.clock.now();
    entry.backoffUntil = now + Math.min(LONGEST_BACKOFF, INITIAL_BACKOFF * 2 ** (entry.attempts - 1));
    if (retry) this.backOff(entry);
    else {
      entry.place = 'unschedulable';
      this.unschedulable.set(key, entry);
      this.timers.set(key, now + LONGEST_WAIT);
    }
  }

  /** Making room for an unschedulable pod has failed: it is retried after its back-off. */
  retry(key: string): void {
    const entry = this.unschedulable.get(key);
    if (entry) this.backOff(entry);
  }

  /** Something has changed that may make unschedulable pods fit (MoveAllToActiveOrBackoffQueue). */
  moveAll(revision: number, may: (pod: corev1.Pod) => boolean = () => true): void {
    const now = this.clock.now();
    for (const entry of this.unschedulable.values()) {
      if (!may(entry.pod)) continue;
      entry.wokenBy = revision;
      if (entry.backoffUntil <= now) this.activate(entry);
      else this.backOff(entry);
    }
  }

  nextAt(): Instant | undefined {
    return this.timers.nextAt();
  }

  /** Removes the entry from its current queue. */
  private leave(entry: Entry): void {
    const stay = this.stays.get(entry.key);
    if (stay) stay.ended = true;
    this.stays.delete(entry.key);
    this.unschedulable.delete(entry.key);
    this.timers.clear(entry.key);
    entry.place = 'out';
  }

  private backOff(entry: Entry): void {
    this.leave(entry);
    entry.place = 'backoff';
    this.timers.set(entry.key, entry.backoffUntil);
  }

  private activate(entry: Entry): void {
    this.leave(entry);
    entry.place = 'active';
    const stay = { entry, priority: podPriority(entry.pod), ended: false };
    this.stays.set(entry.key, stay);
    this.active.push(stay);
  }

  private flush(): void {
    const now = this.clock.now();
    for (let due = this.timers.takeDue(now); due; due = this.timers.takeDue(now)) {
      const entry = this.entries.get(due.value);
      if (entry && (entry.place === 'backoff' || entry.place === 'unschedulable')) this.activate(entry);
    }
  }
}
