import type { corev1 } from '#api';
import { applyDefaults, claimComplaints, podComplaints } from './plan.js';

const NOTE = 'kubernetes.io/limit-ranger';

const rangeOf = (...limits: corev1.LimitRangeItem[]) =>
  ({ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l' }, spec: { limits } }) as corev1.LimitRange;

type Resources = corev1.Container['resources'];

function podOf(containers: Resources[], initContainers: Resources[] = [], annotations?: Record<string, string>): corev1.Pod {
  const named = (prefix: string) => (resources: Resources, index: number) => ({
    name: `${prefix}${index}`,
    image: 'x',
    ...(resources && { resources }),
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', ...(annotations && { annotations }) },
    spec: { containers: containers.map(named('c')), initContainers: initContainers.map(named('i')) },
  } as corev1.Pod;
}

describe('defaults', () => {
  const range = rangeOf(
    { type: 'Container', default: { memory: '1Gi', cpu: '1' }, defaultRequest: { cpu: '100m' } },
    { type: 'Pod', default: { storage: '1' } },
  );

  it.each<[string, corev1.Pod, Array<Resources>, string | undefined]>([
    [
      'of requests and limits, in the order of their names',
      podOf([undefined]),
      [{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m' } }],
      'LimitRanger plugin set: cpu request for container c0; cpu, memory limit for container c0',
    ],
    [
      'existing values are kept',
      podOf([{ requests: { cpu: '2' }, limits: { cpu: '3' } }]),
      [{ requests: { cpu: '2' }, limits: { cpu: '3', memory: '1Gi' } }],
      'LimitRanger plugin set: memory limit for container c0',
    ],
    [
      'of init containers, after the others',
      podOf([{ requests: { cpu: '2' }, limits: { cpu: '3', memory: '1' } }], [{ limits: { cpu: '1', memory: '1' } }]),
      [
        { requests: { cpu: '2' }, limits: { cpu: '3', memory: '1' } },
        { requests: { cpu: '100m' }, limits: { cpu: '1', memory: '1' } },
      ],
      'LimitRanger plugin set: cpu request for init container i0',
    ],
    [
      'nothing is missing, and nothing is noted',
      podOf([{ requests: { cpu: '2' }, limits: { cpu: '3', memory: '1' } }]),
      [{ requests: { cpu: '2' }, limits: { cpu: '3', memory: '1' } }],
      undefined,
    ],
  ])('%s', (_, pod, resources, note) => {
    applyDefaults(pod, range);
    expect([...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map((container) => container.resources)).toEqual(resources);
    expect(pod.metadata.annotations?.[NOTE]).toBe(note);
  });

  it('other annotations are kept, and a LimitRange without limits changes nothing', () => {
    const pod = podOf([undefined], [], { a: 'b' });
    applyDefaults(pod, { ...rangeOf(), spec: undefined } as unknown as corev1.LimitRange);
    expect(pod).toEqual(podOf([undefined], [], { a: 'b' }));
    applyDefaults(pod, range);
    expect(Object.keys(pod.metadata.annotations ?? {})).toEqual(['a', NOTE]);
  });
});

describe('violations of a LimitRange', () => {
  it.each<[string, corev1.Pod, corev1.LimitRangeItem[], string[]]>([
    ['nothing', podOf([undefined]), [{ type: 'PersistentVolumeClaim', min: { cpu: '1' } }], []],
    [
      'in each container, init containers too',
      podOf([{ limits: { cpu: '2' } }, { limits: { cpu: '1' } }], [{ limits: { cpu: '3' } }]),
      [{ type: 'Container', max: { cpu: '1' } }],
      ['maximum cpu usage per Container is 1, but limit is 2', 'maximum cpu usage per Container is 1, but limit is 3'],
    ],
    [
      'minimum, maximum and ratio, each in the order of the resources',
      podOf([{ requests: { cpu: '1', memory: '1' }, limits: { cpu: '4', memory: '4' } }]),
      [{ type: 'Pod', min: { memory: '2', cpu: '2' }, max: { memory: '3', cpu: '3' }, maxLimitRequestRatio: { cpu: '2' } }],
      [
        'minimum cpu usage per Pod is 2, but request is 1',
        'minimum memory usage per Pod is 2, but request is 1',
        'maximum cpu usage per Pod is 3, but limit is 4',
        'maximum memory usage per Pod is 3, but limit is 4',
        'cpu max limit to request ratio per Pod is 2, but provided ratio is 4.000000',
      ],
    ],
  ])('of a pod: %s', (_, pod, limits, complaints) => {
    expect(podComplaints(pod, rangeOf(...limits))).toEqual(complaints);
  });

  it.each<[Record<string, string> | undefined, string[]]>([
    [
      undefined,
      [
        'minimum storage usage per PersistentVolumeClaim is 1Gi.  No request is specified',
        'maximum storage usage per PersistentVolumeClaim is 2Gi.  No request is specified',
      ],
    ],
    [{ storage: '1Gi' }, []],
    [{ storage: '3Gi' }, ['maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi']],
  ])('of a claim for %j', (requests, complaints) => {
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c' }, spec: { resources: { requests } } };
    const item = { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } };
    const range = rangeOf({ type: 'Pod', max: { storage: '1' } }, item);
    expect(claimComplaints(claim as corev1.PersistentVolumeClaim, range)).toEqual(complaints);
  });
});
