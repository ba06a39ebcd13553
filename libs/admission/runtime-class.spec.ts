import { cluster, pod, post, postPod, specOf } from './test-cluster.js';

describe('RuntimeClass', () => {
  const withClass = async () => {
    const made = await cluster();
    await post(made, '/apis/node.k8s.io/v1/runtimeclasses', {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'rc' },
      handler: 'h',
      overhead: { podFixed: { cpu: '100m' } },
      scheduling: { nodeSelector: { rt: 'y' }, tolerations: [{ key: 'rt', operator: 'Exists' }] },
    });
    return made;
  };

  it('adds what the class specifies', async () => {
    const { body } = await postPod(await withClass(), pod('a', { runtimeClassName: 'rc' }));
    const { overhead, nodeSelector, tolerations } = specOf(body) as Record<string, Array<{ key: string }>>;
    expect({ overhead, nodeSelector, keys: tolerations?.map(({ key }) => key) }).toEqual({
      overhead: { cpu: '100m' },
      nodeSelector: { nope: 'x', rt: 'y' },
      keys: ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable', 'rt'],
    });
  });

  it('takes a label for no property that every object has', async () => {
    const made = await cluster();
    const scheduling = { nodeSelector: { constructor: 'y' } };
    await post(made, '/apis/node.k8s.io/v1/runtimeclasses', {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'rc' },
      handler: 'h',
      scheduling,
    });
    const { body } = await postPod(made, pod('a', { runtimeClassName: 'rc' }));
    expect(specOf(body).nodeSelector).toEqual({ nope: 'x', constructor: 'y' });
  });

  it('compares amounts, not texts', async () => {
    expect(await postPod(await withClass(), pod('a', { runtimeClassName: 'rc', overhead: { cpu: '0.1' } }))).toMatchObject({ status: 201 });
  });

  it.each([
    [{ runtimeClassName: 'rc', overhead: { cpu: '1' } }, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"],
    [
      { runtimeClassName: 'rc', nodeSelector: { rt: 'n' } },
      'conflict: runtimeClass.scheduling.nodeSelector[rt] = y; pod.spec.nodeSelector[rt] = n',
    ],
    [{ runtimeClassName: 'none' }, 'pod rejected: RuntimeClass "none" not found'],
    [{ overhead: { cpu: '1' } }, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'],
  ])('rejects %j', async (spec, reason) => {
    expect(await postPod(await withClass(), pod('a', spec))).toMatchObject({ status: 403, message: `pods "a" is forbidden: ${reason}` });
  });
});
