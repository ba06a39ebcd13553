import { explainScheduling, type NodeVerdict } from './explain.js';
import { node, pod, profile, world } from './test-objects.js';

const pause = () => Promise.resolve();
const told = ({ node: name, feasible, filters, total }: NodeVerdict) => [
  name,
  feasible,
  filters.filter(({ passed }) => !passed).map(({ plugin, reasons }) => `${plugin}: ${reasons?.join()}`),
  total,
];

test('why a pod is where it is: every verdict and score, the chosen node first', async () => {
  const nodes = [node('a'), node('b', { taints: [{ key: 'k', effect: 'NoSchedule' }], unschedulable: true }), node('c')];
  const wanted = pod('p', { requests: { cpu: '1', memory: '2Gi' } });
  const on = world(nodes, [pod('x', { nodeName: 'a', requests: { cpu: '3', memory: '1Gi' } })]);
  const { nodes: verdicts, ...rest } = await explainScheduling(wanted, on, { profile: profile(), turn: 0, pause });
  expect(rest).toEqual({ schedulerName: 'default-scheduler', node: 'c', nodesLeftOut: 0 });
  expect(verdicts.map(told)).toEqual([
    ['c', true, [], 150],
    ['a', true, [], 106],
    ['b', false, ['NodeUnschedulable: node(s) were unschedulable', 'TaintToleration: node(s) had untolerated taint(s)'], undefined],
  ]);
  expect(verdicts[0]?.scores).toEqual([
    { plugin: 'NodeResourcesFit', score: 75, weight: 1 },
    { plugin: 'NodeResourcesBalancedAllocation', score: 75, weight: 1 },
  ]);
});

test('why it is pending, and whom it would evict', async () => {
  const on = world([node('a')], [pod('low', { nodeName: 'a', requests: { cpu: '4' } })]);
  const asked = { profile: profile(), turn: 0, pause };
  const { nodes: _, ...pending } = await explainScheduling(pod('p', { requests: { cpu: '1' } }), on, asked);
  expect(pending).toEqual({
    schedulerName: 'default-scheduler',
    message:
      '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    nodesLeftOut: 0,
  });
  const { preemption } = await explainScheduling(pod('p', { requests: { cpu: '1' }, priority: 10 }), on, asked);
  expect(preemption).toEqual({ node: 'a', victims: ['default/low'] });
});
