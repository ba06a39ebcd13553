import fc from 'fast-check';
import { ClusterCloud, type LocalClusterOptions } from '#cluster';
import { logLines } from '../same-log.js';
import { anyStep } from '../workload/any-step.js';
import { everythingInCloud } from '../workload/everything.js';
import { localTarget } from '../workload/local-target.js';
import { rollouts } from '../workload/rollouts.js';
import { doSteps, refused, type Step } from '../workload/step.js';
import { openCluster } from './story.js';

/** The log of a new cluster after the steps, each done after the cluster has settled. */
async function logOf(steps: readonly Step[], seed: string, more: LocalClusterOptions = {}): Promise<string[]> {
  const cluster = await openCluster({ profile: 'realistic', ...more, seed });
  await doSteps(localTarget(cluster), steps);
  return logLines(await cluster.log());
}

/** uids of created objects, from the log. */
const uidsIn = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => (/^\d+ put \S+ c(\d+) v1 /.test(line) ? [JSON.parse(line.slice(line.indexOf('{'))).metadata.uid as string] : []));

describe('the same inputs', () => {
  test('write the same log, byte for byte, with the same seed, and other names and uids with another', async () => {
    const [first, second] = [await logOf(rollouts, 'a'), await logOf(rollouts, 'a')];
    expect(first.length).toBeGreaterThan(300);
    expect(second).toEqual(first);
    const other = await logOf(rollouts, 'b');
    expect(other).not.toEqual(first);
    const [uids, others] = [uidsIn(first), uidsIn(other)];
    expect(new Set([...uids, ...others]).size).toBe(uids.length + others.length);
  });

  test('write the same log in clusters that run concurrently', async () => {
    const logs = await Promise.all(['a', 'a', 'b', 'a'].map((seed) => logOf(rollouts, seed, { profile: 'instant' })));
    expect([logs[1], logs[3]]).toEqual([logs[0], logs[0]]);
  });

  test('write the same log with every controller at work, in a cloud', async () => {
    const run = async () => {
      const cluster = await openCluster({ seed: 'x', profile: 'realistic' });
      await new ClusterCloud(cluster.api).enable();
      await cluster.settle();
      expect(refused(everythingInCloud, await doSteps(localTarget(cluster), everythingInCloud))).toEqual([]);
      return logLines(await cluster.log());
    };
    const [first, second] = await Promise.all([run(), run()]);
    expect(first.length).toBeGreaterThan(2_000);
    expect(second).toEqual(first);
  });

  test('for any requests', async () => {
    const steps = fc.array(anyStep, { minLength: 1, maxLength: 15, size: 'max' });
    const property = fc.asyncProperty(steps, fc.string({ minLength: 1 }), async (plan, seed) => {
      const log = await logOf(plan, seed);
      expect(await logOf(plan, seed)).toEqual(log);
      expect(new Set(uidsIn(log)).size).toBe(uidsIn(log).length);
    });
    await fc.assert(property, { numRuns: 12, seed: 42 });
  });
});
