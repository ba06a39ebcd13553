// `npm run fuzz`: inputs of every sort against the pipeline in this process, then a bounded number over https.
//   --inputs N     in process (100000)          --seconds S   at most so long (600)
//   --https N      over https (1000; 0: none)   --seed N      what is generated (1)
//   --platform N   of the platform's own routes, over https (300)
//   --storms S     of /graphql, so many seconds each beside a second tenant (3; 0: none)
//   --storm NAME   that one alone
//   --worst N      of the worst 3 MB, in process (one of each shape and more: 200)
//   --cpu MS       CPU that one input may cost besides what its size costs (500)
//   --block MS     CPU without a break on an event loop, over https (250)
//   --replay JSON  sends one printed input again, in process
// Ends with 1 when anything was found.
import { parseArgs } from 'node:util';
import { campaign } from './campaign.mjs';
import { underStorms } from './graph-under-storm.mjs';
import { InProcess } from './in-process.mjs';
import { inputs, worstInputs } from './inputs.mjs';
import { overHttps } from './over-https.mjs';
import { render } from './render.mjs';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '600' },
    https: { type: 'string', default: '1000' },
    platform: { type: 'string', default: '300' },
    storms: { type: 'string', default: '3' },
    storm: { type: 'string' },
    worst: { type: 'string', default: '200' },
    largest: { type: 'string', default: '3000000' },
    seed: { type: 'string', default: '1' },
    cpu: { type: 'string', default: '500' },
    block: { type: 'string', default: '250' },
    replay: { type: 'string' },
  },
});
const number = (name) => {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} takes a number`);
  return value;
};
const say = (text) => process.stderr.write(`${text}\n`);

const crashes = [];
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error) => {
    crashes.push(`${event}: ${error?.stack ?? error}`);
    say(crashes.at(-1));
  });
}

async function replay(target) {
  const request = render(JSON.parse(values.replay));
  say(`${request.method} ${request.path}?${request.query} ${JSON.stringify(request.headers)}\n${request.body?.subarray(0, 2000) ?? ''}`);
  const outcome = await target.send(request);
  say(JSON.stringify(outcome));
  return outcome.wrong === undefined ? [] : [{ findings: [outcome] }];
}

async function run(target) {
  const [largest, seed] = [number('largest'), number('seed')];
  const results = [];
  const time = { seconds: number('seconds'), seed, say };
  if (number('worst') > 0) results.push(await campaign({ ...time, target, arbitrary: worstInputs(largest), inputs: number('worst') }));
  results.push(await campaign({ ...time, target, arbitrary: inputs({ largest: Math.min(largest, 300_000) }), inputs: number('inputs') }));
  const https = { inputs: number('https'), platform: number('platform'), cpuLimit: number('cpu'), blockLimit: number('block') };
  if (https.inputs > 0) results.push(...(await overHttps({ ...time, ...https })));
  const raised = { seconds: number('storms'), blockLimit: number('block'), ...(values.storm && { only: values.storm.split(',') }), say };
  if (raised.seconds > 0) results.push(await underStorms(raised));
  return results;
}

const target = new InProcess({ cpuLimit: number('cpu') });
const results = values.replay === undefined ? await run(target) : await replay(target);
await target.close();
for (const result of results) process.stdout.write(`${JSON.stringify(result)}\n`);
const found = results.reduce((sum, { findings }) => sum + findings.length, 0) + crashes.length;
process.stdout.write(`${found} findings\n`);
process.exit(found > 0 ? 1 : 0);
