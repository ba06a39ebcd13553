// What single operations cost inside the API server: a whole cluster in this process's memory, no network, no database.

const admin = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };

/** Calls a cluster's API server directly; throws if it does not answer with the expected code. */
function caller(api) {
  let n = 0;
  return async (expected, method, path, body, type = 'application/json') => {
    const [pathname, query = ''] = path.split('?');
    n += 1;
    const response = await api.handle({
      ...{ method, path: pathname, query, headers: { 'content-type': type }, user: admin, requestId: `bench-${n}` },
      ...(body === undefined ? {} : { body: new TextEncoder().encode(JSON.stringify(body)) }),
    });
    if (response.status !== expected) throw new Error(`${method} ${path}: ${response.status} ${String(response.body).slice(0, 300)}`);
    return response;
  };
}

/** CPU microseconds of this process for one call, the median of several rounds after a warm-up. */
async function cpuOf(calls, work) {
  for (let i = 0; i < calls; i += 1) await work(i);
  const rounds = [];
  for (let round = 1; round <= 7; round += 1) {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i += 1) await work(round * calls + i);
    const { user, system } = process.cpuUsage(before);
    rounds.push((user + system) / calls);
  }
  return Math.round(rounds.sort((a, b) => a - b)[3]);
}

const container = (i) => ({
  name: `c${i}`,
  image: 'nginx:1.27',
  env: [{ name: 'INDEX', value: `${i}` }],
  ports: [{ containerPort: 8000 + i }],
  resources: { requests: { cpu: '1m' } },
});
const labels = { app: 'web' };
const deployment = (image) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', labels } },
  spec: {
    replicas: 0,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'web', image, ports: [{ containerPort: 80 }] }] } },
  },
});

/** The merge alone: a patch that names each of 100 containers. */
async function mergeOf100Containers() {
  const { applyStrategicPatch, decodeStrategicPatch } = await import('../../dist/libs/apimachinery/index.js');
  const { kindSchema } = await import('../../dist/libs/api/index.js');
  const { struct } = kindSchema({ group: '', version: 'v1', kind: 'Pod' });
  const containers = Array.from({ length: 100 }, (_, i) => container(i));
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'wide' }, spec: { containers } };
  const patch = { spec: { containers: containers.map(({ name }) => ({ name, image: 'nginx:1.28' })) } };
  return cpuOf(200, () => applyStrategicPatch(pod, decodeStrategicPatch(patch), struct));
}

const POLICIES = 20;

/** What one of several policies that look at an object adds to its creation. */
async function policyCost(call, core) {
  const admission = '/apis/admissionregistration.k8s.io/v1';
  const create = (prefix) => (i) =>
    call(201, 'POST', `${core}/configmaps`, { metadata: { name: `${prefix}${i}`, labels }, data: { i: `${i}` } });
  const without = await cpuOf(400, create('without'));
  for (let i = 0; i < POLICIES; i += 1) {
    const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];
    const expression = "size(object.data) <= 5 && has(object.metadata.labels) && object.metadata.labels['app'].startsWith('w')";
    const spec = { matchConstraints: { resourceRules: rules }, validations: [{ expression }] };
    await call(201, 'POST', `${admission}/validatingadmissionpolicies`, { metadata: { name: `p${i}` }, spec });
    const binding = { metadata: { name: `p${i}` }, spec: { policyName: `p${i}`, validationActions: ['Deny'] } };
    await call(201, 'POST', `${admission}/validatingadmissionpolicybindings`, binding);
  }
  const within = await cpuOf(400, create('with'));
  return Math.round(((within - without) / POLICIES) * 10) / 10;
}

/** CPU microseconds by operation. */
export async function measureInProcess() {
  const { createLocalCluster } = await import('../../dist/libs/cluster/index.js');
  const { api, close } = await createLocalCluster();
  try {
    const call = caller(api);
    const core = '/api/v1/namespaces/default';
    const out = { strategicMerge: await mergeOf100Containers() };
    out.createConfigMap = await cpuOf(400, (i) =>
      call(201, 'POST', `${core}/configmaps`, { metadata: { name: `c${i}` }, data: { i: `${i}` } }),
    );
    out.getConfigMap = await cpuOf(1000, () => call(200, 'GET', `${core}/configmaps/c1`));
    await call(201, 'POST', `${core}/pods`, {
      ...{ metadata: { name: 'wide' }, spec: { nodeName: 'nowhere', containers: Array.from({ length: 100 }, (_, i) => container(i)) } },
    });
    const image = (i) => ({ spec: { containers: [{ name: 'c50', image: `nginx:1.${i}` }] } });
    out.strategicPatch = await cpuOf(40, (i) =>
      call(200, 'PATCH', `${core}/pods/wide`, image(i), 'application/strategic-merge-patch+json'),
    );
    const web = '/apis/apps/v1/namespaces/default/deployments/web?fieldManager=bench';
    await call(201, 'PATCH', web, deployment('nginx:0'), 'application/apply-patch+yaml');
    out.serverSideApplyOfDeployment = await cpuOf(200, (i) =>
      call(200, 'PATCH', web, deployment(`nginx:1.${i}`), 'application/apply-patch+yaml'),
    );
    out.policy = await policyCost(call, core);
    return out;
  } finally {
    close();
  }
}
