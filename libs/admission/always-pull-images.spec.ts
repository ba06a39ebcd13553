import type { AdmissionAttributes, AdmissionContext } from '#apiserver';
import { alwaysPullImages } from './always-pull-images.js';
import { cluster, pod, postPod, specOf } from './test-cluster.js';

const container = (name: string, imagePullPolicy?: string) => ({ name, image: name, ...(imagePullPolicy && { imagePullPolicy }) });

describe('AlwaysPullImages', () => {
  it('sets the policy of every container and image volume', async () => {
    const made = await cluster([], { enable: ['AlwaysPullImages'] });
    const volumes = [{ name: 'v', image: { reference: 'r', pullPolicy: 'Never' } }];
    const spec = { containers: [container('c', 'Never')], initContainers: [container('i', 'IfNotPresent')], volumes };
    const answer = await postPod(made, pod('a', spec));
    const { containers, initContainers, volumes: set } = specOf(answer.body) as Record<string, unknown[]>;
    expect([answer.status, containers, initContainers, set?.[0]]).toMatchObject([
      201,
      [{ imagePullPolicy: 'Always' }],
      [{ imagePullPolicy: 'Always' }],
      { image: { reference: 'r', pullPolicy: 'Always' } },
    ]);
  });

  it('leaves a pod as it is that gets no new image', async () => {
    const object = pod('a', { containers: [container('c', 'Never')] });
    const request = { group: '', resource: 'pods', subresource: '', operation: 'UPDATE', object, oldObject: object } as unknown;
    alwaysPullImages.admit?.(request as AdmissionAttributes, {} as AdmissionContext);
    expect(object.spec.containers).toEqual([container('c', 'Never')]);
  });

  it.each([
    [
      { containers: [container('c', 'Never')] },
      'pods "a" is forbidden: spec.containers[0].imagePullPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
    [
      { containers: [container('c', 'Never')], volumes: [{ name: 'v', image: { reference: 'r' } }] },
      '[pods "a" is forbidden: spec.containers[0].imagePullPolicy: Unsupported value: "Never": supported values: "Always", pods "a" is forbidden: spec.volumes[0].image.pullPolicy: Unsupported value: "": supported values: "Always"]',
    ],
  ])('refuses what a webhook made of it: %#', (spec, message) => {
    const request = { group: '', resource: 'pods', subresource: '', operation: 'CREATE', name: 'a', object: pod('a', spec) } as unknown;
    expect(() => alwaysPullImages.validate?.(request as AdmissionAttributes, {} as AdmissionContext)).toThrow(
      expect.objectContaining({ status: expect.objectContaining({ code: 500, message }) }),
    );
  });
});
