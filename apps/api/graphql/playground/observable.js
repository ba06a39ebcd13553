/** A state that components follow: `useSyncExternalStore(observable.subscribe, observable.snapshot)`. It is replaced at each change. */
export class Observable {
  constructor(state) {
    this.state = state;
    this.listeners = new Set();
    this.subscribe = this.subscribe.bind(this);
    this.snapshot = this.snapshot.bind(this);
  }

  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  snapshot() {
    return this.state;
  }

  /** Changes some fields of a state that has fields. */
  set(changes) {
    this.replace({ ...this.state, ...changes });
  }

  replace(state) {
    this.state = state;
    this.notify();
  }

  notify() {
    for (const listener of this.listeners) listener();
  }
}
