import type { TestCluster } from '#apiserver/test-cluster';
import { cluster, pod, post, postPod, specOf } from './test-cluster.js';

const annotate = (made: TestCluster, selector: string) =>
  made.call('PATCH', '/api/v1/namespaces/ns', {
    body: { metadata: { annotations: { 'scheduler.alpha.kubernetes.io/node-selector': selector } } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
const selecting = async (configuration: Record<string, string> | undefined, annotation?: string) => {
  const given = configuration && { podNodeSelectorPluginConfig: configuration };
  const made = await cluster([], { enable: ['PodNodeSelector'], ...(given && { configuration: given }) });
  if (annotation !== undefined) await annotate(made, annotation);
  return made;
};

describe('PodNodeSelector', () => {
  it.each<[string, Record<string, string> | undefined, string | undefined, Record<string, string>, unknown]>([
    ['nothing is configured', undefined, undefined, { a: 'b' }, { a: 'b' }],
    ['the namespace has a selector', undefined, 'env=test, zone=z', { a: 'b' }, { a: 'b', env: 'test', zone: 'z' }],
    ['the cluster has a default', { clusterDefaultNodeSelector: 'env=prod' }, undefined, {}, { env: 'prod' }],
    ['the namespace goes first', { clusterDefaultNodeSelector: 'env=prod' }, 'env=test', {}, { env: 'test' }],
    ['an empty selector of the namespace', { clusterDefaultNodeSelector: 'env=prod' }, '', { a: 'b' }, { a: 'b' }],
    ['its own is allowed', { ns: 'a=b,c=d' }, undefined, { a: 'b' }, { a: 'b' }],
  ])('%s', async (_, configuration, annotation, nodeSelector, want) => {
    const made = await selecting(configuration, annotation);
    const { status, body } = await postPod(made, pod('a', { nodeSelector }));
    expect([status, specOf(body).nodeSelector]).toEqual([201, want]);
  });

  it.each<[string, Record<string, string> | undefined, string | undefined, Record<string, string>, number, string]>([
    [
      'a conflict',
      undefined,
      'env=test',
      { env: 'prod' },
      403,
      'pods "a" is forbidden: pod node label selector conflicts with its namespace node label selector',
    ],
    [
      'a label that is not allowed',
      { ns: 'env=test' },
      undefined,
      { a: 'b' },
      403,
      'pods "a" is forbidden: pod node label selector labels conflict with its namespace whitelist',
    ],
    ['a selector of the namespace that is none', undefined, 'env', {}, 500, 'invalid selector: [env]'],
    [
      'one with a wrong label',
      undefined,
      'a b=c',
      {},
      500,
      `<nil>: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    ],
  ])('%s is refused', async (_, configuration, annotation, nodeSelector, status, message) => {
    const made = await selecting(configuration, annotation);
    expect(await postPod(made, pod('a', { nodeSelector }))).toMatchObject({ status, message });
  });

  it('looks at pods alone', async () => {
    const made = await selecting(undefined, 'env');
    expect(
      (await post(made, '/api/v1/namespaces/ns/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } })).status,
    ).toBe(201);
  });
});
