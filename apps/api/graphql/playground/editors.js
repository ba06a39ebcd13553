// The query with its toolbar, and below it variables and headers.
import { useLabel, useTabKey, useWrapping } from './editor-behaviour.js';
import { LinkIcon, PlayIcon, StopIcon } from './icons.js';
import { graphiql, h, useState } from './packages.js';
import { TabList } from './tabs.js';

const {
  CopyIcon,
  HeaderEditor,
  MergeIcon,
  PrettifyIcon,
  QueryEditor,
  useCopyQuery,
  useEditorContext,
  useMergeQuery,
  usePrettifyEditors,
  VariableEditor,
} = graphiql;

const tool = (label, onClick, Icon) =>
  h('button', { type: 'button', className: 'plain', 'aria-label': label, title: label, onClick }, h(Icon));

function Toolbar({ running, onRun, onStop, onShare, children }) {
  const prettify = usePrettifyEditors();
  const merge = useMergeQuery();
  const copy = useCopyQuery();
  return h(
    'div',
    { className: 'toolbar', role: 'toolbar', 'aria-label': 'Operation' },
    running
      ? h('button', { type: 'button', className: 'primary run', onClick: onStop }, h(StopIcon), 'Stop')
      : h('button', { type: 'button', className: 'primary run', title: 'Run (Ctrl-Enter)', onClick: onRun }, h(PlayIcon), 'Run'),
    children,
    h('span', { className: 'space' }),
    tool('Prettify (Shift-Ctrl-P)', prettify, PrettifyIcon),
    tool('Merge fragments (Shift-Ctrl-M)', merge, MergeIcon),
    tool('Copy the query (Shift-Ctrl-C)', copy, CopyIcon),
    tool('Share as a link', onShare, LinkIcon),
  );
}

/** The editors of the tab that is shown. */
export function Editors({ operations, chosen, onChoose, ...actions }) {
  const { queryEditor, variableEditor, headerEditor } = useEditorContext({ nonNull: true });
  const [tool, setTool] = useState();
  useTabKey(queryEditor, variableEditor, headerEditor);
  useWrapping(queryEditor);
  useWrapping(variableEditor);
  useLabel(queryEditor, 'Query');
  useLabel(variableEditor, 'Variables, JSON');
  useLabel(headerEditor, 'Headers, JSON');
  return h(
    'section',
    { className: 'editors', 'aria-label': 'Operation' },
    h(
      Toolbar,
      actions,
      operations.length > 1 &&
        h(
          'select',
          { 'aria-label': 'Which operation', value: chosen ?? operations[0].name, onChange: ({ target }) => onChoose(target.value) },
          operations.map(({ name, kind }) => h('option', { key: name, value: name }, `${kind} ${name}`)),
        ),
    ),
    h('div', { className: 'query' }, h(QueryEditor, {})),
    h(
      'div',
      { className: `tools${tool ? ' open' : ''}` },
      h(TabList, {
        label: 'Variables and headers',
        className: 'small',
        items: [
          { id: 'variables', label: 'Variables' },
          { id: 'headers', label: 'Headers' },
        ],
        selected: tool ?? 'variables',
        controls: 'tools',
        onSelect: (id) => setTool(tool === id ? undefined : id),
      }),
      h(
        'div',
        { className: 'tool', id: 'tools', role: 'tabpanel', hidden: tool === undefined },
        h(VariableEditor, { isHidden: tool !== 'variables' }),
        h(HeaderEditor, { isHidden: tool !== 'headers' }),
      ),
    ),
  );
}
