import { httpClient } from '#client';
import '../scenarios/autoscaling.spec.js';
import '../scenarios/cluster-upkeep.spec.js';
import '../scenarios/csi-resize.spec.js';
import '../scenarios/devices.spec.js';
import '../scenarios/jobs.spec.js';
import { tellStoriesOn } from '../scenarios/story.js';
import { type Service, startService } from '../service.js';
import { ServiceTarget } from '../workload/service-target.js';

// The imported stories, on PostgreSQL and BullMQ instead of in memory.

const START = '2026-01-01T00:00:00Z';
let service: Service;
let made = 0;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service?.stop());

tellStoriesOn(async () => {
  made += 1;
  const clock = { mode: 'stepped', startAt: START };
  const cluster = await service.createCluster({ name: `story-${made}`, profile: 'instant', nodes: { count: 3 }, clock });
  const client = httpClient({ server: `${service.origin}/clusters/${cluster.id}`, ca: service.ca, token: cluster.token });
  const target = new ServiceTarget([service], cluster);
  let now = Date.parse(START);
  return {
    client,
    clock: { now: () => now },
    settle: () => target.advance('0s'),
    async advance(milliseconds) {
      await target.advance(`${milliseconds}ms`);
      now += milliseconds;
    },
    close() {
      target.close();
      void client.close();
    },
  };
});
