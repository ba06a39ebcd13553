import type { eventsv1 } from '#api';
import { eventFromCore, eventToCore } from './conversion.js';

const event: eventsv1.Event = {
  kind: 'Event',
  apiVersion: 'events.k8s.io/v1',
  metadata: { name: 'e', namespace: 'n' },
  eventTime: '2026-01-02T03:04:05.000000Z',
  reportingController: 'c',
  reportingInstance: 'i',
  action: 'Act',
  reason: 'R',
  regarding: { kind: 'Pod', name: 'p' },
  related: { kind: 'Node', name: 'n' },
  note: 'text',
  type: 'Normal',
  series: { count: 2, lastObservedTime: '2026-01-02T03:04:06.000000Z' },
  deprecatedSource: { component: 'c', host: 'h' },
  deprecatedFirstTimestamp: '2026-01-02T03:04:05Z',
  deprecatedLastTimestamp: '2026-01-02T03:04:06Z',
  deprecatedCount: 2,
};

describe('events', () => {
  it("are stored in the core group's form", () => {
    expect(eventToCore(event)).toEqual({
      kind: 'Event',
      apiVersion: 'v1',
      metadata: { name: 'e', namespace: 'n' },
      involvedObject: { kind: 'Pod', name: 'p' },
      reason: 'R',
      message: 'text',
      source: { component: 'c', host: 'h' },
      firstTimestamp: '2026-01-02T03:04:05Z',
      lastTimestamp: '2026-01-02T03:04:06Z',
      count: 2,
      type: 'Normal',
      eventTime: '2026-01-02T03:04:05.000000Z',
      series: { count: 2, lastObservedTime: '2026-01-02T03:04:06.000000Z' },
      action: 'Act',
      related: { kind: 'Node', name: 'n' },
      reportingComponent: 'c',
      reportingInstance: 'i',
    });
  });

  it('are converted back without loss', () => {
    expect(eventFromCore(eventToCore(event))).toEqual(event);
  });
});
