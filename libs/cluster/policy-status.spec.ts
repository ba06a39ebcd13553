import { ValidatingAdmissionPolicy } from '#api';
import { createLocalCluster } from './local.js';

const rules = [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] }];

it('validatingadmissionpolicy-status-controller: the status of a policy says what is wrong with its types', async () => {
  const cluster = await createLocalCluster();
  const make = (name: string, expression: string) =>
    cluster.client.create(ValidatingAdmissionPolicy, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: { matchConstraints: { resourceRules: rules }, validations: [{ expression }] },
    });
  await make('right', 'object.spec.replicas <= 5');
  await make('wrong', 'object.replicas > 1');
  await cluster.settle();
  const found = await Promise.all(['right', 'wrong'].map((name) => cluster.client.get(ValidatingAdmissionPolicy, name)));
  const warning = "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n";
  expect(found.map(({ status }) => status)).toEqual([
    { observedGeneration: 1, typeChecking: {} },
    { observedGeneration: 1, typeChecking: { expressionWarnings: [{ fieldRef: 'spec.validations[0].expression', warning }] } },
  ]);
  cluster.close();
});
