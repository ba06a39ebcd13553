import { cluster, pod, postPod } from './test-cluster.js';

const term = (topologyKey: string) => ({ topologyKey, labelSelector: { matchLabels: { a: 'b' } } });
const required = (...keys: string[]) => ({ podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: keys.map(term) } });

test.each([
  ['no affinity', {}, 201, undefined],
  ['between nodes', required('kubernetes.io/hostname'), 201, undefined],
  [
    'between zones',
    required('kubernetes.io/hostname', 'zone'),
    403,
    'pods "a" is forbidden: affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey zone but only key kubernetes.io/hostname is allowed',
  ],
  [
    'between zones if possible',
    { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term('zone') }] } },
    201,
    undefined,
  ],
])('LimitPodHardAntiAffinityTopology: %s', async (_, affinity, status, message) => {
  const made = await cluster([], { enable: ['LimitPodHardAntiAffinityTopology'] });
  expect(await postPod(made, pod('a', { affinity }))).toMatchObject({ status, ...(message && { message }) });
});
