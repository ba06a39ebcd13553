// The tabs of operations: what is in them, and which one is shown. They are kept in the cluster's storage.
import { Observable } from './observable.js';

const operationName = /^\s*(?:query|mutation|subscription)\s+(\w+)/m;
const firstField = /^[^#]*?\{\s*(\w+)/m;

/** The name of a tab: that of its first operation, or the first field of one without a name. */
export const titleOf = (query) => operationName.exec(query ?? '')?.[1] ?? firstField.exec(query ?? '')?.[1] ?? 'untitled';

const tabOf = ({ id, query = '', variables = '', headers = '' }) => ({ id, query, variables: variables ?? '', headers: headers ?? '' });

function kept(storage) {
  try {
    const { tabs, active } = JSON.parse(storage.getItem('tabs') ?? 'null') ?? {};
    const valid = (Array.isArray(tabs) ? tabs : [])
      .filter((tab) => typeof tab?.id === 'string' && typeof tab.query === 'string')
      .map(tabOf);
    return valid.length > 0 ? { tabs: valid, active: valid.some(({ id }) => id === active) ? active : valid[0].id } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The tabs of one cluster: `{tabs, active, fillings}`, with `active` the id of the one that is shown. The editors have to be filled from it
 * whenever `fillings` grows. `onUnkept` is called once if the storage does not take them.
 */
export class TabStore extends Observable {
  constructor({ storage, newId, firstQuery, onUnkept = () => undefined }) {
    const id = newId();
    super({ ...(kept(storage) ?? { tabs: [tabOf({ id, query: firstQuery })], active: id }), fillings: 0 });
    Object.assign(this, { storage, newId, firstQuery, onUnkept });
  }

  get active() {
    return this.state.tabs.find(({ id }) => id === this.state.active);
  }

  /** The ids of the tabs with steps of a tour. */
  ofTours() {
    return this.state.tabs.map(({ id }) => id).filter((id) => /^tour(-|$)/.test(id));
  }

  /**
   * What the editors hold is that of the tab that is shown: `{query, variables, headers}`, or some of them. Ignored if they were filled before
   * the last of `fillings`: they still hold what was shown before.
   */
  typed(values, fillings) {
    const { active, tabs } = this.state;
    if (fillings !== this.state.fillings) return;
    if (Object.entries(values).every(([name, value]) => this.active[name] === value)) return;
    this.set({ tabs: tabs.map((tab) => (tab.id === active ? { ...tab, ...values } : tab)) });
  }

  select(id) {
    if (id !== this.state.active && this.state.tabs.some((tab) => tab.id === id)) this.fill({ active: id });
  }

  /** Opens a tab with an operation, or fills the one of this id; returns its id. */
  open({ id = this.newId(), ...values }) {
    const { tabs } = this.state;
    const tab = tabOf({ id, ...values });
    this.fill({
      active: id,
      tabs: tabs.some((other) => other.id === id) ? tabs.map((other) => (other.id === id ? tab : other)) : [...tabs, tab],
    });
    return id;
  }

  /** Closes tabs; the last one leaves an empty one. The one before those that were closed is shown. */
  close(...ids) {
    const { tabs, active } = this.state;
    const rest = tabs.filter(({ id }) => !ids.includes(id));
    if (rest.length === tabs.length) return;
    if (rest.length === 0) rest.push(tabOf({ id: this.newId(), query: this.firstQuery }));
    if (!ids.includes(active)) return this.set({ tabs: rest });
    const before = tabs
      .slice(
        0,
        tabs.findIndex(({ id }) => id === active),
      )
      .filter(({ id }) => !ids.includes(id));
    return this.fill({ tabs: rest, active: (before.at(-1) ?? rest[0]).id });
  }

  fill(changes) {
    this.set({ ...changes, fillings: this.state.fillings + 1 });
  }

  replace(state) {
    const { tabs, active } = state;
    super.replace(state);
    if (this.storage.keep('tabs', JSON.stringify({ tabs, active }))) return;
    this.onUnkept();
    this.onUnkept = () => undefined;
  }
}
