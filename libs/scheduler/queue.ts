import type { corev1 } from '#api';
import type { Clock, Instant } from '#apimachinery';
import { TimerHeap } from '#controller-runtime';

/** Back-off of a pod that could not be placed: 1 s, doubled by each attempt, 10 s at most (scheduler defaults). */
const INITIAL_BACKOFF = 1_000;
const LONGEST_BACKOFF = 10_000;
/** After this long an unschedulable pod is tried again, whatever happened (DefaultPodMaxInUnschedulablePodsDuration). */
const LONGEST_WAIT = 5 * 60_000;

/** A pod that waits for a node. */
export interface Waiting {
  readonly key: string;
  pod: corev1.Pod;
  /** When it came in: age breaks ties of priority. */
  readonly order: number;
  attempts: number;
  /** The revision of the event that brought it, or moved it, here. */
  wokenBy: number | undefined;
}

type Place = 'active' | 'backoff' | 'unschedulable' | 'out';

interface Entry extends Waiting {
  place: Place;
  backoffUntil: Instant;
}

const priority = (entry: Entry): number => entry.pod.spec.priority ?? 0;

/**
 * Where pods wait: active (to be tried next: by priority, then age), backing off (failed a moment ago), unschedulable (until
 * something changes). Upstream's internal scheduling queue.
 */
export class SchedulingQueue {
  private readonly entries = new Map<string, Entry>();
  private active: Entry[] = [];
  private sorted = true;
  private readonly timers = new TimerHeap<string>();
  private arrivals = 0;

  constructor(private readonly clock: Clock) {}

  /** Whether a pod can be taken now. */
  get ready(): boolean {
    this.flush();
    return this.active.length > 0;
  }

  /** A pod that is new, or changed so that it may fit now. */
  add(key: string, pod: corev1.Pod, revision: number): void {
    const known = this.entries.get(key);
    if (known) {
      known.pod = pod;
      if (known.place === 'active') return;
      known.wokenBy = revision;
      if (known.place !== 'out') this.activate(known);
      return;
    }
    const entry: Entry = { key, pod, order: this.arrivals++, attempts: 0, wokenBy: revision, place: 'active', backoffUntil: 0 };
    this.entries.set(key, entry);
    this.activate(entry);
  }

  /** The pod changed in a way that cannot make it fit: only the object is renewed. */
  renew(key: string, pod: corev1.Pod): void {
    const known = this.entries.get(key);
    if (known) known.pod = pod;
  }

  remove(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    this.timers.clear(key);
    if (entry.place === 'active') this.active = this.active.filter((other) => other !== entry);
  }

  /** The next pod to try; it is out of the queue until fail() or remove(). */
  take(): Waiting | undefined {
    this.flush();
    if (!this.sorted) {
      this.active.sort((a, b) => priority(a) - priority(b) || b.order - a.order);
      this.sorted = true;
    }
    const entry = this.active.pop();
    if (!entry) return undefined;
    entry.place = 'out';
    entry.attempts += 1;
    return entry;
  }

  /** The pod did not fit: it waits for a change. With `retry` it comes back after its back-off. */
  fail(key: string, retry: boolean): void {
    const entry = this.entries.get(key);
    if (entry?.place !== 'out') return;
    const now = this.clock.now();
    entry.backoffUntil = now + Math.min(LONGEST_BACKOFF, INITIAL_BACKOFF * 2 ** (entry.attempts - 1));
    entry.place = retry ? 'backoff' : 'unschedulable';
    this.timers.clear(key);
    this.timers.set(key, retry ? entry.backoffUntil : now + LONGEST_WAIT);
  }

  /** Something changed that may let unschedulable pods in (MoveAllToActiveOrBackoffQueue). */
  moveAll(revision: number, may: (pod: corev1.Pod) => boolean = () => true): void {
    const now = this.clock.now();
    for (const entry of this.entries.values()) {
      if (entry.place !== 'unschedulable' || !may(entry.pod)) continue;
      entry.wokenBy = revision;
      if (entry.backoffUntil <= now) {
        this.activate(entry);
        continue;
      }
      entry.place = 'backoff';
      this.timers.clear(entry.key);
      this.timers.set(entry.key, entry.backoffUntil);
    }
  }

  nextAt(): Instant | undefined {
    return this.timers.nextAt();
  }

  private activate(entry: Entry): void {
    this.timers.clear(entry.key);
    entry.place = 'active';
    this.active.push(entry);
    this.sorted = false;
  }

  private flush(): void {
    const now = this.clock.now();
    for (let due = this.timers.takeDue(now); due; due = this.timers.takeDue(now)) {
      const entry = this.entries.get(due.value);
      if (entry && (entry.place === 'backoff' || entry.place === 'unschedulable')) this.activate(entry);
    }
  }
}
