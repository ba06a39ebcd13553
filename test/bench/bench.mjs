// `npm run bench`: one run on the embedded servers (or `--kubeconfig F` against any API server); prints a table and JSON.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { target } from './client.mjs';
import { measureCreation, measureIdle } from './clusters.mjs';
import { measureConvergence } from './converge.mjs';
import { measureCustomResources } from './custom-resources.mjs';
import { measureFairness } from './fairness.mjs';
import { measureFirstPod } from './first-pod.mjs';
import { measureGraph, measureSchema } from './graph.mjs';
import { measureIdleHeap } from './idle-heap.mjs';
import { measureInProcess } from './in-process.mjs';
import { measureAdvance, measureJob } from './job.mjs';
import { measureRollouts } from './many-clusters.mjs';
import { measureNodeFailure } from './node-failure.mjs';
import { measurePlayground } from './playground.mjs';
import { measureRequests } from './requests.mjs';
import { measureScheduler } from './scheduler.mjs';
import { startService } from './service.mjs';
import { measureStatefulSet } from './stateful-set.mjs';
import { measureSubscriptions } from './subscriptions.mjs';
import { table } from './table.mjs';
import { measureYardstick } from './yardstick.mjs';

const { values } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    only: {
      type: 'string',
      default:
        'in-process,node-failure,yardstick,creation,requests,custom,first-pod,converge,large,stateful,job,many,idle,fairness,schema,graph,subscriptions,playground',
    },
    replicas: { type: 'string', default: '100,500,1000' },
    idle: { type: 'string', default: '1000' },
    // Duration of each flood.
    seconds: { type: 'string', default: '6' },
    out: { type: 'string' },
  },
});
const wanted = new Set(values.only.split(','));
const say = (text) => process.stderr.write(`${text}\n`);

async function measureApi(kubeconfig, cpu) {
  const at = target(kubeconfig);
  const out = {};
  if (wanted.has('requests')) {
    say('ConfigMaps: create, get, patch, list, watch …');
    out.requests = await measureRequests(at, { cpu });
  }
  if (wanted.has('custom')) {
    say('custom resources with CEL rules …');
    out.custom = await measureCustomResources(at);
  }
  if (wanted.has('first-pod')) {
    say('kubectl create deployment to the first pod Running …');
    out.firstPod = await measureFirstPod(at, { kubeconfig });
  }
  if (wanted.has('converge')) {
    out.converge = [];
    for (const replicas of values.replicas.split(',').map(Number)) {
      say(`a Deployment of ${replicas} …`);
      out.converge.push(await measureConvergence(at, replicas, { rolling: replicas === 100 }));
    }
  }
  if (wanted.has('stateful')) {
    say('a StatefulSet of 100, one pod after the other …');
    out.statefulSet = await measureStatefulSet(at, 100);
  }
  if (wanted.has('job')) {
    say('a Job of 500 completions …');
    out.job = await measureJob(at, 500);
  }
  return out;
}

async function measureService() {
  const service = await startService();
  try {
    const out = { startMs: service.startMs };
    if (wanted.has('job')) {
      say('a stepped clock with CronJobs and with crashing pods …');
      out.advance = await measureAdvance();
    }
    if (wanted.has('yardstick')) {
      say('raw inserts …');
      out.yardstick = await measureYardstick(service.databaseUrl());
    }
    if (wanted.has('creation')) {
      say('making clusters …');
      out.creation = await measureCreation(service);
    }
    const nodes = { count: 13, cpu: '32', memory: '64Gi', pods: 110 };
    const { kubeconfigFile } = await service.createCluster({ name: 'bench', profile: 'instant', nodes });
    Object.assign(out, await measureApi(kubeconfigFile, service.cpu));
    if (wanted.has('large')) {
      say('a Deployment of 5000 on 500 nodes …');
      const large = await service.createCluster({ name: 'large', profile: 'instant', nodes: { ...nodes, count: 500 } });
      const converged = await measureConvergence(target(large.kubeconfigFile), 5000);
      out.large = { ...converged, workerMiB: Math.round(service.peakMemory(/apps\/worker\/main/)) };
    }
    if (wanted.has('many')) {
      say('200 clusters, each with a Deployment of 10, at once …');
      out.many = await measureRollouts(service);
    }
    if (wanted.has('subscriptions')) {
      say('100 subscribers of the graph …');
      out.subscriptions = await measureSubscriptions(service);
    }
    if (wanted.has('playground')) {
      say('the playground in Chromium …');
      out.playground = await measurePlayground(service);
    }
    if (wanted.has('graph')) out.graph = await measureGraph(service, { seconds: Number(values.seconds), say });
    if (wanted.has('fairness')) out.fairness = await measureFairness(service, { seconds: Number(values.seconds), say });
    if (wanted.has('idle')) {
      say(`${values.idle} idle clusters …`);
      out.idle = await measureIdle(service, Number(values.idle));
    }
    return out;
  } finally {
    await service.stop();
  }
}

const started = new Date().toISOString();
const inProcess = wanted.has('in-process') && !values.kubeconfig ? await measureInProcess() : undefined;
const scheduler = inProcess && (await measureScheduler());
const nodeFailure = wanted.has('node-failure') && !values.kubeconfig ? await measureNodeFailure() : undefined;
const idleHeap = wanted.has('idle') && !values.kubeconfig ? await measureIdleHeap() : undefined;
const schema = wanted.has('schema') && !values.kubeconfig ? await measureSchema() : undefined;
const needsService = [...wanted].some((part) => !['in-process', 'node-failure', 'schema'].includes(part));
const measured = values.kubeconfig ? await measureApi(values.kubeconfig) : needsService ? await measureService() : {};
const result = {
  ...{ started, node: process.version },
  ...(inProcess && { inProcess, scheduler }),
  ...(nodeFailure && { nodeFailure }),
  ...(idleHeap && { idleHeap }),
  ...(schema && { schema }),
  ...measured,
};
console.log(table(result));
console.log(JSON.stringify(result));
if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
process.exit(0);
