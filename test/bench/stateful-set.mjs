// A StatefulSet from POST to all pods ready, one after the other.
import { Api, rewatch, sleep } from './client.mjs';

/** Duration in milliseconds. */
export async function measureStatefulSet(at, replicas, namespace = 'default') {
  const name = `stateful-${process.pid}`;
  const api = new Api(at, 2);
  const sets = `/apis/apps/v1/namespaces/${namespace}/statefulsets`;
  const { metadata } = await api.json(200, 'GET', `${sets}?limit=1`);
  let newest = {};
  let changed = 0;
  const close = await rewatch(at, `${sets}?watch=1`, metadata.resourceVersion, ({ object }, now) => {
    if (object.metadata.name !== name) return;
    newest = object;
    changed = now;
  });
  const labels = { app: name };
  const containers = [{ name: 'nginx', image: 'nginx' }];
  const start = performance.now();
  await api.must(201, 'POST', sets, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace },
    spec: {
      ...{ replicas, serviceName: name, selector: { matchLabels: labels } },
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers } },
    },
  });
  while (newest.status?.readyReplicas !== replicas) {
    if (performance.now() > start + 180_000) throw new Error(`${newest.status?.readyReplicas} of ${replicas} pods are ready after 180 s`);
    await sleep(2);
  }
  await api.must(200, 'DELETE', `${sets}/${name}`, { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' });
  close();
  await api.close();
  return { replicas, readyMs: Math.round((changed - start) * 10) / 10 };
}
