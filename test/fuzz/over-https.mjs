// The same inputs, and those for the listener (upgrades, GraphQL, encoded paths), over https to the whole service.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import fc from 'fast-check';
import { startService } from '../bench/service.mjs';
import { campaign } from './campaign.mjs';
import { complaint, limitFor } from './checks.mjs';
import { graphWriteRequest, graphWrites } from './graph-writes.mjs';
import { inputs } from './inputs.mjs';
import { graphql, graphqlRequest, upgrade } from './listener.mjs';
import { LoopWatch } from './loop-watch.mjs';
import { platformInputs } from './platform.mjs';
import { platformRequest } from './platform-requests.mjs';
import { streamRequest, streams } from './streams.mjs';

const answerTimeout = 60_000;
const streamTime = 150;
const apiProcess = /apps\/api\/main\.js/;
const workerProcess = /apps\/worker\/main\.js/;
/** After so many inputs, the cluster that may be broken is as new. */
const RENEWED_AFTER = 40;
/** CPU of the thread in which a foreign file or a template is tried, in milliseconds. */
const CHECKED = 2_500;

/** CPU of a process so far, milliseconds. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The bytes on the wire; undefined if HTTP/1.1 cannot transport the input. */
function wireRequest(request, { cluster: { id: cluster }, scene }) {
  if (request.sort === 'platform') return platformRequest(request, scene);
  if (request.sort === 'graphql') return graphqlRequest(request);
  if (request.sort === 'graphWrite') return graphWriteRequest(request, cluster);
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

  sent = 0;

  constructor({ service, cluster, cpuLimit, blockLimit }) {
    this.limits = { cpu: cpuLimit, block: blockLimit };
    this.service = service;
    this.cluster = cluster;
    this.origin = new URL(service.origin);
    this.agent = new https.Agent({ ca: service.ca, keepAlive: true, maxSockets: 1 });
  }

  #exchange({ method, url, headers, body }, { frames = [], token = this.cluster.token } = {}) {
    const { hostname, port } = this.origin;
    return new Promise((resolve, reject) => {
      const call = https.request({
        ...{ hostname, port, method, path: url, agent: this.agent, timeout: answerTimeout, servername: '' },
        headers: { authorization: `Bearer ${token}`, ...headers, ...(body && { 'content-length': body.length }) },
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

  /** Creates the pod in which streams end, and starts the thread for large requests: what that costs is no input's. */
  async prepare() {
    const pod = {
      metadata: { name: 'box' },
      spec: { containers: [{ name: 'c', image: 'busybox', command: ['sh'], stdin: true, tty: true }] },
    };
    const url = `/clusters/${this.cluster.id}/api/v1/namespaces/default/pods`;
    const headers = { 'content-type': 'application/json' };
    await this.#exchange({ method: 'POST', url, headers, body: Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...pod })) });
    await this.#exchange({ method: 'POST', url, headers, body: Buffer.from(`${' '.repeat(100_000)}{}`) });
    for (let left = 100; left > 0; left--) {
      const { text } = await this.#exchange({ method: 'GET', url: `${url}/box`, headers: {} });
      if (JSON.parse(text).status?.phase === 'Running') return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('the pod for streams does not run');
  }

  /** Creates what the platform's inputs are about: a second cluster, which they may break, and a file of the first one. */
  async prepareScene() {
    const { rest } = this.service;
    const broken = await this.service.createCluster({ name: 'broken', profile: 'instant', clock: { mode: 'stepped' } });
    const exported = await rest('GET', `/platform/v1/clusters/${this.cluster.id}/export`);
    this.scene = { broken: broken.id, cluster: this.cluster.id, organization: broken.organization, file: exported.text };
  }

  /** Undoes what an input of the platform has done. */
  async #tidy({ operation, shape = '' }, { status, text }) {
    const { rest } = this.service;
    const { broken, organization } = this.scene;
    this.sent += 1;
    const created = operation === 'import' || shape.startsWith('file');
    if (status === 201 && created) await rest('DELETE', `/platform/v1/clusters/${JSON.parse(text).id}`);
    else if (status === 201 && operation !== 'fault') await rest('DELETE', `/platform/v1/organizations/${organization}/templates/fuzz`);
    if (this.sent % RENEWED_AFTER === 0) await rest('POST', `/platform/v1/clusters/${broken}/reset`, {});
  }

  /** Why an answer is wrong; undefined if it is right. */
  #complaint(request, wire, answer) {
    // A stream is to be accepted; what it does to the process is seen otherwise.
    if (answer.status === 101 && request.sort === 'stream') return undefined;
    // Requests outside of clusters are not answered by the pipeline, and have another format.
    const piped = request.sort === undefined || request.sort === 'stream';
    const form = piped ? answer : { ...answer, headers: {}, text: answer.status === 500 ? answer.text : '' };
    return complaint(form, `${wire.url} ${JSON.stringify(wire.headers)} ${wire.body?.subarray(0, 20_000).toString('latin1') ?? ''}`);
  }

  async send(request) {
    const wire = wireRequest(request, this);
    if (!sendable(wire)) return { code: 0, cpu: 0 };
    const [pid] = this.service.pids(apiProcess);
    const platform = request.sort === 'platform';
    for (const watch of this.watches) watch.take();
    const before = cpuOf(pid);
    const outcome = { code: 0, cpu: 0 };
    try {
      const answer = await this.#exchange(wire, { frames: request.frames, ...(platform && { token: this.service.adminToken }) });
      outcome.code = answer.status;
      outcome.wrong = this.#complaint(request, wire, answer);
      if (platform) await this.#tidy(request, answer);
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
    outcome.block = Math.max(...this.watches.map((watch) => watch.take()));
    const limit = limitFor(this.limits.cpu + (platform ? CHECKED : 0), wire.body);
    if (outcome.cpu > limit) outcome.wrong ??= `over ${limit} ms of CPU`;
    if (outcome.block > this.limits.block) outcome.wrong ??= `over ${this.limits.block} ms without a break`;
    return outcome;
  }

  /** Watches the event loops of the api and the worker. */
  watch() {
    const { origin, ca, workerMetrics } = this.service;
    const pidOf = (pattern) => () => this.service.pids(pattern)[0];
    this.watches = [
      new LoopWatch({ url: `${origin}/livez`, ca, pid: pidOf(apiProcess) }),
      new LoopWatch({ url: workerMetrics.replace('/metrics', '/livez'), pid: pidOf(workerProcess) }),
    ];
  }

  stop() {
    return Promise.all(this.watches.map((watch) => watch.stop()));
  }
}

/** Starts the service, and sends it the given numbers of inputs one after another. */
export async function overHttps({ platform, ...options }) {
  options.say('the service, for inputs over https …');
  const service = await startService();
  try {
    const cluster = await service.createCluster({ name: 'fuzz', profile: 'instant' });
    const target = new OverHttps({ service, cluster, ...options });
    await target.prepare();
    await target.prepareScene();
    const arbitrary = fc.oneof(
      { weight: 2, arbitrary: streams('box') },
      { weight: 6, arbitrary: inputs({ largest: 1_000_000 }) },
      { weight: 2, arbitrary: upgrade },
      { weight: 2, arbitrary: graphql },
      { weight: 1, arbitrary: graphWrites(3_000_000) },
    );
    target.watch();
    const results = [await campaign({ ...options, target, arbitrary })];
    if (platform > 0)
      results.push(await campaign({ ...options, target, arbitrary: platformInputs(3_000_000), inputs: platform, name: 'platform' }));
    await target.stop();
    return results;
  } finally {
    await service.stop();
  }
}
