import fs from 'node:fs';
import pg from 'pg';
import { environmentOfApi, MoreProcesses } from '../more-processes.js';
import { type LoggedChange, logLines } from '../same-log.js';
import { type Service, startService } from '../service.js';
import { everything } from '../workload/everything.js';
import { ServiceTarget } from '../workload/service-target.js';
import { doSteps, refused } from '../workload/step.js';

const clock = { mode: 'stepped', startAt: '2026-01-01T00:00:00Z' };
let service: Service;
let database: pg.Client;
beforeAll(async () => {
  service = await startService();
  database = new pg.Client({ connectionString: environmentOfApi(service, 'DATABASE_URL') });
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await service?.stop();
});
async function logOf(cluster: string): Promise<string[]> {
  const { rows } = await database.query(
    `SELECT l.* FROM log l JOIN cluster_revisions r ON r.cluster_id = l.cluster_id
     WHERE l.cluster_id = $1 AND l.revision > r.compact_revision ORDER BY l.revision`,
    [cluster],
  );
  const entries = rows.map(
    (row: any): LoggedChange => ({
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
async function run(name: string, file: string) {
  const made = await service.createCluster({ name, seed: 'x', profile: 'realistic', nodes: { count: 3 }, clock, cloud: true });
  const target = new ServiceTarget([service], made);
  const t = Date.now();
  await target.advance('0s');
  const statuses = await doSteps(target, everything);
  console.log(name, Date.now() - t, refused(everything, statuses).join('\n'));
  target.close();
  const lines = await logOf(made.id);
  fs.writeFileSync(file, lines.join('\n'));
  return lines;
}
test('x', async () => {
  const a = await run('a', '/tmp/same-pa.txt');
  const more = new MoreProcesses(service);
  more.worker();
  const [b, c] = await Promise.all([run('b', '/tmp/same-pb.txt'), run('c', '/tmp/same-pc.txt')]);
  console.log(a.length, b.length, c.length, a.findIndex((l, i) => l !== b[i]), a.findIndex((l, i) => l !== c[i]));
  more.kill();
});
