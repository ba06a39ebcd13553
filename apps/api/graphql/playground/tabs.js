// The tabs of operations, and a list of tabs as ARIA describes it: arrow keys move, Delete closes.
import { graphiql, h, useEffect, useRef, useSyncExternalStore } from './packages.js';
import { titleOf } from './tab-store.js';

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

/** Fills the editors from the tab that is shown, and tells it what is typed. */
function useFilling(store, fillings) {
  const { queryEditor, variableEditor, headerEditor } = useEditorContext({ nonNull: true });
  useEffect(() => {
    const editors = { query: queryEditor, variables: variableEditor, headers: headerEditor };
    const stops = Object.entries(editors).map(([name, editor]) => {
      if (!editor) return () => undefined;
      const { [name]: text } = store.active;
      if (editor.getValue() !== text) editor.setValue(text);
      const typed = () => store.typed({ [name]: editor.getValue() }, fillings);
      editor.on('change', typed);
      return () => editor.off('change', typed);
    });
    return () => {
      for (const stop of stops) stop();
    };
  }, [queryEditor, variableEditor, headerEditor, store, fillings]);
}

/** The tabs of a cluster, with the runs in them. */
export function useTabs(store, runs) {
  const { tabs, fillings } = useSyncExternalStore(store.subscribe, store.snapshot);
  useFilling(store, fillings);
  return {
    tabs,
    active: store.active,
    select: (id) => store.select(id),
    open: (tab) => store.open(tab),
    ofTours: () => store.ofTours(),
    close(...ids) {
      for (const id of ids) runs.close(id);
      store.close(...ids);
    },
  };
}

/** The tabs of operations, with a button for a new one. */
export function OperationTabs({ tabs, byTab }) {
  const items = tabs.tabs.map(({ id, query }) => {
    const run = byTab.get(id);
    const badge =
      run?.state === 'running' && run.kind === 'subscription'
        ? h('span', { className: 'live', title: 'runs' }, run.log.count, h('span', { className: 'visually-hidden' }, ' events so far'))
        : undefined;
    return { id, label: titleOf(query), badge };
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
