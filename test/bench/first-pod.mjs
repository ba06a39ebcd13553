// From starting `kubectl create deployment` to its pod Running, and from kubectl's end (negative: the pod was running before kubectl
// ended).
import { spawn } from 'node:child_process';
import { Api, sleep, stats, watch } from './client.mjs';

/** Runs kubectl `runs` times; undefined if there is none. */
export async function measureFirstPod(at, { kubeconfig, kubectl = process.env.KUBECTL || 'kubectl', runs = 7 }) {
  const api = new Api(at, 1);
  const times = [];
  const afterExit = [];
  for (let i = 0; i < runs; i++) {
    const name = `first-${process.pid}-${i}`;
    const { metadata } = await api.json(200, 'GET', '/api/v1/namespaces/default/pods?limit=1');
    let done;
    const running = new Promise((resolve) => {
      done = resolve;
    });
    const close = await watch(
      at,
      `/api/v1/namespaces/default/pods?watch=1&labelSelector=app%3D${name}&resourceVersion=${metadata.resourceVersion}`,
      (line, now) => {
        if (JSON.parse(line).object.status?.phase === 'Running') done(now);
      },
    );
    const start = performance.now();
    const child = spawn(kubectl, ['--kubeconfig', kubeconfig, '-n', 'default', 'create', 'deployment', name, '--image=nginx'], {
      stdio: 'ignore',
    });
    const exited = new Promise((resolve) => child.once('exit', () => resolve(performance.now())));
    const missing = new Promise((resolve) => child.once('error', () => resolve(undefined)));
    const at_ = await Promise.race([running, missing, sleep(30_000).then(() => Promise.reject(new Error('no pod Running after 30 s')))]);
    close();
    if (at_ === undefined) return undefined;
    times.push(at_ - start);
    afterExit.push(at_ - (await exited));
    await api.call('DELETE', `/apis/apps/v1/namespaces/default/deployments/${name}`, { propagationPolicy: 'Background' });
    await sleep(1000);
  }
  await api.close();
  return { ...stats(times), afterExit: stats(afterExit) };
}
