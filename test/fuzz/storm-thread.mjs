// Raises one storm (graph-storms.mjs) until it is told to stop, in a thread of its own so that nobody else's times are delayed by it. Answers with
// the number of answers of each sort.
import https from 'node:https';
import { connect } from 'node:tls';
import { parentPort, workerData } from 'node:worker_threads';
import { WebSocket } from 'ws';
import { complaint, signature } from './checks.mjs';
import { isOpened, long, storms, streamed } from './graph-storms.mjs';

const { name, origin, ca, token } = workerData;
const { connections = 16 } = storms[name];
const { hostname, port } = new URL(origin);
const authorization = `Bearer ${token}`;
const answers = {};
let stopped = false;
const count = (answer) => {
  if (Object.keys(answers).length === 0) parentPort.postMessage('raised');
  answers[answer] = (answers[answer] ?? 0) + 1;
};

/** How an answer is counted: its status, and the first error in it. */
function sortOf({ status, headers, text }) {
  const wrong = complaint({ status, headers: {}, text: status === 500 ? text : '' }, '');
  if (wrong) return `wrong: ${wrong}`;
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    return headers['content-type']?.startsWith('application/json') ? 'wrong: no JSON' : `${status} ${text.slice(0, 80)}`;
  }
  const [error] = body.errors ?? [];
  if (error) return `${status} ${error.extensions?.code ?? ''} ${error.message.slice(0, 200)}`;
  return `${status} ${body.message ?? (body.data ? 'data' : signature(text))}`;
}

const exchange = (agent, { method, url, headers, body }) =>
  new Promise((resolve, reject) => {
    const call = https.request(
      {
        hostname,
        port,
        method,
        path: url,
        agent,
        servername: '',
        headers: { authorization, ...headers, ...(body && { 'content-length': body.length }) },
      },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() }),
        );
        response.on('error', reject);
      },
    );
    call.on('error', reject);
    call.end(body);
  });

/** One connection's part of a storm. */
async function send(from) {
  const agent = new https.Agent({ ca, keepAlive: true, maxSockets: 1 });
  for (let i = from; !stopped; i += connections) {
    try {
      count(sortOf(await exchange(agent, storms[name](i))));
    } catch (error) {
      count(`no answer: ${error.code ?? error.message}`);
    }
  }
  agent.destroy();
}

/** One socket with so many subscriptions; resolves when it is closed. */
function subscribe(each) {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${origin.replace('https', 'wss')}/graphql`, 'graphql-transport-ws', { ca, servername: '' });
    const send = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
    const errors = {};
    socket.on('open', () => send({ type: 'connection_init', payload: { authorization } }));
    socket.on('message', (data) => {
      const { type, payload } = JSON.parse(String(data));
      if (type === 'ping') send({ type: 'pong' });
      if (type === 'connection_ack')
        for (let id = 0; id < each; id += 1) send({ id: String(id), type: 'subscribe', payload: { query: streamed } });
      if (type === 'error') count(`error ${payload[0].extensions?.code} ${payload[0].message}`);
      if (type === 'next') count(payload.errors ? `event with ${payload.errors[0].message}` : 'event');
    });
    socket.on('error', (error) => count(`no socket: ${error.code ?? error.message}`));
    socket.on('close', (code, reason) => {
      if (!stopped) count(`closed ${code} ${reason}`);
      clearInterval(timer);
      resolve(errors);
    });
    const timer = setInterval(() => stopped && socket.terminate(), 100);
  });
}

/** One event stream; calls back when it is answered, and resolves when it is over. */
function stream(answered) {
  return new Promise((resolve) => {
    const url = `/graphql?${new URLSearchParams({ query: streamed })}`;
    const call = https.request({
      hostname,
      port,
      path: url,
      ca,
      servername: '',
      agent: false,
      headers: { authorization, accept: 'text/event-stream', 'apollo-require-preflight': '1' },
    });
    const timer = setInterval(() => stopped && call.destroy(), 100);
    call.on('response', (response) => {
      let error;
      let text = '';
      response.on('data', (chunk) => {
        text = (text + chunk).slice(0, 4_000);
        error = /"message":"([^"]*)"/.exec(text)?.[1];
      });
      response.on('end', () => count(`${response.statusCode} ended: ${signature(error ?? text)}`));
      response.on('error', () => undefined);
      count(`${response.statusCode} ${response.headers['content-type']}`);
      answered();
    });
    call.on('error', (error) => stopped || count(`no stream: ${error.code ?? error.message}`));
    call.on('close', () => {
      clearInterval(timer);
      answered();
      resolve();
    });
    call.end();
  });
}

/** One request whose answer is not read; calls back when it begins, and resolves when its connection is closed. */
function leave(answered) {
  return new Promise((resolve) => {
    const { method, url, headers, body } = long();
    const socket = connect({ host: hostname, port, ca, servername: '' });
    const head = Object.entries({ host: hostname, authorization, ...headers, 'content-length': body.length }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    socket.on('secureConnect', () =>
      socket.write(Buffer.concat([Buffer.from(`${method} ${url} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`), body])),
    );
    socket.once('data', (chunk) => {
      const text = String(chunk);
      count(`${text.slice(9, 12)} ${/"message":"([^"]*)"/.exec(text)?.[1] ?? ''}`);
      socket.pause();
      answered();
    });
    const timer = setInterval(() => stopped && socket.destroy(), 100);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      answered();
      resolve();
    });
  });
}

/** So many of one sort, no more than a few beginning at once: the listener closes strangers of one address beyond a number. */
async function gradually(times, begin) {
  const open = [];
  const some = async () => {
    while (!stopped && open.length < times) await new Promise((answered) => open.push(begin(answered)));
  };
  await Promise.all(Array.from({ length: connections }, some));
  await Promise.all(open);
}

function raise() {
  const { sockets, each, streams, unread } = storms[name];
  if (!isOpened(name)) return Array.from({ length: connections }, (_, index) => send(index));
  if (unread) return [gradually(unread, leave)];
  return sockets ? Array.from({ length: sockets }, () => subscribe(each)) : [gradually(streams, stream)];
}

parentPort.once('message', () => {
  stopped = true;
});
await Promise.all(raise());
await new Promise((resolve) => (stopped ? resolve() : parentPort.once('message', resolve)));
parentPort.postMessage(answers);
parentPort.close();
