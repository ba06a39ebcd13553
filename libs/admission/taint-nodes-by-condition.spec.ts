import { cluster, post, specOf } from './test-cluster.js';

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
const other = { key: 'a', effect: 'NoExecute' };

describe('TaintNodesByCondition', () => {
  it.each([
    ['no taint', undefined, [notReady]],
    ['another one', [other], [other, notReady]],
    ['this one', [notReady], [notReady]],
    ['this one with another effect', [{ ...notReady, effect: 'NoExecute' }], [{ ...notReady, effect: 'NoExecute' }, notReady]],
  ])('a new node with %s', async (_, taints, want) => {
    const body = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: { taints } };
    expect(specOf((await post(await cluster(), '/api/v1/nodes', body)).body).taints).toEqual(want);
  });
});
