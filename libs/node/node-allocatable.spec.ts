import { allocatableBy, saysAllocatable } from './node-allocatable.js';

const capacity = { cpu: '4', memory: '8Gi', 'ephemeral-storage': '100Gi', pods: '110', 'hugepages-2Mi': '0' };

it.each<[string, Record<string, unknown>, Record<string, string>, string?]>([
  ['by default', {}, { cpu: '4', memory: '8092Mi', 'ephemeral-storage': '90Gi', pods: '110' }],
  [
    'with reservations',
    { kubeReserved: { cpu: '250m', memory: '1Gi' }, systemReserved: { cpu: '250m', memory: '500Mi', 'ephemeral-storage': '10Gi' } },
    { cpu: '3500m', memory: '6568Mi', 'ephemeral-storage': '80Gi', pods: '110' },
  ],
  [
    'with thresholds of its own',
    { evictionHard: { 'memory.available': '1Gi' } },
    { cpu: '4', memory: '7Gi', 'ephemeral-storage': '100Gi', pods: '110' },
  ],
  ['with fewer pods', { maxPods: 20 }, { cpu: '4', memory: '8092Mi', 'ephemeral-storage': '90Gi', pods: '20' }, '20'],
  ['with pods by cores', { maxPods: 50, podsPerCore: 10 }, { cpu: '4', memory: '8092Mi', 'ephemeral-storage': '90Gi', pods: '40' }, '40'],
  [
    'with more reserved than there is',
    { kubeReserved: { cpu: 8 } },
    { cpu: '0', memory: '8092Mi', 'ephemeral-storage': '90Gi', pods: '110' },
  ],
  [
    'with what is no amount',
    { kubeReserved: { cpu: 'many' }, systemReserved: 'all', maxPods: -1 },
    { cpu: '4', memory: '8092Mi', 'ephemeral-storage': '90Gi', pods: '110' },
  ],
])('what pods may use of a node %s', (_, configuration, allocatable, pods = '110') => {
  expect(allocatableBy({ capacity }, configuration)).toEqual({
    capacity: { ...capacity, pods },
    allocatable: { ...allocatable, 'hugepages-2Mi': '0' },
  });
});

it.each([
  [{}, false],
  [{ kind: 'KubeletConfiguration', staticPodPath: '/x' }, false],
  [{ systemReserved: { cpu: '1' } }, true],
])('a configuration that says something: %j', (configuration, expected) => expect(saysAllocatable(configuration)).toBe(expected));
