// The workbench of one cluster: plugins, tabs, editors and the answer.
import { Divider } from './divider.js';
import { Editors } from './editors.js';
import { operationOf, operationsIn } from './operation.js';
import { graphiql, h, useMemo, useState, useSyncExternalStore } from './packages.js';
import { Response } from './response.js';
import { isRunning } from './runs.js';
import { elsewhere, Streams } from './streams.js';
import { OperationTabs, useTabs } from './tabs.js';

const { ExecutionContext, useAutoCompleteLeafs, useEditorContext, useHistoryContext, usePluginContext, useStorageContext } = graphiql;

/** Starts and stops the operation of the tab that is shown. */
function useOperation(runs, tabs) {
  const { queryEditor, variableEditor, headerEditor } = useEditorContext({ nonNull: true });
  const history = useHistoryContext();
  const complete = useAutoCompleteLeafs();
  return () => {
    const query = complete() || queryEditor?.getValue() || '';
    const [variables, headers] = [variableEditor?.getValue(), headerEditor?.getValue()];
    const operationName = queryEditor?.operationName ?? undefined;
    try {
      const operation = operationOf({ query, variables, headers, operationName });
      history?.addToHistory({ query, variables, headers, operationName });
      return runs.start(tabs.active.id, operation);
    } catch ({ message }) {
      return runs.fail(tabs.active.id, message);
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

function Sidebar({ children }) {
  const { plugins, visiblePlugin, setVisiblePlugin } = usePluginContext();
  return h(
    'nav',
    { className: 'sidebar', 'aria-label': 'Panels' },
    plugins.map((plugin) => {
      const shown = plugin === visiblePlugin;
      return h(
        'button',
        {
          key: plugin.title,
          type: 'button',
          className: 'plain',
          'aria-pressed': shown,
          'aria-label': plugin.title,
          title: plugin.title,
          onClick: () => setVisiblePlugin(shown ? null : plugin),
        },
        h(plugin.icon),
      );
    }),
    h('span', { className: 'space' }),
    children,
  );
}

function Panel() {
  const { visiblePlugin } = usePluginContext();
  if (!visiblePlugin) return null;
  return h('aside', { className: 'panel', 'aria-label': visiblePlugin.title }, h(visiblePlugin.content));
}

/** `runs`: those of the cluster; `sidebar`: what stands below the plugins; `onShare` gets the operation of the tab. */
export function Workbench({ runs, sidebar, onShare }) {
  const tabs = useTabs(runs);
  const byTab = useSyncExternalStore(runs.subscribe, runs.snapshot);
  const start = useOperation(runs, tabs);
  const { setOperationName, queryEditor } = useEditorContext({ nonNull: true });
  const [, redraw] = useState(0);
  const { active } = tabs;
  const run = byTab.get(active.id);
  const operations = useMemo(() => operationsIn(active.query ?? ''), [active.query]);
  const [share, setShare] = useShare();
  const stop = () => runs.stop(active.id);
  const execution = { isFetching: isRunning(run), isSubscribed: false, operationName: null, run: () => void start(), stop };
  const choose = (name) => {
    setOperationName(name);
    redraw((n) => n + 1);
  };
  return h(
    ExecutionContext.Provider,
    { value: execution },
    h(
      'div',
      { className: 'workbench' },
      h(Sidebar, {}, sidebar),
      h(Panel),
      h(
        'main',
        { className: 'main' },
        h(OperationTabs, { tabs, byTab }),
        h(
          'div',
          { className: 'session', id: 'session', role: 'tabpanel', 'aria-label': active.title, style: { '--share': `${share}%` } },
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
        h(Streams, { runs: elsewhere(byTab, active.id), onShow: tabs.select, onStop: (tab) => runs.stop(tab) }),
      ),
    ),
  );
}
