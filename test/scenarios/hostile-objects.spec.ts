import { expect, test } from '@jest/globals';
import { hostileOthers } from '../workload/hostile-others.js';
import { hostileSets } from '../workload/hostile-sets.js';
import { localTarget } from '../workload/local-target.js';
import { doSteps, refused } from '../workload/step.js';
import { openCluster } from './story.js';

/** Writes that an hour may cost, unless an object is meant to cost more. */
const MOST = 120;

test.each([...hostileSets, ...hostileOthers].map((each) => [each.name, each] as const))(
  'no loop of writes: %s',
  async (_, { steps, why, most = MOST }) => {
    const cluster = await openCluster();
    const target = localTarget(cluster);
    expect(refused(steps, await doSteps(target, steps))).toEqual([]);
    await target.advance('30m');
    const before = (await cluster.log()).length;
    await target.advance('1h');
    const log = await cluster.log();
    expect(log.length - before).toBeLessThanOrEqual(most);
    const reasons = log.flatMap(({ key, value }) => (key.startsWith('/registry/events/') ? [String(JSON.parse(value).reason)] : []));
    if (why) expect([...new Set(reasons)]).toContainEqual(expect.stringMatching(why));
  },
);
