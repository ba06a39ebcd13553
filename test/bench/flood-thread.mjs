// Floods with one sort of request by many connections until it is told to stop; then says how many answers of each code came.
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { Pool } from 'undici';
import { sleep } from './client.mjs';
import { connections, floods } from './floods.mjs';

const { at, name } = workerData;
const request = floods(at)[name];
const pool = new Pool(at.origin, { connections, pipelining: 1, connect: at.connect, bodyTimeout: 0, headersTimeout: 0 });
const codes = {};
let stopped = false;
let sent = 0;

async function one() {
  const { headers, ...asked } = request(sent++);
  const { statusCode, body } = await pool.request({ ...asked, headers: { ...at.headers, ...headers } });
  await body.dump({ limit: Number.POSITIVE_INFINITY });
  codes[statusCode] = (codes[statusCode] ?? 0) + 1;
  // As a client does that is told to: a flood of refusals would only show how fast those are.
  if (statusCode === 429) await sleep(20);
}

const loops = Array.from({ length: connections }, async () => {
  while (!stopped) await one();
});
await once(parentPort, 'message');
stopped = true;
await Promise.all(loops);
await pool.close();
parentPort.postMessage(codes);
parentPort.unref();
