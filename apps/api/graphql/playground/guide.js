// Leads through a tour, and puts back what it changed: at its end, when it is left, and, if the page was closed, when it is opened again.
import { Observable } from './observable.js';

const placeholder = /\{\{(\w+)\}\}/g;

/** A text with what was kept in place of {{name}}. What is not known yet stays as it is. */
export const filled = (text, kept) => text.replace(placeholder, (whole, name) => (name in kept ? String(kept[name]) : whole));

/** The request of a step or of an undo. */
export function requestOf({ operation, variables }, kept) {
  const values = typeof variables === 'function' ? variables(kept) : variables;
  return { query: filled(operation, kept), ...(values && { variables: values }) };
}

const nothing = { tour: undefined, step: 0, kept: {}, done: [], trouble: '', leaving: false };

/**
 * The guide of one cluster. `journal` keeps `{tour, kept}` of a tour that has begun, by `read()` and `write(entry)`; `newName()` names what a tour
 * makes; `lock()` resolves with a function that frees the cluster's tours, or with undefined if another page has one open.
 */
export class Guide extends Observable {
  constructor({ client, journal, newName, tours, lock }) {
    super(nothing);
    Object.assign(this, { client, journal, newName, tours, lock });
    /** What goes on at present: `recover`, `begin` or `leave`, by name. */
    this.under = {};
  }

  /** Does this once, however often it is asked for meanwhile. */
  once(name, act) {
    this.under[name] ??= act().finally(() => {
      this.under[name] = undefined;
    });
    return this.under[name];
  }

  /** Puts back what a tour left that was open when its page was closed. Resolves with its title, if there was one. */
  recover() {
    return this.once('recover', () => this.putBackLeft());
  }

  /** Opens a tour at its first step, when what goes on is over; one that begins already comes first. */
  begin(tour) {
    const { recover, leave } = this.under;
    return this.once('begin', async () => {
      await Promise.all([recover, leave]);
      await this.open(tour);
    });
  }

  /** Ends the tour. Resolves when what it changed is put back; `trouble` says what could not be. */
  leave() {
    const { begin } = this.under;
    return this.once('leave', async () => {
      await begin;
      await this.end();
    });
  }

  async putBackLeft() {
    const left = this.journal.read();
    const tour = left && this.tours.find(({ id }) => id === left.tour);
    if (!tour) return undefined;
    const free = await this.lock();
    if (!free) return undefined;
    try {
      await this.putBack(tour, left.kept);
      return tour.title;
    } finally {
      free();
    }
  }

  async open(tour) {
    await this.end();
    const free = await this.lock();
    if (!free) return this.set({ trouble: 'A tour is open on this cluster in another window. End it there first.' });
    this.free = free;
    const kept = { name: `tour-${this.newName()}` };
    try {
      if (tour.before) Object.assign(kept, tour.before.keep(await this.ask(requestOf(tour.before, kept))));
    } catch ({ message }) {
      free();
      return this.set({ trouble: `This tour cannot be taken here: ${message}` });
    }
    if (tour.undo.length > 0) this.journal.write({ tour: tour.id, kept });
    return this.set({ ...nothing, tour, kept });
  }

  go(step) {
    this.set({ step, trouble: '' });
  }

  /** The operation of the present step was answered with this data. */
  answered(data) {
    const { tour, step, kept, done } = this.state;
    if (!tour || done.includes(step)) return;
    try {
      const more = tour.steps[step].keep?.(data) ?? {};
      this.set({ kept: { ...kept, ...more }, done: [...done, step], trouble: '' });
    } catch {
      // The query was changed, and does not have what the tour goes on with.
      this.set({ trouble: 'The answer does not have what the next steps need: run the query as it was.' });
    }
  }

  /** The operation of the present step was answered with errors, or not at all: this is the first of them. */
  refused({ message }) {
    if (this.state.tour) this.set({ trouble: `This step is not done yet. The answer says: ${message}` });
  }

  async end() {
    const { tour, kept } = this.state;
    if (!tour) return;
    this.set({ leaving: true });
    const troubles = await this.putBack(tour, kept);
    this.free?.();
    this.set({ ...nothing, trouble: troubles.length > 0 ? `Could not be put back: ${troubles.join('; ')}` : '' });
  }

  /** The page is closed: sends what puts everything back, and keeps the journal, because nobody sees the answers. */
  abandon() {
    const { tour, kept } = this.state;
    for (const undo of tour?.undo ?? []) this.client.execute(requestOf(undo, kept), { keepalive: true }).catch(() => undefined);
  }

  async putBack(tour, kept) {
    const troubles = [];
    for (const undo of tour.undo) {
      await this.ask(requestOf(undo, kept)).catch((error) => error.code === 'NOT_FOUND' || troubles.push(error.message));
    }
    if (troubles.length === 0) this.journal.write(undefined);
    return troubles;
  }

  async ask(request) {
    const { data, errors } = await this.client.execute(request);
    if (errors?.length) throw Object.assign(new Error(errors[0].message), { code: errors[0].extensions?.code });
    return data;
  }
}

/** The journal of a cluster, in its storage. */
export const journalIn = (storage) => ({
  read() {
    try {
      return JSON.parse(storage.getItem('tour') ?? 'null') ?? undefined;
    } catch {
      return undefined;
    }
  },
  write: (entry) => (entry ? storage.keep('tour', JSON.stringify(entry)) : storage.removeItem('tour')),
});

/** Holds the tours of a cluster, so that two windows do not undo each other's. */
export const tourLock = (cluster) => () =>
  new Promise((resolve) => {
    if (!navigator.locks) return resolve(() => undefined);
    return navigator.locks.request(
      `orrery-tour-${cluster}`,
      { ifAvailable: true },
      (lock) => new Promise((free) => resolve(lock ? free : free() || undefined)),
    );
  });
