// Floods with one sort of request over many connections until it is stopped; then reports the number of responses by status code.
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
  // Waits after a 429 like a client: a flood of rejected requests would only show how fast they are rejected.
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
