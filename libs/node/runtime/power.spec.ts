import { expect, it } from '@jest/globals';
import type { corev1 } from '#api';
import { directory } from '../files/nodes.js';
import { endedAt, lostVolumes, powerCut } from './power.js';

const pod: corev1.Pod = {
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
  spec: {
    nodeName: 'n',
    containers: [],
    volumes: [
      { name: 'disk', emptyDir: {} },
      { name: 'memory', emptyDir: { medium: 'Memory' } },
    ],
  },
};
const boot = { off: 5_300, at: 9_700 };
const world = { faults: { reaches: () => true, boot: () => boot } };
const before = { id: 'a', startedAt: 1_000, finishedAt: 9_000 };
const after = { id: 'b', startedAt: 9_000 };

it('what ran when the machine went off has ended then; what ended before, at the end of that second', () => {
  const cut = powerCut(pod, [before, after], world);
  const earlier = { id: 'c', startedAt: 1_000, finishedAt: 3_000 };
  const untold = { id: 'd', startedAt: 1_000 };
  expect([before, untold, earlier, after].map((instance) => endedAt(instance, cut))).toEqual([5_300, 5_300, 3_999, undefined]);
  expect([endedAt(before, undefined)]).toEqual([9_999]);
});

it('volumes in memory are empty before anything is started again', () => {
  const volumes = new Map(['disk', 'memory'].map((name) => [name, directory(0)]));
  const cut = powerCut(pod, [before, after], world);
  const lost = cut && lostVolumes(pod, volumes, cut);
  expect([lost?.at, [...(lost?.volumes.keys() ?? [])]]).toEqual([8_999.5, ['memory']]);
});

it('of a pod that was started afterwards nothing is lost', () => {
  expect([powerCut(pod, [after], world), powerCut(pod, [before], { faults: { reaches: () => true } })]).toEqual([undefined, undefined]);
});
