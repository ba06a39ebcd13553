import { cluster, pod, postPod, specOf } from './test-cluster.js';

describe('DefaultTolerationSeconds', () => {
  const missing = ['not-ready', 'unreachable'].map((taint) => ({
    key: `node.kubernetes.io/${taint}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  }));
  const own = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };

  it.each([
    ['none', [], missing],
    ['another', [{ key: 'x' }], [{ key: 'x' }, ...missing]],
    ['one of them', [own], [own, missing[1]]],
    ['everything', [{ operator: 'Exists' }], [{ operator: 'Exists' }]],
    [
      'everything of another effect',
      [{ operator: 'Exists', effect: 'NoSchedule' }],
      [{ operator: 'Exists', effect: 'NoSchedule' }, ...missing],
    ],
  ])('a pod that tolerates %s', async (_, tolerations, expected) => {
    const { body } = await postPod(await cluster(), pod('a', { tolerations }));
    expect(specOf(body).tolerations).toEqual(expected);
  });
});
