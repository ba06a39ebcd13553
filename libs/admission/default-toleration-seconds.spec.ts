import { defaultTolerationSeconds } from './default-toleration-seconds.js';
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

  it('flags say for how long', async () => {
    const flags = ['--default-not-ready-toleration-seconds=20', '--default-unreachable-toleration-seconds=0'];
    const { body } = await postPod(await cluster([], { enable: [], flags }), pod('a'));
    expect(specOf(body).tolerations).toEqual(missing.map((each, index) => ({ ...each, tolerationSeconds: [20, 0][index] })));
  });

  it('a flag that is no number ends the server', () => {
    const flags = new Map([['default-not-ready-toleration-seconds', '5m']]);
    expect(() => defaultTolerationSeconds.flagged?.(flags)).toThrow(
      'Error: invalid argument "5m" for "--default-not-ready-toleration-seconds" flag: strconv.ParseInt: parsing "5m": invalid syntax',
    );
  });
});
