import type { Storage } from './storage.js';

interface Call {
  writes: boolean;
  run(): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Waits until everything that does not depend on the store has run: promise callbacks run before this resolves. */
const untilAllWait = () => new Promise<void>((resolve) => void setImmediate(resolve));

class Rounds {
  #waiting: Call[] = [];
  #running = false;

  call<T>(writes: boolean, run: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ writes, run, resolve: resolve as Call['resolve'], reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (;;) {
      await untilAllWait();
      const calls = this.#waiting;
      this.#waiting = [];
      if (calls.length === 0) break;
      await this.#round(calls);
    }
    this.#running = false;
  }

  async #round(calls: readonly Call[]): Promise<void> {
    const outcomes = new Map<Call, PromiseSettledResult<unknown>>();
    const settle = async (call: Call) => {
      const [outcome] = await Promise.allSettled([call.run()]);
      if (outcome) outcomes.set(call, outcome);
    };
    // Reads do not see the writes of the same round.
    await Promise.all(calls.filter(({ writes }) => !writes).map(settle));
    for (const call of calls) if (call.writes) await settle(call);
    for (const call of calls) {
      const outcome = outcomes.get(call);
      if (outcome?.status === 'fulfilled') call.resolve(outcome.value);
      else call.reject(outcome?.reason);
    }
  }
}

/**
 * The same store with reads and writes executed in rounds: a round consists of all calls that were made during the previous round and in
 * response to its results. The results of a round are returned together, in the order of the calls, however long each call took. So callers
 * that wait for nothing but this store do the same things in the same order each time, even if the store is remote: a cluster with a
 * stepped clock writes the same log for the same inputs.
 */
export function inRounds(storage: Storage): Storage {
  const rounds = new Rounds();
  const read = <T>(run: () => Promise<T>): Promise<T> => rounds.call(false, run);
  return {
    cluster: storage.cluster,
    inRounds: true,
    write: (ops, options) => rounds.call(true, () => storage.write(ops, options)),
    get: (keys, at) => read(() => storage.get(keys, at)),
    list: (options) => read(() => storage.list(options)),
    log: (options) => read(() => storage.log(options)),
    history: (key) => read(() => storage.history(key)),
    revision: () => read(() => storage.revision()),
    compactRevision: () => read(() => storage.compactRevision()),
    expired: (now, limit) => read(() => storage.expired(now, limit)),
    nextExpiry: () => read(() => storage.nextExpiry()),
    clock: () => read(() => storage.clock()),
    compact: (revision) => storage.compact(revision),
    beginTurn: (component, options) => storage.beginTurn(component, options),
    endTurn: (component, state) => storage.endTurn(component, state),
    skipTurns: (turns, to) => storage.skipTurns(turns, to),
    askClock: (request) => storage.askClock(request),
    stepClock: (token, step) => storage.stepClock(token, step),
    cancelClock: (failure) => storage.cancelClock(failure),
    setClock: (now) => storage.setClock(now),
  };
}
