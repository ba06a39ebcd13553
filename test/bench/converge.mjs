// A Deployment from POST to all pods Running, a rolling update, and its deletion.
import { Api, rewatch, sleep } from './client.mjs';

const strategic = 'application/strategic-merge-patch+json';
const deployment = (name, namespace, replicas, image) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace, labels: { app: name } },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'nginx', image }] } },
  },
});

async function until(done, what, ms = 180_000) {
  const end = performance.now() + ms;
  while (!done()) {
    if (performance.now() > end) throw new Error(`not ${what} after ${ms / 1000} s`);
    await sleep(2);
  }
}

/** Duration of each step in milliseconds; `rolling` adds an update of all pods. */
export async function measureConvergence(at, replicas, { rolling = false, namespace = 'default' } = {}) {
  const name = `conv-${process.pid}-${replicas}`;
  const api = new Api(at, 2);
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const selector = `labelSelector=app%3D${name}`;
  const version = async (path) => (await api.json(200, 'GET', `${path}?${selector}&limit=1`)).metadata.resourceVersion;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const live = new Set();
  const running = new Set();
  let newest = {};
  let changed = 0;
  const closePods = await rewatch(at, `${pods}?watch=1&${selector}`, await version(pods), ({ type, object }, now) => {
    changed = now;
    if (type === 'DELETED') live.delete(object.metadata.uid);
    else live.add(object.metadata.uid);
    if (object.status?.phase === 'Running') running.add(object.metadata.uid);
  });
  const closeDeployments = await rewatch(at, `${deployments}?watch=1&${selector}`, await version(deployments), ({ object }) => {
    newest = object;
  });
  const clock = async (act, done, what) => {
    const start = performance.now();
    await act();
    await until(done, what);
    return Math.round((performance.now() - start) * 10) / 10;
  };
  const out = { replicas };
  const start = performance.now();
  await api.must(201, 'POST', deployments, deployment(name, namespace, replicas, 'nginx'));
  await until(() => running.size >= replicas, 'all Running');
  out.runningMs = Math.round((changed - start) * 10) / 10;
  await until(() => newest.status?.availableReplicas === replicas, 'Available');
  if (rolling) {
    await sleep(1500);
    const image = { spec: { template: { spec: { containers: [{ name: 'nginx', image: 'nginx:2' }] } } } };
    const rolled = ({ metadata, status }) =>
      metadata.generation >= 2 &&
      status.observedGeneration >= 2 &&
      status.updatedReplicas === replicas &&
      status.replicas === replicas &&
      status.availableReplicas === replicas;
    out.rollingMs = await clock(
      () => api.must(200, 'PATCH', `${deployments}/${name}`, image, strategic),
      () => rolled(newest),
      'rolled out',
    );
  }
  const remove = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };
  out.deletedMs = await clock(
    () => api.must(200, 'DELETE', `${deployments}/${name}`, remove),
    () => live.size === 0,
    'all gone',
  );
  closePods();
  closeDeployments();
  await api.close();
  return out;
}
