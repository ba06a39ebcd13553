// The workbench of one cluster: panels, tabs, editors and the answer; and the first screen over it.
import { Divider } from './divider.js';
import { Editors } from './editors.js';
import { operationOf, operationsIn } from './operation.js';
import { graphiql, h, useEffect, useMemo, useRef, useState, useSyncExternalStore } from './packages.js';
import { Panel, SchemaButton, Sidebar } from './panels.js';
import { Response } from './response.js';
import { isRunning } from './runs.js';
import { ShortcutsButton } from './shortcuts.js';
import { elsewhere, Streams } from './streams.js';
import { titleOf } from './tab-store.js';
import { OperationTabs, useTabs } from './tabs.js';
import { Welcome } from './welcome.js';
import { WorkContext } from './work-context.js';

const { ExecutionContext, useAutoCompleteLeafs, useEditorContext, useHistoryContext, usePluginContext, useStorageContext } = graphiql;

/** Starts the operation of the tab that is shown. */
function useOperation(runs, tabs) {
  const { queryEditor } = useEditorContext({ nonNull: true });
  const history = useHistoryContext();
  const complete = useAutoCompleteLeafs();
  return () => {
    const { id, variables, headers, ...tab } = tabs.active;
    // The editors of a tab that was opened this moment still hold what another one has.
    const isFilled = queryEditor?.getValue() === tab.query;
    const query = (isFilled && complete()) || tab.query;
    const operationName = (isFilled && queryEditor.operationName) || undefined;
    try {
      const operation = operationOf({ query, variables, headers, operationName });
      history?.addToHistory({ query, variables, headers, operationName });
      return runs.start(id, operation);
    } catch ({ message }) {
      return runs.fail(id, message);
    }
  };
}

/** The width of the query, in percent; kept. */
function useShare() {
  const storage = useStorageContext();
  const [share, setShare] = useState(() => Number(storage.get('share')) || 48);
  const change = (next) => {
    setShare(next);
    storage.set('share', String(next));
  };
  return [share, change];
}

/** Opens the panel of the tours while one is taken; closes its tabs, and shows the first screen again, when it ends. */
function useTourPanel(tour, { tabs, tourPlugin, onWelcome }) {
  const { setVisiblePlugin } = usePluginContext();
  const before = useRef();
  useEffect(() => {
    if (tour) {
      onWelcome(false);
      setVisiblePlugin(tourPlugin);
    } else if (before.current) {
      tabs.close(...tabs.ofTours());
      setVisiblePlugin(null);
      onWelcome(true);
    }
    before.current = tour;
  }, [tour]);
}

/** The focus does not get lost with the first screen: it goes to Run. */
function useFocusBehind(welcome, main) {
  const before = useRef(welcome);
  useEffect(() => {
    if (before.current && !welcome && document.activeElement === document.body) main.current.querySelector('.run').focus();
    before.current = welcome;
  }, [welcome]);
}

/** Opens the operation of a link once the editors are there; the tab that has it already, if there is one. */
function useLinked(operation, tabs) {
  const { queryEditor } = useEditorContext({ nonNull: true });
  useEffect(() => {
    if (!queryEditor || !operation) return;
    const { query, variables } = operation;
    const same = tabs.tabs.find((tab) => tab.query === query && tab.variables === (variables ?? ''));
    if (same) tabs.select(same.id);
    else tabs.open(operation);
  }, [queryEditor, operation]);
}

/** The tab that is shown: its query and its answer. */
function Session({ work: { runs, tabs, byTab, start }, onShare }) {
  const { setOperationName, queryEditor } = useEditorContext({ nonNull: true });
  const [, redraw] = useState(0);
  const [share, setShare] = useShare();
  const { active } = tabs;
  const run = byTab.get(active.id);
  const operations = useMemo(() => operationsIn(active.query ?? ''), [active.query]);
  const stop = () => runs.stop(active.id);
  const choose = (name) => {
    setOperationName(name);
    redraw((n) => n + 1);
  };
  const execution = { isFetching: isRunning(run), isSubscribed: false, operationName: null, run: () => void start(), stop };
  return h(
    ExecutionContext.Provider,
    { value: execution },
    h(
      'div',
      { className: 'session', id: 'session', role: 'tabpanel', 'aria-label': titleOf(active.query), style: { '--share': `${share}%` } },
      h(Editors, {
        operations,
        chosen: queryEditor?.operationName ?? undefined,
        onChoose: choose,
        running: isRunning(run),
        onRun: execution.run,
        onStop: stop,
        onShare: () => onShare(active),
      }),
      h(Divider, { label: 'Width of the query', value: share, onChange: setShare }),
      h(Response, { run, runs }),
    ),
  );
}

/**
 * `runs`, `tabStore` and `guide`: those of the cluster; `linked`: the operation of a link; `welcome`: whether the first screen is shown; `onShare` gets the
 * operation of the tab.
 */
export function Workbench({ name, runs, tabStore, guide, linked, tourPlugin, welcome, onWelcome, onShare }) {
  const tabs = useTabs(tabStore, runs);
  const byTab = useSyncExternalStore(runs.subscribe, runs.snapshot);
  const { tour } = useSyncExternalStore(guide.subscribe, guide.snapshot);
  const start = useOperation(runs, tabs);
  useTourPanel(tour, { tabs, tourPlugin, onWelcome });
  useLinked(linked, tabs);
  const main = useRef(null);
  useFocusBehind(welcome, main);
  const work = { guide, runs, tabs, byTab, start };
  const { active } = tabs;
  return h(
    WorkContext.Provider,
    { value: work },
    h(
      'div',
      { className: 'stage' },
      h(
        'div',
        { className: 'workbench', ...(welcome && { inert: '' }) },
        h(Sidebar, {}, h(SchemaButton), h(ShortcutsButton)),
        h(Panel),
        h(
          'main',
          { className: 'main', ref: main },
          h(OperationTabs, { tabs, byTab }),
          h(Session, { work, onShare }),
          h(Streams, { runs: elsewhere(byTab, active.id), onShow: tabs.select, onStop: (tab) => runs.stop(tab) }),
        ),
      ),
      welcome && h(Welcome, { name, onEditor: () => onWelcome(false) }),
    ),
  );
}
