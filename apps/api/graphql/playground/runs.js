// The operations that were started in the tabs. They belong to their tab and go on while another one is shown.
import { emptyLog, withEvent, withGap } from './event-log.js';
import { Observable } from './observable.js';

/** Milliseconds between two notifications, so that a busy subscription does not draw the page for each event. */
const NOTIFY_EVERY = 100;

const endings = { stopped: true, ended: true, failed: true };

/** Whether a run goes on. */
export const isRunning = (run) => run !== undefined && !endings[run.state];

/**
 * The latest run of each tab.
 *
 * A run is `{tab, title, kind, request, state, startedAt, took, result, log, frozen}`: `kind` is query, mutation or subscription; `state`
 * running, ended, stopped or failed; `took` milliseconds; `result` that of a query or mutation, or the errors that ended a subscription; `log`
 * the events of a subscription, and `frozen` those that are shown while it is paused.
 */
export class Runs extends Observable {
  constructor({ client, now = () => performance.now(), after = (ms, run) => setTimeout(run, ms) }) {
    super(new Map());
    this.client = client;
    this.now = now;
    this.after = after;
    this.stops = new Map();
    /** The last mutation of each tab: what was sent, and its run. */
    this.sent = new Map();
    this.taps = new Set();
    this.pending = false;
  }

  /** By tab. */
  get byTab() {
    return this.state;
  }

  /** Calls `tap` for each event of a subscription and each result, at once. */
  tap(tap) {
    this.taps.add(tap);
    return () => this.taps.delete(tap);
  }

  /**
   * Starts an operation in a tab; what ran there is stopped. A mutation that is sent already is not sent twice: what it does is done. Resolves
   * with the run when it has ended, or with a subscription's once it runs.
   */
  start(tab, operation) {
    const sent = this.sent.get(tab);
    const same = JSON.stringify([operation.request, operation.headers]);
    if (isRunning(this.byTab.get(tab)) && sent?.same === same) return sent.answer;
    this.stop(tab);
    const answer = this.begin(tab, operation);
    if (operation.kind === 'mutation') this.sent.set(tab, { same, answer });
    else this.sent.delete(tab);
    return answer;
  }

  async begin(tab, { title, kind, request, headers }) {
    const run = { tab, title, kind, request, state: 'running', startedAt: this.now(), log: emptyLog };
    this.put(run);
    if (kind === 'subscription') return this.follow(run);
    const abort = new AbortController();
    this.stops.set(tab, () => abort.abort());
    const result = await this.client
      .execute(request, { headers, signal: abort.signal })
      .catch((error) => ({ errors: [{ message: error.message }] }));
    return this.change(run, { state: result.data === undefined ? 'failed' : 'ended', took: this.now() - run.startedAt, result });
  }

  /** What cannot even be sent. */
  fail(tab, message) {
    this.stop(tab);
    const result = { errors: [{ message }] };
    this.put({
      tab,
      title: '',
      kind: 'query',
      request: { query: '' },
      state: 'failed',
      startedAt: this.now(),
      took: 0,
      result,
      log: emptyLog,
    });
  }

  follow(run) {
    const stop = this.client.subscribe(run.request, {
      next: (result) => this.change(run, { log: withEvent(this.current(run).log, result, this.now() - run.startedAt) }, result),
      error: (errors) => this.change(run, { state: 'failed', result: { errors } }),
      complete: () => this.change(run, { state: 'ended' }),
      lost: () => this.change(run, { log: withGap(this.current(run).log) }),
    });
    this.stops.set(run.tab, stop);
    return run;
  }

  /** Ends what runs in a tab. */
  stop(tab) {
    const run = this.byTab.get(tab);
    if (!isRunning(run)) return;
    this.change(run, { state: 'stopped' });
    this.stops.get(tab)?.();
  }

  /** Stops the display of a subscription, or lets it go on; its events are gathered meanwhile. */
  pause(tab, paused) {
    const run = this.byTab.get(tab);
    if (run) this.put({ ...run, frozen: paused ? run.log : undefined });
  }

  /** Ends what runs in a tab that is closed. */
  close(tab) {
    this.stop(tab);
    this.stops.delete(tab);
    this.sent.delete(tab);
    this.replace(new Map([...this.byTab].filter(([id]) => id !== tab)));
  }

  closeAll() {
    for (const tab of this.byTab.keys()) this.stop(tab);
  }

  current(run) {
    return this.byTab.get(run.tab) ?? run;
  }

  /** Changes a run, unless another one was started in its tab or it was stopped. */
  change(run, changes, event) {
    const current = this.byTab.get(run.tab);
    if (current?.startedAt !== run.startedAt || !isRunning(current)) return current ?? run;
    const changed = { ...current, ...changes };
    this.put(changed);
    for (const tap of this.taps) tap(changed, event);
    return changed;
  }

  put(run) {
    this.replace(new Map(this.byTab).set(run.tab, run));
  }

  notify() {
    if (this.pending) return;
    this.pending = true;
    this.after(NOTIFY_EVERY, () => {
      this.pending = false;
      super.notify();
    });
  }
}
