// Sends inputs directly into the pipeline of a whole cluster in this process.
import { CustomResourceDefinition } from '#api';
import { createLocalCluster } from '#cluster';
import { complaint, limitFor } from './checks.mjs';
import { definitions } from './custom.mjs';

const admin = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };
const slice = 20;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** CPU of this thread: the garbage collector's and the compiler's threads do what they do at any time, and not for one input. */
const cpuNow = () => {
  const { user, system } = (process.threadCpuUsage ?? process.cpuUsage)();
  return (user + system) / 1000;
};

const textOf = (body) => (body === undefined ? '' : typeof body === 'string' ? body : Buffer.from(body).toString('latin1'));

/** Resolves when there is a response, or when the process is idle: some requests wait for a later event. */
async function settled(answer) {
  let done = false;
  const mark = answer.then(
    () => {
      done = true;
    },
    () => {
      done = true;
    },
  );
  for (let rounds = 0; rounds < 1000; rounds++) {
    const before = cpuNow();
    await Promise.race([mark, wait(slice)]);
    if (done || cpuNow() - before < slice / 2) return;
  }
}

/** Sends inputs one after another, with a new cluster at intervals. */
export class InProcess {
  name = 'in process';
  sent = 0;
  #cluster;
  #late = new Set();

  /** `cpuLimit`: what one input may cost besides what its size costs, in milliseconds. */
  constructor({ cpuLimit, renewEvery = 1500 }) {
    this.cpuLimit = cpuLimit;
    this.renewEvery = renewEvery;
  }

  async #fresh() {
    if (this.#cluster && this.sent % this.renewEvery !== 0) return this.#cluster;
    await this.close();
    this.#cluster = await createLocalCluster();
    for (const definition of definitions) await this.#cluster.client.create(CustomResourceDefinition, definition);
    await this.#cluster.settle();
    return this.#cluster;
  }

  /** The response's status code, the error in it, and the CPU time it took. */
  async #attempt(request) {
    const cluster = await this.#fresh();
    this.sent += 1;
    const sent = `${request.path} ${request.query} ${JSON.stringify(request.headers)} ${request.body?.subarray(0, 400_000).toString('latin1') ?? ''}`;
    const outcome = { code: 0, cpu: 0 };
    const before = cpuNow();
    let answered;
    const answer = cluster.api.handle({ ...request, user: admin, requestId: 'fuzz' }).then(
      (given) => {
        given.stream?.close();
        outcome.code = given.status;
        answered = given;
      },
      (error) => {
        outcome.wrong = `handle() threw: ${error?.message}`;
      },
    );
    await settled(answer);
    outcome.cpu = cpuNow() - before;
    if (answered) outcome.wrong = complaint({ ...answered, text: textOf(answered.body) }, sent);
    if (outcome.code === 0 && outcome.wrong === undefined) {
      const late = answer.finally(() => this.#late.delete(late));
      this.#late.add(late);
    }
    // Their kinds are served when the controllers have accepted the names.
    if (outcome.code === 201 && request.path.endsWith('/customresourcedefinitions')) await cluster.settle();
    return outcome;
  }

  /**
   * What became of an input. One that cost too much is sent again, to the same cluster and to a new one: it is a finding only if it costs too much
   * in one of them, too. Otherwise it was a collection of garbage, or what others do on the machine.
   */
  async send(request) {
    const outcome = await this.#attempt(request);
    const limit = limitFor(this.cpuLimit, request.body);
    if (outcome.cpu <= limit || outcome.wrong !== undefined) return outcome;
    const there = await this.#attempt(request);
    this.sent = 0;
    const fresh = await this.#attempt(request);
    outcome.cpu = Math.max(there.cpu, fresh.cpu);
    if (outcome.cpu > limit) outcome.wrong = `${request.method}: over ${limit} ms of CPU`;
    return outcome;
  }

  /** Requests that wait for the cluster's clock, which is not advanced here, are abandoned. */
  async close() {
    this.#cluster?.close();
    await Promise.race([Promise.allSettled(this.#late), wait(1000)]);
    this.#late.clear();
  }
}
