import fc from 'fast-check';
import type pg from 'pg';
import { createLocalCluster } from '#cluster';
import type { Json } from '../cluster-api.js';
import { environmentOfApi, MoreProcesses } from '../more-processes.js';
import { type LoggedChange, logLines } from '../same-log.js';
import { poolOf } from '../servers.js';
import { type Service, startService } from '../service.js';
import { anyStep } from '../workload/any-step.js';
import { everything } from '../workload/everything.js';
import { localTarget } from '../workload/local-target.js';
import { rollouts } from '../workload/rollouts.js';
import { ServiceTarget } from '../workload/service-target.js';
import { doSteps, type Step } from '../workload/step.js';

const clock = { mode: 'stepped', startAt: '2026-01-01T00:00:00Z' };

let service: Service;
let database: pg.Pool;

beforeAll(async () => {
  service = await startService();
  database = poolOf({ connectionString: environmentOfApi(service, 'DATABASE_URL') });
});
afterAll(async () => {
  await database?.end();
  await service?.stop();
});

/** What was written after the cluster's creation. */
async function logOf(cluster: string): Promise<string[]> {
  const { rows } = await database.query<Json>(
    `SELECT l.* FROM log l JOIN cluster_revisions r ON r.cluster_id = l.cluster_id
     WHERE l.cluster_id = $1 AND l.revision > r.compact_revision ORDER BY l.revision`,
    [cluster],
  );
  const entries = rows.map(
    (row): LoggedChange => ({
      revision: row.revision,
      type: row.deleted ? 'delete' : 'put',
      key: row.key,
      value: row.value,
      createRevision: row.create_revision,
      version: row.version,
      previousRevision: row.previous_revision ?? undefined,
      cause: JSON.parse(row.cause),
      at: row.at,
    }),
  );
  return logLines(entries);
}

/** The log of a new cluster of the service after these steps, each done when all work was done. */
async function logAfter(name: string, steps: readonly Step[], apis: readonly [Service, ...Service[]] = [service]): Promise<string[]> {
  const made = await service.createCluster({ name, seed: 'x', profile: 'realistic', nodes: { count: 3 }, clock });
  const target = new ServiceTarget(apis, made);
  await doSteps(target, steps);
  target.close();
  return logOf(made.id);
}

/** The same in memory. */
async function logInMemory(steps: readonly Step[]): Promise<string[]> {
  const cluster = await createLocalCluster({ seed: 'x', profile: 'realistic', rootCA: service.ca });
  await doSteps(localTarget(cluster), steps);
  const lines = logLines(await cluster.log());
  cluster.close();
  return lines;
}

/** Fails with the lines around the first difference. */
function expectSame(lines: readonly string[], expected: readonly string[]): void {
  const at = expected.findIndex((line, index) => line !== lines[index]);
  expect(lines.slice(Math.max(0, at - 3), at + 3)).toEqual(expected.slice(Math.max(0, at - 3), at + 3));
  expect(lines.length).toBe(expected.length);
}

test('with every controller at work, a cluster of two workers writes the log that one in memory writes', async () => {
  const more = new MoreProcesses(service);
  try {
    more.worker();
    const log = await logAfter('on-two-workers', everything);
    const expected = await logInMemory(everything);
    expect(expected.length).toBeGreaterThan(2_000);
    expectSame(log, expected);
  } finally {
    more.kill();
  }
});

test('clusters that run concurrently write the same log', async () => {
  const logs = await Promise.all(Array.from({ length: 5 }, (_, n) => logAfter(`beside-${n}`, rollouts)));
  const expected = await logInMemory(rollouts);
  expect(expected.length).toBeGreaterThan(300);
  for (const log of logs) expectSame(log, expected);
});

test('for any requests, the log of the service is the one in memory', async () => {
  let made = 0;
  const property = fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 20, size: 'max' }), async (steps) => {
    made += 1;
    expectSame(await logAfter(`any-${made}`, steps), await logInMemory(steps));
  });
  await fc.assert(property, { numRuns: 6, seed: 3, endOnFailure: true });
});

test('requests that alternate between two apis write the same log as with one', async () => {
  const more = new MoreProcesses(service);
  try {
    const { service: other } = await more.secondApi();
    expectSame(await logAfter('through-two', rollouts, [service, other]), await logInMemory(rollouts));
  } finally {
    more.kill();
  }
});
