import { type ClusterContext, createRecorder, type EventRecorder, type EventSink, reportDroppedEvents } from '#controller-runtime';

/** An event recorder for each profile: events come from the scheduler that the pod names. */
export class Recorders {
  private readonly sinks = new Map<string, EventSink>();

  constructor(
    private readonly context: ClusterContext,
    private readonly component: string,
  ) {}

  of(schedulerName: string): EventRecorder {
    const known = this.sinks.get(schedulerName) ?? this.create(schedulerName);
    this.sinks.set(schedulerName, known);
    return known;
  }

  /** Resolves when all events recorded so far have been written or dropped. */
  async flushed(): Promise<void> {
    for (const sink of this.sinks.values()) await sink.flushed();
  }

  private create(schedulerName: string): EventSink {
    const { client, clock, random, faults } = this.context;
    return createRecorder({
      client: client.as({ component: this.component }),
      clock,
      skew: () => faults.skewOf(this.component),
      random,
      component: schedulerName,
      style: 'series',
      onFailure: reportDroppedEvents(this.context, this.component, schedulerName),
    });
  }
}
