// The tabs of operations, and a list of tabs as ARIA describes it: arrow keys move, Delete closes.
import { graphiql, h, useRef } from './packages.js';

const { CloseIcon, PlusIcon, useEditorContext } = graphiql;

/**
 * A list of tabs. `items`: `{id, label, title, badge}`; `controls`: the id of the panel that they show; `onClose`, if they can be closed.
 */
export function TabList({ label, items, selected, controls, onSelect, onClose, className = '' }) {
  const list = useRef(null);
  const onKeyDown = (event) => {
    const at = items.findIndex(({ id }) => id === selected);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === 'Delete' && onClose && items.length > 1) onClose(selected);
    if (to === undefined) return;
    event.preventDefault();
    const next = items[(to + items.length) % items.length];
    onSelect(next.id);
    list.current.querySelector(`[data-tab="${next.id}"]`)?.focus();
  };
  const tab = ({ id, label: text, title, badge }) =>
    h(
      'div',
      { key: id, className: `tab${id === selected ? ' selected' : ''}`, role: 'presentation' },
      h(
        'button',
        {
          type: 'button',
          role: 'tab',
          'data-tab': id,
          'aria-selected': id === selected,
          'aria-controls': controls,
          tabIndex: id === selected ? 0 : -1,
          title,
          onClick: () => onSelect(id),
        },
        text,
        badge,
      ),
      onClose &&
        items.length > 1 &&
        h(
          'button',
          { type: 'button', className: 'close', tabIndex: -1, 'aria-label': `Close ${text}`, onClick: () => onClose(id) },
          h(CloseIcon),
        ),
    );
  return h('div', { role: 'tablist', 'aria-label': label, className: `tabs ${className}`, ref: list, onKeyDown }, items.map(tab));
}

/** Opens tabs with operations in them, and closes tabs. */
export function useTabs(runs) {
  const editors = useEditorContext({ nonNull: true });
  const { tabs, activeTabIndex } = editors;
  const active = tabs[activeTabIndex];
  /** What the editors hold, which the tab is told of a moment later. */
  const synchronized = () => ({
    ...active,
    query: editors.queryEditor?.getValue() ?? active.query,
    variables: editors.variableEditor?.getValue() ?? active.variables,
    headers: editors.headerEditor?.getValue() ?? active.headers,
  });
  const show = (list, index) => {
    editors.updateActiveTabValues(synchronized());
    editors.moveTab(list);
    editors.changeTab(index);
  };
  return {
    tabs,
    active,
    select: (id) =>
      show(
        tabs,
        tabs.findIndex((tab) => tab.id === id),
      ),
    /** Opens a tab, or fills the one of this id; returns its id. */
    open({ id = crypto.randomUUID(), query = '', variables = null, headers = null }) {
      const title = /^\s*(?:query|mutation|subscription)\s+(\w+)/m.exec(query)?.[1] ?? 'untitled';
      const tab = { id, hash: id, title, query, variables, headers, operationName: null, response: null };
      const at = tabs.findIndex((other) => other.id === id);
      show(at < 0 ? [...tabs, tab] : tabs.with(at, tab), at < 0 ? tabs.length : at);
      return id;
    },
    close(id) {
      runs.close(id);
      const at = tabs.findIndex((tab) => tab.id === id);
      if (at >= 0 && tabs.length > 1) editors.closeTab(at);
    },
  };
}

/** The tabs of operations, with a button for a new one. */
export function OperationTabs({ tabs, byTab }) {
  const items = tabs.tabs.map(({ id, title }) => {
    const run = byTab.get(id);
    const badge =
      run?.state === 'running' && run.kind === 'subscription'
        ? h('span', { className: 'live', title: 'runs' }, run.log.count, h('span', { className: 'visually-hidden' }, ' events so far'))
        : undefined;
    return { id, label: title === '<untitled>' ? 'untitled' : title, badge };
  });
  return h(
    'div',
    { className: 'operation-tabs' },
    h(TabList, {
      label: 'Operations',
      items,
      selected: tabs.active.id,
      controls: 'session',
      onSelect: tabs.select,
      onClose: tabs.close,
    }),
    h(
      'button',
      { type: 'button', className: 'plain', 'aria-label': 'New tab', title: 'New tab', onClick: () => tabs.open({}) },
      h(PlusIcon),
    ),
  );
}
