import { cluster, pod, postPod, specOf } from './test-cluster.js';

const gpu = { key: 'example.com/gpu', operator: 'Exists', effect: 'NoSchedule' };
const asking = (...names: string[]) => ({
  containers: [
    {
      name: 'c',
      image: 'i',
      resources: Object.fromEntries(['requests', 'limits'].map((part) => [part, Object.fromEntries(names.map((name) => [name, '1']))])),
    },
  ],
});

test.each([
  ['no extended resources', asking('cpu'), [], []],
  ['some, sorted', asking('example.com/gpu', 'a.com/x', 'cpu'), [], [{ ...gpu, key: 'a.com/x' }, gpu]],
  ['one that is tolerated', asking('example.com/gpu'), [gpu], [gpu]],
])('ExtendedResourceToleration: %s', async (_, spec, tolerations, want) => {
  const made = await cluster([], { enable: ['ExtendedResourceToleration'] });
  const { body, status } = await postPod(made, pod('a', { ...spec, tolerations }));
  const added = (specOf(body).tolerations as Array<{ key: string }>).filter(({ key }) => !key.startsWith('node.kubernetes.io/'));
  expect([status, added]).toEqual([201, want]);
});
