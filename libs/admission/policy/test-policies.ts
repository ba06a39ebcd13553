import { type TestCluster, testCluster } from '#apiserver/test-cluster';
import { admissionPlugins } from '../index.js';
import { post } from '../test-cluster.js';

const NO_STRATEGIES = [] as const;
const GROUP = '/apis/admissionregistration.k8s.io/v1';

/** A cluster with the namespace `ns`, which is of the team `a`. */
export async function policyCluster(): Promise<TestCluster> {
  const made = await testCluster({ admission: admissionPlugins, strategies: NO_STRATEGIES });
  await post(made, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns', labels: { team: 'a' } } });
  return made;
}

async function create(made: TestCluster, resource: string, kind: string, name: string, spec: object): Promise<void> {
  const { status, message } = await post(made, `${GROUP}/${resource}`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name },
    spec,
  });
  if (status !== 201) throw new Error(message);
}

const MATCH = { resourceRules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }] };

/** Creates a policy for ConfigMaps and, unless `binding` is null, its binding of the same name. */
export async function policy(
  made: TestCluster,
  kind: 'Validating' | 'Mutating',
  name: string,
  { spec, binding = {} }: { spec: object; binding?: object | null },
): Promise<void> {
  const plural = `${kind.toLowerCase()}admissionpolic`;
  const own = kind === 'Mutating' ? { reinvocationPolicy: 'Never' } : {};
  await create(made, `${plural}ies`, `${kind}AdmissionPolicy`, name, { matchConstraints: MATCH, ...own, ...spec });
  const actions = kind === 'Validating' ? { validationActions: ['Deny'] } : {};
  if (binding)
    await create(made, `${plural}ybindings`, `${kind}AdmissionPolicyBinding`, name, { policyName: name, ...actions, ...binding });
}
