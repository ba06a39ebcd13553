// What the operation of a tab has answered: JSON or events, and a picture of it.
import { useLabel, useTabKey } from './editor-keys.js';
import { Events } from './events.js';
import { jsonText } from './json-text.js';
import { graphiql, h, useEffect, useMemo, useState } from './packages.js';
import { hasPicture, PictureView } from './picture-view.js';
import { isRunning } from './runs.js';
import { TabList } from './tabs.js';

const { ResponseEditor, useEditorContext } = graphiql;

/** The text of a result; what it cost is told beside it. */
function textOf({ extensions, ...result }) {
  const { cost: _cost, ...others } = extensions ?? {};
  return jsonText(Object.keys(others).length > 0 ? { ...result, extensions: others } : result);
}

const costTitle = ({ used }) => `It used ${used.objects} objects, ${used.logEntries} log entries, ${used.milliseconds} ms of CPU.`;

/** What a query took, and what it cost of what it may cost. */
function Facts({ run: { state, took, result, kind } }) {
  if (kind === 'subscription' || state === 'running' || took === undefined) return null;
  const { cost } = result?.extensions ?? {};
  const errors = result?.errors?.length ?? 0;
  return h(
    'p',
    { className: 'facts', role: 'status' },
    errors > 0 && h('span', { className: 'failed' }, `${errors} ${errors === 1 ? 'error' : 'errors'}`),
    h('span', {}, `${Math.round(took)} ms`),
    cost && h('span', { title: costTitle(cost) }, `cost ${cost.estimated} of ${cost.limits.estimated}`),
  );
}

const examplesOfUse = 'Press Run, or Ctrl-Enter in the query.';

/** The answer of the tab that is shown. */
export function Response({ run, runs }) {
  const { responseEditor } = useEditorContext({ nonNull: true });
  const [view, setView] = useState('text');
  const events = run?.kind === 'subscription';
  const { data } = run?.result ?? {};
  const firstEvent = run?.log.first[0]?.result.data;
  const pictured = useMemo(() => hasPicture(events ? firstEvent : data), [data, firstEvent, events]);
  const text = !run || events || !run.result ? '' : textOf(run.result);
  useEffect(() => {
    if (responseEditor && responseEditor.getValue() !== text) responseEditor.setValue(text);
  });
  useLabel(responseEditor, 'Answer, JSON');
  useTabKey(responseEditor);
  const shown = pictured ? view : 'text';
  useEffect(() => responseEditor?.refresh(), [responseEditor, shown, events]);
  return h(
    'section',
    { className: 'response', 'aria-label': 'Response', 'aria-busy': isRunning(run) && !events },
    h(
      'div',
      { className: 'response-bar' },
      h(TabList, {
        label: 'Response as',
        className: 'small',
        items: [{ id: 'text', label: events ? 'Events' : 'JSON' }, ...(pictured ? [{ id: 'picture', label: 'Picture' }] : [])],
        selected: shown,
        controls: 'answer',
        onSelect: setView,
      }),
      run && h(Facts, { run }),
    ),
    h(
      'div',
      { className: 'answer', id: 'answer', role: 'tabpanel', 'aria-label': 'Answer' },
      h('div', { className: 'json', hidden: shown !== 'text' || events }, h(ResponseEditor, {})),
      !run && h('p', { className: 'hint' }, examplesOfUse),
      isRunning(run) && !events && h('div', { className: 'progress', role: 'progressbar', 'aria-label': 'The operation runs' }),
      shown === 'text' && events && h(Events, { run, onPause: (paused) => runs.pause(run.tab, paused) }),
      shown === 'picture' && h(PictureView, { run, runs }),
    ),
  );
}
