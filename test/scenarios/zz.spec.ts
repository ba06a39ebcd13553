import { ClusterCloud } from '#cluster';
import fs from 'node:fs';
import { logLines } from '../same-log.js';
import { everything } from '../workload/everything.js';
import { localTarget } from '../workload/local-target.js';
import { doSteps, refused } from '../workload/step.js';
import { openCluster } from './story.js';

async function run(profile: 'realistic' | 'instant', file: string) {
  const cluster = await openCluster({ seed: 'x', profile });
  const cloud = new ClusterCloud(cluster.api);
  await cloud.enable();
  await cluster.settle();
  const t = Date.now();
  const statuses = await doSteps(localTarget(cluster), everything);
  console.log(Date.now() - t);
  console.log(refused(everything, statuses).join('\n'));
  const lines = logLines(await cluster.log());
  fs.writeFileSync(file, lines.join('\n'));
  return lines;
}
test('x', async () => {
  const [a, b] = await Promise.all([run('realistic', '/tmp/same-a.txt'), run('realistic', '/tmp/same-b.txt')]);
  console.log(a.length, a.findIndex((l, i) => l !== b[i]));
  const c = await run('realistic', '/tmp/same-c.txt');
  console.log(a.length, a.findIndex((l, i) => l !== c[i]));
});
