import type { Clock, Status } from '#apimachinery';
import { AuditEvent, type Origin, type RequestObserver } from './audit-event.js';

/** Keeps audit events. Must return at once: nothing waits for what it does with them. */
export interface AuditSink {
  record(event: AuditEvent): void;
}

/** How a request was answered. */
export interface Outcome {
  code: number;
  /** Why it failed. */
  failure?: Status;
  warnings?: readonly string[];
}

const NO_WARNINGS: readonly string[] = [];

/** Follows the requests of one cluster: each is an event from its start to its answer. */
export class Auditor {
  constructor(
    /** Milliseconds of the machine. */
    private readonly now: () => number,
    private readonly clock: Clock,
    private readonly sink: AuditSink | undefined,
    private readonly observer?: RequestObserver,
  ) {}

  begin(origin: Origin): AuditEvent {
    return new AuditEvent(origin, { now: this.now, clusterTime: this.clock.now(), observer: this.observer });
  }

  end(event: AuditEvent, { code, failure, warnings = NO_WARNINGS }: Outcome): void {
    event.end(code, failure, warnings);
    this.observer?.ended(event);
    if (event.level !== 'None') this.sink?.record(event);
  }
}
