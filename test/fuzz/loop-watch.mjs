// How long the event loop of a process is occupied without a break, in CPU time of its main thread: what else the machine does has no part in it.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

const PAUSE = 2;

/** Milliseconds that the main thread of a process has run. */
const ranFor = (pid) => Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ', 1)[0]) / 1e6;

/** Asks a process for its health again and again; between two answers it has done at most two iterations of its event loop. */
export class LoopWatch {
  longest = 0;
  #stopped = false;
  #agent;

  constructor({ url, ca, pid }) {
    this.url = url;
    this.pid = pid;
    this.#agent = url.startsWith('https')
      ? new https.Agent({ ca, keepAlive: true, maxSockets: 1 })
      : new http.Agent({ keepAlive: true, maxSockets: 1 });
    this.done = this.#run();
  }

  /** The longest time since the last call. */
  take() {
    const { longest } = this;
    this.longest = 0;
    return longest;
  }

  stop() {
    this.#stopped = true;
    return this.done.finally(() => this.#agent.destroy());
  }

  async #run() {
    let last;
    while (!this.#stopped) {
      try {
        await this.#ask();
        const now = ranFor(this.pid());
        if (last !== undefined) this.longest = Math.max(this.longest, now - last);
        last = now;
      } catch {
        // The process has ended: whoever sends the inputs notices.
        last = undefined;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  #ask() {
    const { get } = this.url.startsWith('https') ? https : http;
    return new Promise((resolve, reject) => {
      const call = get(this.url, { agent: this.#agent, servername: '' }, (response) =>
        response.resume().on('end', resolve).on('error', reject),
      );
      call.on('error', reject);
    });
  }
}
