import type { AuditEvent } from '#apiserver';
import type { TimedEvent } from './chunk-codec.js';
import { LOG_LIMITS } from './limits.js';

/** A cluster's events that are not stored yet. */
interface Waiting {
  events: TimedEvent[];
  /** Where the events begin: those before have been dropped. */
  first: number;
  bytes: number;
  unauthenticated: number;
}

const isUnauthenticated = ({ attributes, impersonator }: AuditEvent): boolean => {
  const user = impersonator ?? attributes?.user;
  return user === undefined || user.name === '' || user.groups.includes('system:unauthenticated');
};

/**
 * The events of a process that wait to be stored. What they may take is bounded for each cluster; beyond it a cluster's own oldest events are
 * dropped, however many events other clusters have.
 */
export class WaitingEvents {
  private readonly clusters = new Map<string, Waiting>();
  /** Events that were dropped since the process started. */
  dropped = 0;

  add(cluster: string, timed: TimedEvent): void {
    const waiting = this.clusters.get(cluster) ?? this.open(cluster);
    if (isUnauthenticated(timed.event) && ++waiting.unauthenticated > LOG_LIMITS.unauthenticatedPerFlush) {
      this.dropped += 1;
      return;
    }
    waiting.events.push(timed);
    waiting.bytes += timed.event.size;
    const most = this.bytesEach();
    while (waiting.bytes > most && waiting.events.length - waiting.first > 1) this.dropOldest(waiting);
  }

  /** Takes what waits: of one cluster, or of all. */
  take(cluster?: string): Map<string, TimedEvent[]> {
    const taken = new Map<string, TimedEvent[]>();
    for (const [id, { events, first }] of this.clusters) {
      if (cluster !== undefined && id !== cluster) continue;
      if (events.length > first) taken.set(id, first === 0 ? events : events.slice(first));
      this.clusters.delete(id);
    }
    return taken;
  }

  /** Events that could not be stored wait again, before those that came since. */
  putBack(cluster: string, events: readonly TimedEvent[]): void {
    const since = this.take(cluster).get(cluster) ?? [];
    for (const timed of events) this.add(cluster, timed);
    for (const timed of since) this.add(cluster, timed);
  }

  private open(cluster: string): Waiting {
    const waiting = { events: [], first: 0, bytes: 0, unauthenticated: 0 };
    this.clusters.set(cluster, waiting);
    return waiting;
  }

  private bytesEach(): number {
    const share = LOG_LIMITS.waiting / this.clusters.size;
    return Math.max(LOG_LIMITS.waitingAtLeast, Math.min(LOG_LIMITS.waitingPerCluster, share));
  }

  private dropOldest(waiting: Waiting): void {
    waiting.bytes -= waiting.events[waiting.first]?.event.size ?? 0;
    waiting.first += 1;
    this.dropped += 1;
    // The dropped ones are removed when they are half of the list.
    if (waiting.first * 2 < waiting.events.length) return;
    waiting.events = waiting.events.slice(waiting.first);
    waiting.first = 0;
  }
}
