import type { corev1 } from '#api';
import { node, pod, world } from '../test-objects.js';
import { alone } from '../test-plugin.js';

type Amounts = Record<string, string>;
const NAME = 'NodeResourcesBalancedAllocation';
const gpu = 'nvidia.com/gpu';
const weighed = ['cpu', 'memory', gpu].map((name) => ({ name, weight: 1 }));

const sized = (name: string, cpu: string, memory: string, more: Amounts = {}): corev1.Node =>
  node(name, { allocatable: { cpu, memory, ...more } });
const on = (nodeName: string, requests: Amounts): corev1.Pod => pod(`on-${nodeName}`, { nodeName, requests });
const both = { cpu: '3', memory: '5000' };
const [cpuOnN1, bothOnN2] = [on('n1', { cpu: '3' }), on('n2', both)];

test.each<[string, Amounts, corev1.Node[], corev1.Pod[], Record<string, number> | undefined]>([
  ['a pod without requests is not scored', {}, [sized('n1', '4', '10000')], [], undefined],
  ['nodes of different sizes', both, [sized('n1', '4', '10000'), sized('n2', '6', '10000')], [], { n1: 68, n2: 75 }],
  ['with pods', both, [sized('n1', '10', '20000'), sized('n2', '10', '20000')], [cpuOnN1, bothOnN2], { n1: 73, n2: 74 }],
  [
    'with pods, nodes of different sizes',
    both,
    [sized('n1', '10', '20000'), sized('n2', '10', '50000')],
    [cpuOnN1, bothOnN2],
    { n1: 73, n2: 70 },
  ],
  ['the best and the worst', { memory: '5000' }, [sized('n1', '3', '5000'), sized('n2', '3', '5000')], [cpuOnN1], { n1: 100, n2: 50 }],
  ['up to the capacity', { cpu: '3' }, [sized('n1', '6', '10000'), sized('n2', '6', '10000')], [cpuOnN1, bothOnN2], { n1: 62, n2: 62 }],
])('%s', (_, requests, nodes, pods, expected) => {
  expect(alone(NAME).scores(pod('p', { requests }), world(nodes, pods))).toEqual(expected);
});

test.each<[string, Amounts, Amounts[], Record<string, number>]>([
  ['it counts', { [gpu]: '1' }, [{ ...both, [gpu]: '3' }, both], { n1: 75, n2: 76 }],
  ['it is left out for a pod that does not ask for it', both, [], { n1: 56, n2: 56 }],
])('an extended resource: %s', (_, requests, used, expected) => {
  const nodes = ['n1', 'n2'].map((name) => sized(name, '3500m', '40000', { [gpu]: '8' }));
  const pods = used.map((amounts, index) => on(`n${index + 1}`, amounts));
  const plugin = alone(NAME, { NodeResourcesBalancedAllocation: { resources: weighed } });
  expect(plugin.scores(pod('p', { requests }), world(nodes, pods))).toEqual(expected);
});
