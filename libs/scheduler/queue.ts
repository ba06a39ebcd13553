import TinyQueue from 'tinyqueue';
import type { corev1 } from '#api';
import type { Clock, Instant } from '#apimachinery';
import { TimerHeap } from '#controller-runtime';
import { ADDED, FAILED, UPDATED } from './event-label.js';
import type { Queued } from './framework.js';
import type { QueueName, WaitingCounts } from './metrics.js';
import { prioritySort } from './plugins/priority-sort.js';
import { DEFAULT_SCHEDULER } from './profile.js';

/** After this time an unschedulable pod is retried in any case (DefaultPodMaxInUnschedulablePodsDuration). */
export const LONGEST_WAIT = 5 * 60_000;
/** Back-offs end with a window of time; pods of the same window are ordered by queueSort (backoffQOrderingWindowDuration). */
const BACKOFF_WINDOW = 1_000;

/** A pod in the queue. */
export interface Waiting extends Queued {
  readonly key: string;
  pod: corev1.Pod;
  attempts: number;
  /** When it was tried first; unset before. */
  firstTried?: Instant;
  /** The revision of the event that added or moved it. */
  wokenBy: number | undefined;
}

type Place = 'active' | 'backoff' | 'unschedulable' | 'out';

interface Entry extends Waiting {
  place: Place;
  backoffUntil: Instant;
  /** How often plugins have rejected it. */
  rejections: number;
  /** How often it has failed with an error since then. */
  errors: number;
  /** A preEnqueue plugin keeps it out of the queue. */
  gated: boolean;
  /** The group of unschedulable pods it is in. */
  group?: Group | undefined;
}

/** What unschedulable pods have in common: their scheduler, and the plugins that have rejected them; with none, any change may help. */
export interface Rejected {
  readonly schedulerName: string;
  readonly plugins: ReadonlySet<string>;
}

interface Group extends Rejected {
  readonly key: string;
  readonly entries: Set<Entry>;
}

/** An entry of the active queue, or of the one of pods in back-off. If the pod has left the queue by other means, it is skipped. */
interface Stay {
  entry: Entry;
  pod: corev1.Pod;
  order: number;
  until: Instant;
  ended: boolean;
}

/** The first pod of a queue. */
function popFrom(queue: TinyQueue<Stay>): Entry | undefined {
  for (let stay = queue.pop(); stay; stay = queue.pop()) if (!stay.ended) return stay.entry;
  return undefined;
}

/** What the configuration says about the queue. */
export interface QueueRules {
  /** Back-off of an unschedulable pod, doubled by each attempt, in milliseconds. */
  initialBackoff: number;
  maxBackoff: number;
  /** After this time an unschedulable pod is retried in any case, in milliseconds. */
  longestWait: number;
  sort(a: Queued, b: Queued): number;
  /** The plugin that keeps the pod out of the queue, if one does (preEnqueue). */
  gate(pod: corev1.Pod): string | undefined;
}

/** Upstream's defaults. */
export const DEFAULT_RULES: QueueRules = {
  initialBackoff: 1_000,
  maxBackoff: 10_000,
  longestWait: LONGEST_WAIT,
  sort: (a, b) => prioritySort.queueSort?.(a, b) ?? 0,
  gate: () => undefined,
};

/**
 * The scheduling queue, as upstream: active pods (ordered by queueSort), pods in back-off after a failure, and unschedulable ones (until
 * something changes that may help). While no pod is active, those that something may have helped do not wait for the end of their
 * back-off (SchedulerPopFromBackoffQ); those that have failed with an error do.
 */
export class SchedulingQueue {
  private readonly entries = new Map<string, Entry>();
  private readonly unschedulable = new Map<string, Group>();
  private readonly active = new TinyQueue<Stay>([], (a, b) => this.rules.sort(a, b));
  private readonly backingOff = new TinyQueue<Stay>([], (a, b) => a.until - b.until || this.rules.sort(a, b));
  private readonly stays = new Map<string, Stay>();
  private readonly timers = new TimerHeap<string>();
  private arrivals = 0;

  constructor(
    private readonly clock: Clock,
    private rules: QueueRules = DEFAULT_RULES,
    /** Told of each pod that comes into one of the queues, and why. */
    private readonly entered: (queue: QueueName, event: string) => void = () => undefined,
  ) {}

  /** The configuration has changed: every pod is tried again. */
  reconfigure(rules: QueueRules): void {
    this.rules = rules;
    for (const entry of this.entries.values()) if (entry.place !== 'out') this.activate(entry, ADDED);
  }

  /** Whether there is a pod to be scheduled now. */
  get ready(): boolean {
    this.flush();
    return this.stays.size > 0;
  }

