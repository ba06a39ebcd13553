import type { corev1 } from '#api';
import { requestsAndMappings } from './extended.js';

const container = (name: string, gpus: number, more: Partial<corev1.Container> = {}): corev1.Container => ({
  name,
  resources: { requests: { cpu: '1', ...(gpus > 0 ? { 'example.com/gpu': String(gpus) } : {}) } },
  ...more,
});
const pod = (containers: corev1.Container[], initContainers: corev1.Container[] = []): corev1.Pod => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
  spec: { initContainers, containers },
});
const ALWAYS = { restartPolicy: 'Always' };

it.each<[string, corev1.Pod, string[], string[]]>([
  ['one container', pod([container('a', 2)]), ['container-0-request-1 2'], ['a container-0-request-1']],
  ['none', pod([container('a', 0)]), [], []],
  [
    'two containers',
    pod([container('a', 1), container('b', 2)]),
    ['container-0-request-1 1', 'container-1-request-1 2'],
    ['a container-0-request-1', 'b container-1-request-1'],
  ],
  [
    'an init container uses what the container will have',
    pod([container('a', 2)], [container('i', 1)]),
    ['container-1-request-1 2'],
    ['a container-1-request-1', 'i container-1-request-1'],
  ],
  [
    'an init container needs more',
    pod([container('a', 1)], [container('i', 3)]),
    ['container-0-request-1 2', 'container-1-request-1 1'],
    ['a container-1-request-1', 'i container-1-request-1', 'i container-0-request-1'],
  ],
  [
    'of two init containers the one that needs most',
    pod([container('a', 0)], [container('i', 1), container('j', 2)]),
    ['container-1-request-1 2'],
    ['i container-1-request-1', 'j container-1-request-1'],
  ],
  [
    'a sidecar keeps its own',
    pod([container('a', 1)], [container('s', 1, ALWAYS)]),
    ['container-0-request-1 1', 'container-1-request-1 1'],
    ['s container-0-request-1', 'a container-1-request-1'],
  ],
])('the claim for extended resources: %s', (_, given, wantedRequests, wantedMappings) => {
  const { requests, mappings } = requestsAndMappings(given, new Map([['example.com/gpu', 'gpu']]));
  expect(requests.map(({ name, exactly }) => `${name} ${exactly?.count}`)).toEqual(wantedRequests);
  expect(mappings.map(({ containerName, requestName }) => `${containerName} ${requestName}`)).toEqual(wantedMappings);
});
