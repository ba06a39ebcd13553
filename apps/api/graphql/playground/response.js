// What the operation of a tab has answered: JSON or events, and a picture of it.

import { isDrawable } from './drawable.js';
import { useLabel, useTabKey, useWrapping } from './editor-behaviour.js';
import { Events } from './events.js';
import { Failure } from './failure.js';
import { CrossIcon } from './icons.js';
import { jsonText, linesOf } from './json-text.js';
import { graphiql, h, useEffect, useMemo, useRef, useState } from './packages.js';
import { PictureView } from './picture-view.js';
import { isRunning } from './runs.js';
import { TabList } from './tabs.js';

const { ResponseEditor, useEditorContext, useSchemaContext } = graphiql;

/** What is shown of a result; what it cost is told beside it. */
function shownOf({ extensions, ...result }) {
  const { cost: _cost, ...others } = extensions ?? {};
  return Object.keys(others).length > 0 ? { ...result, extensions: others } : result;
}

/** More lines of an object than these are not marked. */
const mostMarked = 2000;

/** Marks the lines of a part of the result, `data.pods.items[0]`, and brings them into view. */
function useMark(editor, { result, place, width }) {
  useEffect(() => {
    if (!editor || !result || !place) return undefined;
    const { first, last } = linesOf(shownOf(result), place.match(/\w+/g), width);
    const end = Math.min(last, first + mostMarked, editor.lastLine());
    const lines = [];
    for (let line = first; line <= end; line += 1) lines.push(editor.addLineClass(line, 'background', 'marked'));
    editor.refresh();
    editor.scrollTo(0, Math.max(0, editor.heightAtLine(first, 'local') - 2 * editor.defaultTextHeight()));
    return () => {
      for (const line of lines) editor.removeLineClass(line, 'background', 'marked');
    };
  }, [editor, result, place, width]);
}

/** The space beside the text: the gutter and the scroll bar. */
const besideText = 48;

/** How many characters a line of the answer has, in steps of four. */
function useWidth(editor, element) {
  const [width, setWidth] = useState(64);
  useEffect(() => {
    if (!editor) return undefined;
    const measure = () => {
      const room = element.current.clientWidth - besideText;
      if (room > 0) setWidth(Math.max(24, Math.min(100, Math.floor(room / editor.defaultCharWidth() / 4) * 4)));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [editor]);
  return width;
}

/** On a narrow screen the answer stands below the query: brings it into view when an operation is started, and its picture when it is chosen. */
function useInView(element, ...changes) {
  useEffect(() => {
    if (changes.some(Boolean) && matchMedia('(max-width: 760px)').matches) element.current.scrollIntoView({ block: 'nearest' });
  }, changes);
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
  const element = useRef(null);
  const width = useWidth(responseEditor, element);
  const events = run?.kind === 'subscription';
  const { data } = run?.result ?? {};
  const { schema } = useSchemaContext({ nonNull: true });
  const answered = events ? run.log.count > 0 : Boolean(data);
  const pictured = useMemo(() => answered && isDrawable(run.request, schema), [run?.request, schema, answered]);
  const [place, setPlace] = useState();
  useEffect(() => setPlace(undefined), [run?.result]);
  const text = useMemo(() => (!run?.result || events ? '' : jsonText(shownOf(run.result), width)), [run?.result, events, width]);
  useEffect(() => {
    if (responseEditor && responseEditor.getValue() !== text) responseEditor.setValue(text);
  });
  useLabel(responseEditor, 'Answer, JSON');
  useWrapping(responseEditor);
  useTabKey(responseEditor);
  const shown = pictured ? view : 'text';
  const both = shown === 'picture' && place !== undefined;
  useInView(element, run?.startedAt, shown === 'picture');
  useEffect(() => responseEditor?.refresh(), [responseEditor, shown, events, both]);
  useMark(responseEditor, { result: events ? undefined : run?.result, place, width });
  return h(
    'section',
    { className: 'response', ref: element, 'aria-label': 'Response', 'aria-busy': isRunning(run) && !events },
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
      { className: both ? 'answer both' : 'answer', id: 'answer', role: 'tabpanel', 'aria-label': 'Answer' },
      shown === 'picture' && h(Failure, { key: run.startedAt, what: 'The picture' }, h(PictureView, { run, runs, onChoose: setPlace })),
      both &&
        h(
          'div',
          { className: 'place' },
          h('code', {}, place),
          h(
            'button',
            {
              type: 'button',
              className: 'plain',
              'aria-label': 'Hide the JSON',
              title: 'Hide the JSON',
              onClick: () => setPlace(undefined),
            },
            h(CrossIcon),
          ),
        ),
      h('div', { className: 'json', hidden: events || !(shown === 'text' || both) }, h(ResponseEditor, {})),
      !run && h('p', { className: 'hint' }, examplesOfUse),
      isRunning(run) && !events && h('div', { className: 'progress', role: 'progressbar', 'aria-label': 'The operation runs' }),
      shown === 'text' && events && h(Events, { run, onPause: (paused) => runs.pause(run.tab, paused) }),
    ),
  );
}
