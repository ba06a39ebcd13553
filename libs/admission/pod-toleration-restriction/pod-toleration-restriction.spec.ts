import type { corev1 } from '#api';
import { cluster, pod, postPod, specOf } from '../test-cluster.js';
import { podTolerationRestriction } from './pod-toleration-restriction.js';

type Toleration = corev1.Toleration;
const PREFIX = 'scheduler.alpha.kubernetes.io/';
const one = (key: string, more: Partial<Toleration> = {}): Toleration => ({ key, operator: 'Exists', effect: 'NoSchedule', ...more });

const restricting = async (annotations: Record<string, unknown>, configuration?: Record<string, unknown>) => {
  const made = await cluster([], { enable: ['PodTolerationRestriction'], ...(configuration && { configuration }) });
  const texts = Object.entries(annotations).map(([name, value]) => [
    `${PREFIX}${name}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  await made.call('PATCH', '/api/v1/namespaces/ns', {
    body: { metadata: { annotations: Object.fromEntries(texts) } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  return made;
};
const burstable = { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] };
/** Without those of the plugin DefaultTolerationSeconds. */
const own = (body: unknown) => (specOf(body).tolerations as Toleration[]).filter(({ effect }) => effect !== 'NoExecute');

describe('PodTolerationRestriction', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown> | undefined, Record<string, unknown>, Toleration[]]>([
    ['nothing is configured', {}, undefined, {}, []],
    ['defaults of the namespace', { defaultTolerations: [one('n')] }, { default: [one('c')] }, {}, [one('n')]],
    ['defaults of the cluster', {}, { default: [one('c')] }, {}, [one('c')]],
    ['empty defaults of the namespace', { defaultTolerations: '' }, { default: [one('c')] }, {}, []],
    ['with the pod its own', { defaultTolerations: [one('n')] }, undefined, { tolerations: [one('p')] }, [one('p'), one('n')]],
    ['a pod that asks for something tolerates memory pressure', {}, undefined, burstable, [one('node.kubernetes.io/memory-pressure')]],
    [
      'allowed ones',
      { tolerationsWhitelist: [one('a'), { operator: 'Exists', effect: 'NoExecute' }] },
      { whitelist: [] },
      { tolerations: [one('a', { operator: 'Equal', value: 'v' })] },
      [one('a', { operator: 'Equal', value: 'v' })],
    ],
  ])('%s', async (_, annotations, configuration, spec, want) => {
    const made = await restricting(annotations, configuration);
    const { status, body } = await postPod(made, pod('a', spec));
    expect([status, own(body)]).toEqual([201, want]);
  });

  it.each([
    ['{', 'unexpected end of JSON input'],
    ['{}', 'json: cannot unmarshal object into Go value of type []v1.Toleration'],
    ['[1]', 'json: cannot unmarshal number into Go value of type v1.Toleration'],
    ['[{"key": 1}]', 'json: cannot unmarshal number into Go struct field Toleration.key of type string'],
    ['[{"effect": true}]', 'json: cannot unmarshal bool into Go struct field Toleration.effect of type v1.TaintEffect'],
    ['[{"tolerationSeconds": "5"}]', 'json: cannot unmarshal string into Go struct field Toleration.tolerationSeconds of type int64'],
  ])('an annotation %j cannot be read', async (text, message) => {
    const made = await restricting({ defaultTolerations: text });
    expect(await postPod(made, pod('a'))).toMatchObject({ status: 500, message });
  });

  it('an annotation of nothing is an empty list', async () => {
    const made = await restricting({ defaultTolerations: 'null', tolerationsWhitelist: 'null' }, { default: [one('c')] });
    const { status, body } = await postPod(made, pod('a'));
    expect([status, own(body)]).toEqual([201, []]);
  });

  it.each([{ default: 'x' }, { whitelist: [7] }])('a configuration %j ends the server', (configuration) => {
    expect(() => podTolerationRestriction.configured?.(configuration)).toThrow(/^json: cannot unmarshal/);
  });

  const conflict = (scope: string) =>
    `pod tolerations (possibly merged with namespace default tolerations) conflict with its ${scope} whitelist`;
  it.each<[string, Record<string, unknown>, Record<string, unknown> | undefined, string]>([
    ['not allowed by the namespace', { tolerationsWhitelist: [one('a')] }, undefined, conflict('namespace')],
    ['not allowed by the cluster', {}, { whitelist: [one('a')] }, conflict('cluster')],
  ])('a toleration that is %s is refused', async (_, annotations, configuration, message) => {
    const made = await restricting(annotations, configuration);
    expect(await postPod(made, pod('a', { tolerations: [one('b')] }))).toMatchObject({ status: 500, message });
  });
});
