// The same inputs, and those for the listener (upgrades, GraphQL, encoded paths), over https to the whole service.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import fc from 'fast-check';
import { startService } from '../bench/service.mjs';
import { campaign } from './campaign.mjs';
import { complaint } from './checks.mjs';
import { inputs } from './inputs.mjs';
import { streamRequest, streams } from './streams.mjs';
import { oddTexts } from './values.mjs';

const answerTimeout = 60_000;
const streamTime = 150;
const apiProcess = /apps\/api\/main\.js/;

/** CPU of a process so far, milliseconds. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const targets = [
  '/',
  '//',
  '/graphql',
  '/graphql/',
  '/%',
  '/clusters',
  '/clusters/',
  '/clusters/x/api',
  '/platform/v1',
  'http://[',
  '*',
  '/graphql?a[]=%',
];
const upgrade = fc.record({
  sort: fc.constant('upgrade'),
  path: fc.oneof(fc.constantFrom(...targets), fc.constantFrom(...oddTexts.filter((text) => /^[\x21-\x7e]+$/.test(text)))),
  protocol: fc.constantFrom('websocket', 'SPDY/3.1', 'h2c', 'x', 'websocket, x'),
  headers: fc.array(
    fc.tuple(
      fc.constantFrom(
        'sec-websocket-protocol',
        'sec-websocket-version',
        'sec-websocket-key',
        'sec-websocket-extensions',
        'content-length',
        'host',
      ),
      fc.constantFrom(
        'graphql-transport-ws',
        'v5.channel.k8s.io',
        '13',
        '0',
        '-1',
        'AAAAAAAAAAAAAAAAAAAAAA==',
        ',',
        ',,,',
        'permessage-deflate; a=b',
        '5',
      ),
    ),
    { maxLength: 3 },
  ),
});
const selections = [
  ...[
    'pods { items { metadata { name } } }',
    'nodes { items { pods { services { pods { kind } } } } }',
    'a: __schema { types { name } }',
    '__typename',
  ],
  ...[
    'cluster { id }',
    'pod(name: "a", namespace: "default") { owner { kind } events { reason } }',
    'pods(limit: -1) { items { kind } }',
    'pods(limit: $n) { items { kind } }',
  ],
  ...[
    '...F',
    '... on Query { ...F }',
    'nope',
    'pods(limit: 99999999999) { items { kind } }',
    'pods @skip(if: true) { items { kind } }',
    'pods(labels: "((") { items { kind } }',
  ],
];
const graphql = fc.record({
  sort: fc.constant('graphql'),
  operation: fc.constantFrom('query', 'mutation', 'subscription', 'query($n: Int)', 'query($n: Int = 1, $n: Int)', '{', 'fragment X on Y'),
  selections: fc.array(fc.constantFrom(...selections), { minLength: 1, maxLength: 4 }),
  times: fc.constantFrom(1, 1, 2, 60, 2000),
  tail: fc.constantFrom(
    '',
    ' fragment F on Query { pods { items { kind } } }',
    ' fragment F on Query { ...F }',
    ' fragment F on Pod { kind }',
    '}}}',
  ),
  variables: fc.constantFrom(undefined, null, {}, { n: 1e9 }, { n: 'x' }, [], { __proto__x: 1 }),
  body: fc.constantFrom('query', 'array', 'text', 'number', 'empty'),
});

function graphqlRequest({ operation, selections: chosen, times, tail, variables, body }) {
  const query = `${operation} { ${Array.from({ length: times }, () => chosen.join(' ')).join(' ')} }${tail}`;
  const bodies = { query: { query, variables }, array: [{ query, variables }], text: query, number: 1, empty: {} };
  return {
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(bodies[body])),
  };
}

/** The bytes on the wire; undefined if HTTP/1.1 cannot transport the input. */
function wireRequest(request, cluster) {
  if (request.sort === 'graphql') return graphqlRequest(request);
  if (request.sort === 'stream') return streamRequest(request, cluster);
  if (request.sort === 'upgrade') {
    return {
      method: 'GET',
      url: request.path,
      headers: { connection: 'upgrade', upgrade: request.protocol, ...Object.fromEntries(request.headers) },
    };
  }
  const path = request.path
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/');
  const query = request.query.replace(/[^\x21-\x7e]/g, (char) => encodeURIComponent(char.toWellFormed()));
  return { ...request, url: `/clusters/${cluster}${path}${query === '' ? '' : `?${query}`}` };
}

