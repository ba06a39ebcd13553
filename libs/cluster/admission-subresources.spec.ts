import { HorizontalPodAutoscaler } from '#api';
import { createLocalCluster } from './local.js';
import type { LocalCluster } from './one-process.js';

let cluster: LocalCluster;
beforeAll(async () => {
  cluster = await createLocalCluster();
});
afterAll(() => cluster.close());

async function call(method: string, target: string, body?: object, type = 'application/json') {
  const [path = '', query = ''] = target.split('?');
  const response = await cluster.api.handle({
    ...{ method, path, query, headers: { 'content-type': type }, requestId: 'r' },
    user: { name: 'admin', groups: ['system:masters'] },
    ...(body ? { body: Buffer.from(JSON.stringify(body)) } : {}),
  } as Parameters<LocalCluster['api']['handle']>[0]);
  const { message, spec } = JSON.parse(String(response.body)) as { message?: string; spec?: { replicas?: number } };
  const said: { replicas?: number | undefined; message?: string | undefined } =
    response.status < 300 ? { replicas: spec?.replicas } : { message };
  return { status: response.status, ...said };
}

/** Creates a policy for a resource, with its binding. */
async function policy(kind: 'Validating' | 'Mutating', name: string, rule: object, spec: object): Promise<void> {
  const plural = `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}admissionpolic`;
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const matchConstraints = { resourceRules: [{ apiVersions: ['v1'], ...rule }] };
  const made = await call('POST', `${plural}ies`, {
    apiVersion,
    kind: `${kind}AdmissionPolicy`,
    metadata: { name },
    spec: { matchConstraints, ...spec },
  });
  expect(made).toEqual({ status: 201, replicas: undefined });
  const actions = kind === 'Validating' ? { validationActions: ['Deny'] } : {};
  await call('POST', `${plural}ybindings`, {
    apiVersion,
    kind: `${kind}AdmissionPolicyBinding`,
    metadata: { name },
    spec: { policyName: name, ...actions },
  });
}

const SCALE = { apiGroups: ['apps'], operations: ['UPDATE'], resources: ['deployments/scale'] };
const labels = { app: 'web' };

it('policies see the Scale of what is scaled, and may change it', async () => {
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 1, selector: { matchLabels: labels }, template },
  };
  await call('POST', '/apis/apps/v1/namespaces/default/deployments', deployment);
  await policy('Validating', 'few', SCALE, {
    validations: [
      {
        expression: "request.kind.kind == 'Scale' && object.spec.replicas <= 5 && oldObject.spec.replicas <= 5",
        messageExpression: "'not ' + string(object.spec.replicas)",
      },
    ],
  });
  await policy('Mutating', 'even', SCALE, {
    reinvocationPolicy: 'Never',
    mutations: [
      {
        patchType: 'JSONPatch',
        jsonPatch: { expression: "[JSONPatch{op: 'replace', path: '/spec/replicas', value: object.spec.replicas * 2}]" },
      },
    ],
  });
  const path = '/apis/apps/v1/namespaces/default/deployments/web/scale';
  const scale = (replicas: number) => call('PATCH', path, { spec: { replicas } }, 'application/merge-patch+json');
  expect([await scale(2), await scale(3)]).toEqual([
    { status: 200, replicas: 4 },
    {
      status: 422,
      message: `deployments.apps "web" is forbidden: ValidatingAdmissionPolicy 'few' with binding 'few' denied request: not 6`,
    },
  ]);
});

it('policies see a request in the version that their rules name', async () => {
  const rule = { apiGroups: ['autoscaling'], operations: ['CREATE'], resources: ['horizontalpodautoscalers'] };
  await policy('Validating', 'v1-only', rule, {
    validations: [
      {
        expression:
          "object.apiVersion == 'autoscaling/v1' && request.requestKind.version == 'v2' && object.spec.targetCPUUtilizationPercentage < 80",
        messageExpression: "'cpu ' + string(object.spec.targetCPUUtilizationPercentage)",
      },
    ],
  });
  await policy('Mutating', 'more', rule, {
    reinvocationPolicy: 'Never',
    mutations: [
      {
        patchType: 'ApplyConfiguration',
        applyConfiguration: { expression: 'Object{spec: Object.spec{maxReplicas: object.spec.maxReplicas + 1}}' },
      },
    ],
  });
  const autoscaler = (name: string, averageUtilization: number) => ({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 3,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } }],
    },
  });
  const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
  const [made, refused] = [await call('POST', path, autoscaler('low', 50)), await call('POST', path, autoscaler('high', 90))];
  expect([made.status, refused.message]).toEqual([
    201,
    `horizontalpodautoscalers.autoscaling "high" is forbidden: ValidatingAdmissionPolicy 'v1-only' with binding 'v1-only' denied request: cpu 90`,
  ]);
  const stored = await cluster.client.get(HorizontalPodAutoscaler, 'low', 'default');
  expect(stored.spec).toMatchObject({ maxReplicas: 4, metrics: [{ resource: { target: { averageUtilization: 50 } } }] });
});

it('policies are asked about connections', async () => {
  await call('POST', '/api/v1/namespaces/default/pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'nginx' }] },
  });
  await cluster.settle();
  await policy(
    'Validating',
    'no-exec',
    { apiGroups: [''], operations: ['CONNECT'], resources: ['pods/exec'] },
    {
      validations: [{ expression: "request.kind.kind != 'PodExecOptions' || object.command[0] != 'rm'", message: 'no rm' }],
    },
  );
  const message = `pods "p" is forbidden: ValidatingAdmissionPolicy 'no-exec' with binding 'no-exec' denied request: no rm`;
  expect(await call('POST', '/api/v1/namespaces/default/pods/p/exec?command=rm&command=x&stdout=true')).toEqual({ status: 422, message });
});
