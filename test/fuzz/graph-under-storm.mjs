// How a second tenant is served, how long the event loop is occupied, and what memory the api takes while one tenant's storms hit /graphql.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Api, rate, sleep, target } from '../bench/client.mjs';
import { quietly } from '../bench/fairness.mjs';
import { configMap, maps } from '../bench/floods.mjs';
import { startService } from '../bench/service.mjs';
import { storms } from './graph-storms.mjs';
import { LoopWatch } from './loop-watch.mjs';

const apiProcess = /apps\/api\/main\.js/;
/** The second tenant's p99 may be so many times what it is in quiet, or so many milliseconds. In a quiet that takes longer, others use the machine: nothing follows. */
const TIMES = 2;
const LEAST = 100;
/** MiB that the api may grow by. */
const GROWTH = 512;

/** Resolves when it has been answered for the first time; to what ends it, and resolves to its answers. */
async function raise(name, { service, token }) {
  const { origin, ca } = service;
  const thread = new Worker(new URL('./storm-thread.mjs', import.meta.url), { workerData: { name, origin, ca, token } });
  const failed = new Promise((_, reject) => thread.once('error', reject));
  failed.catch(() => undefined);
  const heard = () => Promise.race([once(thread, 'message'), failed]);
  await heard();
  return async () => {
    thread.postMessage('stop');
    const [answers] = await heard();
    return answers;
  };
}

/** Raises the storms one after another; those that do harm twice are findings. */
export async function underStorms({ seconds, blockLimit, only = Object.keys(storms), say }) {
  say('the service, for storms …');
  const service = await startService();
  try {
    const nodes = { count: 20, cpu: '64', memory: '128Gi', pods: 110 };
    const { token, kubeconfigFile } = await service.createCluster({ name: 'storm', profile: 'instant', nodes });
    const own = new Api(target(kubeconfigFile), 8);
    const quiet = new Api(target((await service.createCluster({ name: 'quiet', profile: 'instant' })).kubeconfigFile), 8);
    await rate(200, 8, (i) => own.must(201, 'POST', maps, configMap(`of-storm-${i}`)));
    await rate(20, 4, (i) => quiet.must(201, 'POST', maps, configMap(`kept-${i}`)));
    const pid = () => service.pids(apiProcess)[0];
    const before = { pid: pid(), memory: service.peakMemory(apiProcess) };
    const watch = new LoopWatch({ url: `${service.origin}/livez`, ca: service.ca, pid });
    await quietly(quiet, 1, 'warm');
    let number = 0;
    // What else the machine does changes: each storm has its own quiet before it.
    const raised = async (name) => {
      number += 1;
      const { p99: quietP99Ms } = await quietly(quiet, seconds, `before-${number}`);
      watch.take();
      const stop = await raise(name, { service, token });
      await sleep(200);
      const times = await quietly(quiet, seconds, `during-${number}`);
      const blockMs = Math.round(watch.take());
      return {
        storm: name,
        quietP99Ms,
        p99Ms: times.p99,
        blockMs,
        answers: await stop(),
        memory: Math.round(service.peakMemory(apiProcess)),
      };
    };
    const harmOf = ({ quietP99Ms, p99Ms, blockMs, answers }) => {
      const wrong = Object.keys(answers).find((answer) => answer.startsWith('wrong'));
      if (wrong) return wrong;
      if (pid() !== before.pid) return 'the api process ended';
      if (blockMs > blockLimit) return `over ${blockLimit} ms without a break`;
      return quietP99Ms < LEAST && p99Ms > Math.max(TIMES * quietP99Ms, LEAST)
        ? `a second tenant's p99 is ${p99Ms} ms, in quiet ${quietP99Ms}`
        : undefined;
    };
    const [results, findings] = [[], []];
    for (const name of only) {
      let result = await raised(name);
      if (harmOf(result)) result = await raised(name);
      const harm = harmOf(result);
      if (harm) findings.push({ what: `${name}: ${harm}` });
      results.push(result);
      say(
        `${name}: p99 ${result.p99Ms} ms (in quiet ${result.quietP99Ms}), ${result.blockMs} ms without a break, ${result.memory} MiB${harm ? `: ${harm}` : ''}`,
      );
      say(`    ${JSON.stringify(result.answers)}`);
      await sleep(500);
    }
    await watch.stop();
    const grown = Math.round(service.peakMemory(apiProcess) - before.memory);
    if (grown > GROWTH) findings.push({ what: `the api has grown by ${grown} MiB` });
    return { target: 'graph storms', grownMiB: grown, storms: results, findings };
  } finally {
    await service.stop();
  }
}