const sendable = ({ method, headers }) =>
  /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|TRACE)$/.test(method) &&
  Object.entries(headers).every(
    ([name, values]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && [values].flat().every((value) => /^[\x20-\x7e]*$/.test(value)),
  );

class OverHttps {
  name = 'over https';

  constructor({ service, cluster, cpuLimit }) {
    this.cpuLimit = cpuLimit;
    this.service = service;
    this.cluster = cluster;
    this.origin = new URL(service.origin);
    this.agent = new https.Agent({ ca: service.ca, keepAlive: true, maxSockets: 1 });
  }

  #exchange({ method, url, headers, body }, frames = []) {
    const { hostname, port } = this.origin;
    return new Promise((resolve, reject) => {
      const call = https.request({
        ...{ hostname, port, method, path: url, agent: this.agent, timeout: answerTimeout, servername: '' },
        headers: { authorization: `Bearer ${this.cluster.token}`, ...headers, ...(body && { 'content-length': body.length }) },
      });
      call.on('upgrade', (response, socket) => {
        // Frames are sent whatever comes back, and the connection is cut.
        socket.on('error', () => undefined);
        socket.resume();
        for (const frame of frames) socket.write(frame);
        const end = () => {
          socket.destroy();
          resolve({ status: response.statusCode, headers: response.headers, text: '' });
        };
        if (frames.length === 0) end();
        else setTimeout(end, streamTime);
      });
      call.on('response', (response) => {
        const chunks = [];
        const end = () =>
          resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString('latin1') });
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', end);
        response.on('error', reject);
        // A watch does not end: its beginning is sufficient.
        if (response.statusCode === 200 && response.headers['content-length'] === undefined) {
          setTimeout(() => {
            end();
            response.destroy();
          }, streamTime).unref();
        }
      });
      call.on('timeout', () => call.destroy(new Error(`no answer within ${answerTimeout} ms`)));
      call.on('error', reject);
      call.end(body);
    });
  }

  /** Creates the pod in which streams end. */
  async prepare() {
    const pod = {
      metadata: { name: 'box' },
      spec: { containers: [{ name: 'c', image: 'busybox', command: ['sh'], stdin: true, tty: true }] },
    };
    const url = `/clusters/${this.cluster.id}/api/v1/namespaces/default/pods`;
    const headers = { 'content-type': 'application/json' };
    await this.#exchange({ method: 'POST', url, headers, body: Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...pod })) });
    for (let left = 100; left > 0; left--) {
      const { text } = await this.#exchange({ method: 'GET', url: `${url}/box`, headers: {} });
      if (JSON.parse(text).status?.phase === 'Running') return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('the pod for streams does not run');
  }

  async send(request) {
    const wire = wireRequest(request, this.cluster.id);
    if (!sendable(wire)) return { code: 0, cpu: 0 };
    const [pid] = this.service.pids(apiProcess);
    const before = cpuOf(pid);
    const outcome = { code: 0, cpu: 0 };
    try {
      const answer = await this.#exchange(wire, request.frames);
      outcome.code = answer.status;
      // Requests outside of clusters are not answered by the pipeline, and have another format.
      const form = request.sort === undefined ? answer : { ...answer, headers: {}, text: answer.status === 500 ? answer.text : '' };
      const sent = `${wire.url} ${JSON.stringify(wire.headers)} ${wire.body?.subarray(0, 20_000).toString('latin1') ?? ''}`;
      // A stream is to be accepted; what it does to the process is seen below.
      const accepted = answer.status === 101 && request.sort === 'stream';
      if (!accepted) outcome.wrong = complaint(form, sent);
    } catch (error) {
      // The listener may close a connection that is not HTTP, but it must survive.
      if (
        !/^(ECONNRESET|EPIPE|HPE_|ERR_)/.test(error.code ?? '') ||
        !/socket hang up|reset|EPIPE|Parse Error|Invalid|Unescaped/i.test(error.message)
      )
        outcome.wrong = error.message;
    }
    if (this.service.pids(apiProcess)[0] !== pid) outcome.wrong = 'the api process ended';
    else outcome.cpu = cpuOf(pid) - before;
    if (outcome.cpu > this.cpuLimit) outcome.wrong ??= `over ${this.cpuLimit} ms of CPU`;
    return outcome;
  }
}

/** Starts the service, and sends it the given number of inputs one after another. */
export async function overHttps(options) {
  options.say('the service, for inputs over https …');
  const service = await startService();
  try {
    const target = new OverHttps({
      service,
      cluster: await service.createCluster({ name: 'fuzz', profile: 'instant' }),
      cpuLimit: options.cpuLimit,
    });
    await target.prepare();
    const arbitrary = fc.oneof(
      { weight: 2, arbitrary: streams('box') },
      { weight: 6, arbitrary: inputs({ largest: 1_000_000 }) },
      { weight: 2, arbitrary: upgrade },
      { weight: 2, arbitrary: graphql },
    );
    return await campaign({ ...options, target, arbitrary });
  } finally {
    await service.stop();
  }
}