  /** Adds a pod that is new, or has changed so that it may fit now. */
  add(key: string, pod: corev1.Pod, revision: number | undefined): void {
    const known = this.entries.get(key);
    if (known) {
      known.pod = pod;
      if (known.place === 'active') return;
      known.wokenBy = revision;
      if (known.place !== 'out') this.activate(known, UPDATED);
      return;
    }
    const counts = { attempts: 0, rejections: 0, errors: 0 };
    const entry: Entry = { key, pod, order: this.arrivals++, ...counts, wokenBy: revision, place: 'out', backoffUntil: 0, gated: false };
    this.entries.set(key, entry);
    this.activate(entry, ADDED);
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

  /** Removes the pods that the function names. */
  removeIf(unwanted: (pod: corev1.Pod) => boolean): void {
    for (const [key, { pod }] of [...this.entries]) if (unwanted(pod)) this.remove(key);
  }

  /** Takes the next pod; it is out of the queue until fail() or remove(). */
  take(): Waiting | undefined {
    this.flush();
    const entry = popFrom(this.active) ?? popFrom(this.backingOff);
    if (!entry) return undefined;
    if (entry.place === 'backoff') this.entered('active', 'PopFromBackoffQ');
    this.leave(entry);
    entry.attempts += 1;
    entry.firstTried ??= this.clock.now();
    return entry;
  }

  /** The pod did not fit: it waits for a change that may help against the plugins that rejected it, or with `retry` for its back-off. */
  fail(key: string, how: 'retry' | { rejectedBy: ReadonlySet<string> }): void {
    const entry = this.entries.get(key);
    if (entry?.place !== 'out') return;
    const isError = how === 'retry';
    entry.errors = isError ? entry.errors + 1 : 0;
    if (!isError) entry.rejections += 1;
    const now = this.clock.now();
    const { initialBackoff, maxBackoff } = this.rules;
    const duration = Math.min(maxBackoff, initialBackoff * 2 ** ((isError ? entry.errors : entry.rejections) - 1));
    entry.backoffUntil = (Math.floor((now + duration) / BACKOFF_WINDOW) + 1) * BACKOFF_WINDOW;
    if (isError) this.backOff(entry, isError, FAILED);
    else this.park(entry, { plugins: how.rejectedBy, until: now + this.rules.longestWait, event: FAILED });
  }

  /** Making room for an unschedulable pod has failed: it is retried after its back-off. */
  retry(key: string): void {
    const entry = this.entries.get(key);
    if (entry?.place === 'unschedulable') this.backOff(entry, true, FAILED);
  }

  /**
   * Something has changed: moves the unschedulable pods that it may help (MoveAllToActiveOrBackoffQueue). Asked once per
   * set of plugins that have rejected pods, and then for each pod if the change is relevant at all. `event`: what has changed.
   */
  moveAll(
    revision: number,
    may: (group: Rejected) => false | ((pod: corev1.Pod) => boolean) = () => () => true,
    event: () => string = () => UPDATED,
  ): void {
    const now = this.clock.now();
    // A pod that is kept out of the queue by preEnqueue comes back into a group while this goes over them.
    for (const group of [...this.unschedulable.values()]) {
      const helps = may(group);
      if (!helps) continue;
      for (const entry of [...group.entries]) {
        if (!helps(entry.pod)) continue;
        entry.wokenBy = revision;
        if (entry.backoffUntil <= now) this.activate(entry, event());
        else this.backOff(entry, false, event());
      }
    }
  }

  /** How many pods wait, and where. */
  counts(): WaitingCounts {
    const places = { active: 0, backoff: 0, gated: 0, unschedulable: 0 };
    for (const { place, gated } of this.entries.values()) if (place !== 'out') places[gated ? 'gated' : place] += 1;
    const rejected = [...this.unschedulable.values()].flatMap(({ plugins, schedulerName: profile, entries }) =>
      [...plugins].map((plugin) => ({ plugin, profile, pods: entries.size })),
    );
    return { places, rejected };
  }

  /** Whether any pod waits for a change. */
  get waiting(): boolean {
    return this.unschedulable.size > 0;
  }

  nextAt(): Instant | undefined {
    return this.timers.nextAt();
  }

  /** Removes the entry from its current queue. */
  private leave(entry: Entry): void {
    const stay = this.stays.get(entry.key);
    if (stay) stay.ended = true;
    this.stays.delete(entry.key);
    this.leaveGroup(entry);
    this.timers.clear(entry.key);
    entry.place = 'out';
  }

  private backOff(entry: Entry, isError: boolean, event: string): void {
    this.entered('backoff', event);
    this.leave(entry);
    entry.place = 'backoff';
    this.timers.set(entry.key, entry.backoffUntil);
    if (!isError) this.enter(entry, this.backingOff);
  }

  private enter(entry: Entry, queue: TinyQueue<Stay>): void {
    const stay = { entry, pod: entry.pod, order: entry.order, until: entry.backoffUntil, ended: false };
    this.stays.set(entry.key, stay);
    queue.push(stay);
  }

  private leaveGroup(entry: Entry): void {
    const { group } = entry;
    if (!group) return;
    entry.group = undefined;
    group.entries.delete(entry);
    if (group.entries.size === 0) this.unschedulable.delete(group.key);
  }

  private park(entry: Entry, { plugins, until, event }: { plugins: ReadonlySet<string>; until?: Instant; event: string }): void {
    this.entered('unschedulable', event);
    const { schedulerName = DEFAULT_SCHEDULER } = entry.pod.spec;
    const key = [schedulerName, ...[...plugins].sort()].join(' ');
    const group = this.unschedulable.get(key) ?? { key, schedulerName, plugins, entries: new Set<Entry>() };
    this.unschedulable.set(key, group);
    group.entries.add(entry);
    entry.group = group;
    entry.place = 'unschedulable';
    if (until !== undefined) this.timers.set(entry.key, until);
  }

  private activate(entry: Entry, event: string): void {
    this.leave(entry);
    const gate = this.rules.gate(entry.pod);
    entry.gated = gate !== undefined;
    if (gate !== undefined) {
      this.park(entry, { plugins: new Set([gate]), event });
      return;
    }
    this.entered('active', event);
    entry.place = 'active';
    this.enter(entry, this.active);
  }

  private flush(): void {
    const now = this.clock.now();
    for (let due = this.timers.takeDue(now); due; due = this.timers.takeDue(now)) {
      const entry = this.entries.get(due.value);
      if (entry?.place === 'backoff') this.activate(entry, 'BackoffComplete');
      else if (entry?.place === 'unschedulable') this.activate(entry, 'UnschedulableTimeout');
    }
  }
}
