import type { corev1 } from '#api';
import type { AdmissionAttributes } from '#apiserver';
import { featuresNeeded, nodeDeclaredFeatureValidator } from './node-declared-feature-validator.js';
import { cluster, pod, post } from './test-cluster.js';

const cpu = (amount: string) => ({ requests: { cpu: amount } });
const spec = (more: Partial<corev1.PodSpec>): corev1.PodSpec => ({ containers: [], ...more });
const init = (amount: string, more: object = {}) => [{ name: 'i', resources: cpu(amount), ...more }];
const POD_LEVEL = 'InPlacePodLevelResourcesVerticalScaling';
const INIT = 'InPlacePodVerticalScalingInitContainers';

test.each<[string, corev1.PodSpec, corev1.PodSpec, string[]]>([
  ['nothing', spec({}), spec({ containers: [{ name: 'c', resources: cpu('1') }] }), []],
  ['resources of the pod', spec({ resources: cpu('1') }), spec({ resources: cpu('2') }), [POD_LEVEL]],
  ['of an init container', spec({ initContainers: init('1') }), spec({ initContainers: init('2') }), [INIT]],
  [
    'of a sidecar',
    spec({ initContainers: init('1', { restartPolicy: 'Always' }) }),
    spec({ initContainers: init('2', { restartPolicy: 'Always' }) }),
    [],
  ],
])('what an update needs: %s', (_, before, now, want) => {
  expect(featuresNeeded(before, now)).toEqual(want);
});

test.each([
  [[], `pods "a" is forbidden: pod update requires features ${POD_LEVEL} which are not available on node "n"`],
  [[POD_LEVEL], undefined],
])('NodeDeclaredFeatureValidator: a node that declares %j', async (declaredFeatures, message) => {
  const made = await cluster();
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, status: { declaredFeatures } };
  await post(made, '/api/v1/nodes', node);
  await made.call('PUT', '/api/v1/nodes/n/status', { body: node });
  const [oldObject, object] = [1, 2].map((generation) => pod('a', { nodeName: 'n', resources: cpu(String(generation)) }, { generation }));
  const request = {
    ...{ operation: 'UPDATE', group: '', resource: 'pods', subresource: 'resize', name: 'a' },
    object,
    oldObject,
  } as unknown;
  const validated = Promise.resolve(
    nodeDeclaredFeatureValidator.validate?.(request as AdmissionAttributes, { reader: made.server.cluster.reader } as never),
  );
  await (message === undefined ? expect(validated).resolves.toBeUndefined() : expect(validated).rejects.toThrow(message));
});
