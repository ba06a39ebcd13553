import { cluster, pod, post, postPod, specOf } from '../test-cluster.js';

describe('LimitRanger', () => {
  const limits = async (...items: unknown[]) => {
    const made = await cluster();
    const range = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l' }, spec: { limits: items } };
    await post(made, '/api/v1/namespaces/ns/limitranges', range);
    return made;
  };
  const perContainer = {
    type: 'Container',
    default: { cpu: '500m', memory: '256Mi' },
    defaultRequest: { cpu: '100m', memory: '256Mi' },
    max: { cpu: '1' },
    min: { cpu: '50m' },
  };
  const perPod = { type: 'Pod', max: { cpu: '1', memory: '1Gi' }, min: { cpu: '100m' }, maxLimitRequestRatio: { cpu: '2' } };
  const container = (name: string, resources: unknown) => ({ name, image: 'x', resources });

  it('sets defaults for containers and records them in an annotation', async () => {
    const made = await limits(perContainer);
    const containers = [container('c', undefined), container('d', { requests: { cpu: '800m' }, limits: { cpu: '800m' } })];
    const { body } = await postPod(made, pod('a', { containers }));
    expect((specOf(body).containers as Array<{ resources: unknown }>).map(({ resources }) => resources)).toEqual([
      { limits: { cpu: '500m', memory: '256Mi' }, requests: { cpu: '100m', memory: '256Mi' } },
      { limits: { cpu: '800m', memory: '256Mi' }, requests: { cpu: '800m', memory: '256Mi' } },
    ]);
    expect((body as unknown as { metadata: unknown }).metadata).toMatchObject({
      annotations: {
        'kubernetes.io/limit-ranger':
          'LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c; memory request for container d; memory limit for container d',
      },
    });
  });

  it.each([
    ['Container', perContainer, [{ requests: { cpu: '2' }, limits: { cpu: '2' } }], 'maximum cpu usage per Container is 1, but limit is 2'],
    [
      'Container',
      perContainer,
      [{ requests: { cpu: '10m' }, limits: { cpu: '2' } }],
      '[minimum cpu usage per Container is 50m, but request is 10m, maximum cpu usage per Container is 1, but limit is 2]',
    ],
    [
      'Pod',
      perPod,
      [undefined],
      '[minimum cpu usage per Pod is 100m.  No request is specified, maximum cpu usage per Pod is 1.  No limit is specified, maximum memory usage per Pod is 1Gi.  No limit is specified, cpu max limit to request ratio per Pod is 2, but no request is specified or request is 0]',
    ],
    [
      'Pod',
      perPod,
      [{ requests: { cpu: '200m' }, limits: { cpu: '800m', memory: '1Gi' } }],
      'cpu max limit to request ratio per Pod is 2, but provided ratio is 4.000000',
    ],
    [
      'Pod',
      perPod,
      [
        { requests: { cpu: '800m' }, limits: { cpu: '800m', memory: '800Mi' } },
        { requests: { cpu: '800m' }, limits: { cpu: '800m', memory: '800Mi' } },
      ],
      '[maximum cpu usage per Pod is 1, but limit is 1600m, maximum memory usage per Pod is 1Gi, but limit is 1600Mi]',
    ],
  ])('limits each %s to %j', async (_, item, resources, reason) => {
    const made = await limits(item);
    const containers = resources.map((each, index) => container(`c${index}`, each));
    expect(await postPod(made, pod('a', { containers }))).toMatchObject({ status: 403, message: `pods "a" is forbidden: ${reason}` });
  });

  it.each([
    ['500Mi', 'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi'],
    ['5Gi', 'maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 5Gi'],
  ])('rejects a claim of %s', async (storage, reason) => {
    const made = await limits({ type: 'PersistentVolumeClaim', max: { storage: '2Gi' }, min: { storage: '1Gi' } });
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c' },
      spec: { storageClassName: 'z', accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    };
    expect(await post(made, '/api/v1/namespaces/ns/persistentvolumeclaims', claim)).toMatchObject({
      status: 403,
      message: `persistentvolumeclaims "c" is forbidden: ${reason}`,
    });
  });
});
