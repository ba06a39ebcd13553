import { type Histogram, histograms, METRIC_SERIES, type Value, values } from '#component-base';
import type { AuditEvent } from '../audit/audit-event.js';
import { Stage } from '../audit/audit-event.js';
import type { Flow } from '../flow-control/priority-levels.js';

/** apiserver/pkg/util/flowcontrol/metrics requestDurationSecondsBuckets. */
const WAIT = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];

/** What is counted about the requests of one FlowSchema at one priority level. */
interface Counted {
  dispatched: Value;
  executing: Value;
  seats: Value;
  waited: Histogram;
}

const labelsOf = ({ schema, level }: Flow) => ({ flow_schema: schema, priority_level: level.name });

/** What is counted about priority and fairness (apiserver/pkg/util/flowcontrol/metrics). */
export class FlowMetrics {
  private readonly dispatched = values('apiserver_flowcontrol_dispatched_requests_total', '[BETA] Requests that got their seats.');
  private readonly executing = values(
    'apiserver_flowcontrol_current_executing_requests',
    '[BETA] Requests that have their seats.',
    'gauge',
  );
  private readonly seats = values('apiserver_flowcontrol_current_executing_seats', '[BETA] Seats of the requests that run.', 'gauge');
  private readonly rejected = values('apiserver_flowcontrol_rejected_requests_total', '[BETA] Requests that got no seats.');
  private readonly waits = histograms(
    'apiserver_flowcontrol_request_wait_duration_seconds',
    '[BETA] Seconds that requests waited for seats.',
    WAIT,
  );
  private readonly counted = new Map<string, Counted>();
  /** Requests of the same kind share the object of their flow. */
  private readonly ofFlows = new WeakMap<Flow, Counted>();

  get all() {
    return [this.executing, this.seats, this.dispatched, this.rejected, this.waits];
  }

  started({ flow, seats }: AuditEvent): void {
    if (flow === undefined) return;
    const counted = this.of(flow);
    counted.executing.value += 1;
    counted.seats.value += seats;
  }

  ended({ flow, dispatched, seats, rejection, took }: AuditEvent): void {
    if (flow === undefined) return;
    const waited = (took[Stage.queue] ?? 0) / 1000;
    if (dispatched) {
      const counted = this.of(flow);
      counted.executing.value -= 1;
      counted.seats.value -= seats;
      counted.dispatched.value += 1;
      // Nothing of the exempt level waits.
      if (!flow.level.exempt) counted.waited.observe(waited);
    } else if (rejection !== undefined) {
      this.rejected.of({ ...labelsOf(flow), reason: rejection }).value += 1;
      this.waits.of({ execute: 'false', ...labelsOf(flow) }).observe(waited);
    }
  }

  private of(flow: Flow): Counted {
    const known = this.ofFlows.get(flow);
    if (known !== undefined) return known;
    const counted = this.ofSchema(flow);
    this.ofFlows.set(flow, counted);
    return counted;
  }

  private ofSchema(flow: Flow): Counted {
    const key = `${flow.schema} ${flow.level.name}`;
    const known = this.counted.get(key);
    if (known !== undefined) return known;
    const labels = labelsOf(flow);
    const counted = {
      dispatched: this.dispatched.of(labels),
      executing: this.executing.of(labels),
      seats: this.seats.of(labels),
      waited: this.waits.of({ execute: 'true', ...labels }),
    };
    if (this.counted.size < METRIC_SERIES) this.counted.set(key, counted);
    return counted;
  }
}
