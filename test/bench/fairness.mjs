// How long one tenant waits while another floods: B sends 20 requests a second; A sends as many as are answered over 16 connections.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Api, rate, sleep, stats, target } from './client.mjs';
import { configMap, connections, floodNames, listed, maps, namespace } from './floods.mjs';

const perSecond = 20;
const replicas = 2000;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;

const deployment = (image) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'flood' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'flood' } },
    template: { metadata: { labels: { app: 'flood' } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image }] } },
  },
});

/** B's requests for the given time, each sent on schedule whether or not the previous one is answered; milliseconds of each. */
export async function quietly(api, seconds, mark) {
  const times = [];
  const pending = [];
  const kinds = [
    (i) => api.must(200, 'GET', `${maps}/kept-${i % 20}`),
    (i) => api.must(201, 'POST', maps, configMap(`${mark}-${i}`)),
    () => api.must(200, 'GET', `${maps}?limit=20`),
  ];
  const started = performance.now();
  for (let i = 0; i < seconds * perSecond; i++) {
    const due = started + (i * 1000) / perSecond;
    await sleep(Math.max(0, due - performance.now()));
    pending.push(kinds[i % kinds.length](i).then(() => times.push(performance.now() - due)));
  }
  await Promise.all(pending);
  return stats(times);
}

/**
 * Floods from a separate thread, so that it does not delay B's timers; returns a function that stops it and returns the number of responses
 * by status code.
 */
async function flood(at, name) {
  const thread = new Worker(new URL('./flood-thread.mjs', import.meta.url), { workerData: { at, name } });
  const failed = new Promise((_, reject) => thread.once('error', reject));
  failed.catch(() => undefined);
  return async () => {
    thread.postMessage('stop');
    const [codes] = await Promise.race([once(thread, 'message'), failed]);
    return codes;
  };
}

/** B while a Deployment of A with 2,000 replicas is rolled out. */
async function whileRollingOut(a, b, seconds) {
  await a.must(201, 'POST', deployments, deployment('nginx:1.26'));
  const ms = await quietly(b, seconds, 'rollout');
  const { status } = await a.json(200, 'GET', `${deployments}/flood`);
  await a.must(200, 'DELETE', `${deployments}/flood`, { propagationPolicy: 'Background' });
  return { flood: `a Deployment of ${replicas}`, ms, readyReplicas: status.readyReplicas ?? 0 };
}

/** B's times when quiet and during each flood of A, and their limits. */
export async function measureFairness(service, { seconds, say }) {
  const nodes = { count: 20, cpu: '64', memory: '128Gi', pods: 110 };
  const [atA, atB] = [
    target((await service.createCluster({ name: 'fairness-a', profile: 'instant', nodes })).kubeconfigFile),
    target((await service.createCluster({ name: 'fairness-b', profile: 'instant' })).kubeconfigFile),
  ];
  const a = new Api(atA, connections);
  const b = new Api(atB, 8);
  await rate(20, 4, (i) => b.must(201, 'POST', maps, configMap(`kept-${i}`)));
  await quietly(b, 1, 'warm');
  const quiet = await quietly(b, seconds, 'quiet');
  const out = { quiet, goalMs: Math.max(2 * quiet.p99, 25), floods: [] };
  await rate(listed, connections, (i) => a.must([201, 429], 'POST', maps, configMap(`listed-${i}`)));
  for (const name of floodNames) {
    say(`fairness: ${name} …`);
    const stop = await flood(atA, name);
    const ms = await quietly(b, seconds, `b-${out.floods.length}`);
    out.floods.push({ flood: name, ms, answers: await stop() });
  }
  say('fairness: a roll-out …');
  out.floods.push(await whileRollingOut(a, b, seconds));
  await Promise.all([a.close(), b.close()]);
  return out;
}
